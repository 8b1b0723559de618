//! `grantor accounts`: who is signed in on this machine.

use clap::Args;
use grantor_client::accounts_in;

use super::NativeOptions;

/// What `accounts` takes.
#[derive(Args, Debug)]
pub struct AccountsOptions {
    /// One JSON object a line
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    native: NativeOptions,
}

/// Lists the accounts.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: AccountsOptions) -> anyhow::Result<()> {
    let accounts = accounts_in(options.native.cache()?.as_ref()).await?;
    for account in &accounts {
        if options.json {
            println!("{}", serde_json::to_string(account)?);
        } else {
            let name = account.name.as_deref().unwrap_or_default();
            println!("{}  {name}  {}  {}", super::shown(account), account.client_id, account.authority);
        }
    }
    if accounts.is_empty() && !options.json {
        eprintln!("nobody is signed in; run `grantor login` first");
    }
    Ok(())
}
