//! `grantor logout`: forgets an account on this machine.

use clap::Args;

use super::NativeOptions;

/// What `logout` takes.
#[derive(Args, Debug)]
pub struct LogoutOptions {
    /// Whom to forget, if several are signed in
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    #[command(flatten)]
    native: NativeOptions,
}

/// Forgets an account with all its tokens. The browser's own session with the provider goes on.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: LogoutOptions) -> anyhow::Result<()> {
    let account = options.native.account(options.account.as_deref()).await?;
    let application = options.native.application(&account.client_id, &account.authority)?;
    application.remove_account(&account).await?;
    println!("{} is forgotten on this machine", super::shown(&account));
    Ok(())
}
