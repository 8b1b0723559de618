//! `grantor user remove`.

use clap::Args;
use grantor_flows::administration::find::Found;
use grantor_flows::administration::people::{self, Ties};

use super::Person;
use crate::commands::ask;
use crate::commands::shown::print;
use crate::commands::store::Store;

/// What `user remove` takes.
#[derive(Args, Debug)]
pub struct RemoveOptions {
    #[command(flatten)]
    person: Person,
    /// Do not ask
    #[arg(long)]
    yes: bool,
}

/// Takes a person away, after it has said what goes with them.
pub async fn run(store: &Store, options: &RemoveOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let person = options.person.find(store).await?;
    if !options.yes {
        eprint!("{}", what_goes(&person, &people::ties(storage, &person).await?));
        ask::confirm("Remove all of it for ever?").await?;
    }
    people::remove(storage, &person, store.now()).await?;
    print(&format!("{} ({}) is gone\n", person.user.user_principal_name, person.user.id))?;
    Ok(())
}

fn what_goes(person: &Found, ties: &Ties) -> String {
    let user = &person.user;
    let mut lines = vec![
        format!("With {}, {} of {}, go:", user.display_name, user.user_principal_name, person.tenant.domain),
        "  their password, their assignments and everything that they are signed in to".to_owned(),
    ];
    for (what, names) in
        [("their roles", &user.directory_roles), ("their place in", &ties.groups), ("what they allow", &ties.allows)]
    {
        if !names.is_empty() {
            lines.push(format!("  {what}: {}", names.join(", ")));
        }
    }
    lines.join("\n") + "\n"
}
