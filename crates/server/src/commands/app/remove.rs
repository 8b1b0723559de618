//! `grantor app remove`.

use clap::Args;
use grantor_flows::administration::applications::{self, Standing};
use grantor_flows::administration::find;
use grantor_rules::model::Application;

use crate::commands::ask;
use crate::commands::shown::{count, print};
use crate::commands::store::Store;

/// What `app remove` takes.
#[derive(Args, Debug)]
pub struct RemoveOptions {
    /// Which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Takes an application away, after it has said what goes with it.
pub async fn run(store: &Store, options: &RemoveOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    if !options.yes {
        let standing = applications::standing_in(storage, &application.client_id).await?;
        eprint!("{}", what_goes(&application, &standing));
        ask::confirm("Remove all of it for ever?").await?;
    }
    applications::remove(storage, application.publisher, &application.client_id, store.now()).await?;
    print(&format!("{} ({}) is gone\n", application.display_name, application.client_id))?;
    Ok(())
}

fn what_goes(application: &Application, standing: &[Standing]) -> String {
    let (secrets, certificates) = (application.secrets.len(), application.certificates.len());
    let mut lines = vec![
        format!("With {} ({}) go:", application.display_name, application.client_id),
        format!("  its {} and {}", count(secrets, "secret"), count(certificates, "certificate")),
        "  every sign-in to it, and what people allow it".to_owned(),
    ];
    for one in standing {
        let (assignments, allowed) = (count(one.assignments, "assignment"), count(one.for_everyone, "permission"));
        let roles = count(one.principal.granted_app_roles.len(), "app role");
        let domain = &one.domain;
        lines.push(format!("  in {domain}: {assignments}, {allowed} for everyone, {roles} of its own"));
    }
    let scopes = application.scopes.iter().map(|one| one.value.as_str());
    let offered: Vec<&str> = scopes.chain(application.app_roles.iter().map(|one| one.value.as_str())).collect();
    if !offered.is_empty() {
        lines.push(format!("  what others are allowed on it: {}", offered.join(", ")));
    }
    lines.join("\n") + "\n"
}
