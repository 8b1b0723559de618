//! `grantor login`: signs a person in with the system browser.

use clap::{Args, ValueEnum};
use grantor_client::{SignInOptions, SystemBrowser};
use grantor_protocol::prompt::Prompt;

use super::NativeOptions;

/// What `login` takes.
#[derive(Args, Debug)]
pub struct LoginOptions {
    /// Whom to ask, such as https://localhost:8443/contoso.example/v2.0
    #[arg(long, value_name = "URL", env = "GRANTOR_AUTHORITY")]
    authority: String,
    /// The registered client id of the application that you sign in to
    #[arg(long, value_name = "ID", env = "GRANTOR_CLIENT_ID")]
    client_id: String,
    /// A permission to ask for, such as User.Read or api://colors/Colors.Read; repeatable
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// Who signs in; filled in on the page
    #[arg(long, value_name = "NAME")]
    hint: Option<String>,
    /// What to ask in any case
    #[arg(long, value_enum)]
    prompt: Option<Asked>,
    #[command(flatten)]
    native: NativeOptions,
}

/// What a person can be asked in any case (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Asked {
    /// Name and password again
    Login,
    /// Whether the application may have this
    Consent,
    /// Which account
    #[value(name = "select_account")]
    SelectAccount,
}

/// Signs a person in and keeps the tokens.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: LoginOptions) -> anyhow::Result<()> {
    let application = options.native.application(&options.client_id, &options.authority)?;
    let scopes: Vec<&str> = options.scopes.iter().map(String::as_str).collect();
    let asked = SignInOptions {
        prompt: match options.prompt {
            None => Prompt::AsNeeded,
            Some(Asked::Login) => Prompt::Login,
            Some(Asked::Consent) => Prompt::Consent,
            Some(Asked::SelectAccount) => Prompt::SelectAccount,
        },
        login_hint: options.hint.as_deref(),
        ..SignInOptions::new(&SystemBrowser)
    };
    let signed_in = application.sign_in(&scopes, asked).await?;
    println!("signed in as {}", super::shown(&signed_in.account));
    println!("granted: {}", signed_in.access_token.scopes.join(" "));
    if !signed_in.can_refresh {
        println!("no refresh token was given: you sign in again when the access token ends");
    }
    Ok(())
}
