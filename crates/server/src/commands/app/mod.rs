//! `grantor app …`: looks after applications and their credentials.

mod certificates;
mod check;
mod list;
mod logouts;
mod remove;
mod secrets;
mod show;
mod switch;

use clap::{Args, Subcommand};

use super::store::{IfMissing, StoreOptions};

/// What `app` takes.
#[derive(Args, Debug)]
pub struct AppOptions {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// See which applications there are, and whose credentials end soon
    List(list::ListOptions),
    /// See what an application is, what it may do, and its credentials
    Show(show::ShowOptions),
    /// See what of an application's registration would fail under a profile
    Check(check::CheckOptions),
    /// See what an application was told when sessions ended, and what it answered
    Logouts(logouts::LogoutsOptions),
    /// Make a secret for an application; it is printed once and kept nowhere
    AddSecret(secrets::AddOptions),
    /// Take a secret away: it proves nothing from then on
    RemoveSecret(secrets::RemoveOptions),
    /// Let an application prove itself by the key of a certificate
    AddCertificate(certificates::AddOptions),
    /// Take a certificate away: its key proves nothing from then on
    RemoveCertificate(certificates::RemoveOptions),
    /// Let an application be used again
    Enable(switch::SwitchOptions),
    /// Let nobody use an application, in any tenant
    Disable(switch::SwitchOptions),
    /// Take an application away with everything that hangs on it
    Remove(remove::RemoveOptions),
}

/// Does what is asked of an application.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: AppOptions) -> anyhow::Result<()> {
    let store = options.store.open(IfMissing::Refuse).await?;
    match options.act {
        Act::List(options) => list::run(&store, &options).await,
        Act::Show(options) => show::run(&store, &options).await,
        Act::Check(options) => check::run(&store, &options).await,
        Act::Logouts(options) => logouts::run(&store, &options).await,
        Act::AddSecret(options) => secrets::add(&store, &options).await,
        Act::RemoveSecret(options) => secrets::remove(&store, &options).await,
        Act::AddCertificate(options) => certificates::add(&store, &options).await,
        Act::RemoveCertificate(options) => certificates::remove(&store, &options).await,
        Act::Enable(options) => switch::run(&store, &options, true).await,
        Act::Disable(options) => switch::run(&store, &options, false).await,
        Act::Remove(options) => remove::run(&store, &options).await,
    }
}
