//! `grantor user …`: looks after people's accounts.

mod acts;
mod list;
mod password;
mod remove;
mod show;

use clap::{Args, Subcommand};
use grantor_flows::administration::find::{self, Found};

use super::store::{IfMissing, Store, StoreOptions};

/// What `user` takes.
#[derive(Args, Debug)]
pub struct UserOptions {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// See who there is
    List(list::ListOptions),
    /// See what is known of a person, and whether they can sign in
    Show(Person),
    /// Give a person a password, which is asked for or read from standard input; what they are signed in to ends
    SetPassword(Person),
    /// Let a person sign in again
    Enable(Person),
    /// Let a person sign in no more, and end what they are signed in to
    Disable(Person),
    /// End everything that a person is signed in to
    EndSessions(Person),
    /// Open an account that wrong passwords have locked
    Unlock(Person),
    /// Take a person away with everything that hangs on them
    Remove(remove::RemoveOptions),
}

/// Who is meant.
#[derive(Args, Debug)]
pub struct Person {
    /// Their sign-in name or id
    #[arg(value_name = "NAME")]
    name: String,
    /// In which tenant, by its id or domain, if several have somebody of that name
    #[arg(long, value_name = "TENANT")]
    tenant: Option<String>,
}

impl Person {
    async fn find(&self, store: &Store) -> anyhow::Result<Found> {
        use grantor_flows::administration::AdministrationError::Several;
        let found = find::person(store.storage.as_ref(), self.tenant.as_deref(), &self.name).await;
        found.map_err(|error| match error {
            several @ Several { .. } => anyhow::anyhow!("{several}; say which with --tenant"),
            other => other.into(),
        })
    }
}

/// Does what is asked of a person's account.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: UserOptions) -> anyhow::Result<()> {
    let store = options.store.open(IfMissing::Refuse).await?;
    match options.act {
        Act::List(options) => list::run(&store, &options).await,
        Act::Show(person) => show::run(&store, &person.find(&store).await?).await,
        Act::SetPassword(person) => password::run(&store, &person.find(&store).await?).await,
        Act::Enable(person) => acts::switch(&store, &person.find(&store).await?, true).await,
        Act::Disable(person) => acts::switch(&store, &person.find(&store).await?, false).await,
        Act::EndSessions(person) => acts::end_sessions(&store, &person.find(&store).await?).await,
        Act::Unlock(person) => acts::unlock(&store, &person.find(&store).await?).await,
        Act::Remove(options) => remove::run(&store, &options).await,
    }
}
