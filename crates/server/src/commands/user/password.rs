//! `grantor user set-password`.

use grantor_flows::administration::find::Found;
use grantor_flows::administration::people;
use grantor_rules::directory::Outcome;

use crate::commands::ask;
use crate::commands::shown::print;
use crate::commands::store::Store;

/// Gives a person a password, which is never an argument: whoever lists the machine's processes would read it.
pub async fn run(store: &Store, person: &Found) -> anyhow::Result<()> {
    let name = &person.user.user_principal_name;
    let password = ask::new_password(name).await?;
    let hashing = (&store.passwords, store.entropy.as_ref());
    let outcome = people::set_password(store.storage.as_ref(), hashing, person, &password, store.now()).await?;
    print(&match outcome {
        Outcome::Created | Outcome::Left => format!("{name} has a password now\n"),
        Outcome::Changed => format!("{name} has another password now; what they were signed in to has ended\n"),
    })?;
    Ok(())
}
