//! `grantor app list`: which applications there are.

use clap::Args;
use grantor_environment::Timestamp;
use grantor_flows::administration::find;
use grantor_rules::credentials::Ending;
use grantor_rules::model::Application;

use crate::commands::shown::{columns, ending, print};
use crate::commands::store::Store;

/// What `app list` takes.
#[derive(Args, Debug)]
pub struct ListOptions {
    /// Those of one tenant alone, by its id or domain
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

/// Lists applications: client id, name, tenant, and what has to be said of them.
pub async fn run(store: &Store, options: &ListOptions) -> anyhow::Result<()> {
    let now = store.now();
    let mut rows = Vec::new();
    for tenant in find::tenants(store.storage.as_ref(), options.tenant.as_deref()).await? {
        for one in find::applications_of(store.storage.as_ref(), tenant.id).await? {
            let (name, domain) = (one.display_name.clone(), tenant.domain.clone());
            rows.push([one.client_id.to_string(), name, domain, notes(&one, now)]);
        }
    }
    Ok(print(&columns(&rows))?)
}

fn notes(application: &Application, now: Timestamp) -> String {
    let secrets = application.secrets.iter().map(|secret| ("secret", secret.expires_at));
    let certificates = application.certificates.iter().map(|one| ("certificate", Some(one.expires_at)));
    let ends = secrets.chain(certificates).filter_map(|(what, end)| {
        let told = ending(Ending::of(end, now))?;
        Some(format!("a {what} {told}"))
    });
    let disabled = application.disabled.then(|| "disabled".to_owned());
    let by_itself = application.registration.as_ref().map(|_| "registered itself".to_owned());
    disabled.into_iter().chain(by_itself).chain(ends).collect::<Vec<_>>().join(", ")
}
