//! `grantor token`: prints an access token, silently acquired.

use clap::Args;

use super::NativeOptions;

/// What `token` takes.
#[derive(Args, Debug)]
pub struct TokenOptions {
    /// What the token must allow; repeatable. Several APIs can be asked one after the other with one sign-in
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Whose token, if several are signed in
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Renew it even if the one at hand is still good
    #[arg(long)]
    renew: bool,
    #[command(flatten)]
    native: NativeOptions,
}

/// Prints an access token: from the cache, or renewed.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: TokenOptions) -> anyhow::Result<()> {
    let account = options.native.account(options.account.as_deref()).await?;
    let application = options.native.application(&account.client_id, &account.authority)?;
    let scopes: Vec<&str> = options.scopes.iter().map(String::as_str).collect();
    let token = if options.renew {
        application.renew(&account, &scopes).await?
    } else {
        application.acquire_silent(&account, &scopes).await?
    };
    println!("{}", token.secret.expose());
    Ok(())
}
