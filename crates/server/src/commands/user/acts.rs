//! `grantor user enable`, `disable`, `end-sessions` and `unlock`.

use grantor_flows::administration::find::Found;
use grantor_flows::administration::people;
use grantor_rules::directory::Outcome;

use crate::commands::shown::print;
use crate::commands::store::Store;

/// Switches an account on or off.
pub async fn switch(store: &Store, person: &Found, enabled: bool) -> anyhow::Result<()> {
    let outcome = people::switch(store.storage.as_ref(), person, enabled, store.now()).await?;
    let name = &person.user.user_principal_name;
    print(&match (enabled, outcome) {
        (true, Outcome::Left) => format!("{name} is enabled already\n"),
        (true, _) => format!("{name} is enabled\n"),
        (false, Outcome::Left) => format!("{name} is disabled already\n"),
        (false, _) => format!("{name} is disabled; what they were signed in to has ended\n"),
    })?;
    Ok(())
}

/// Ends everything that a person is signed in to.
pub async fn end_sessions(store: &Store, person: &Found) -> anyhow::Result<()> {
    people::end_sessions(store.storage.as_ref(), person, store.now()).await?;
    print(&format!("what {} was signed in to has ended\n", person.user.user_principal_name))?;
    Ok(())
}

/// Opens a locked account.
pub async fn unlock(store: &Store, person: &Found) -> anyhow::Result<()> {
    let outcome = people::unlock(store.storage.as_ref(), person).await?;
    let name = &person.user.user_principal_name;
    print(&match outcome {
        Outcome::Left => format!("{name} was not locked: no wrong password was counted\n"),
        Outcome::Created | Outcome::Changed => format!("{name} can try a password again\n"),
    })?;
    Ok(())
}
