//! `grantor call METHOD URL`: calls an API on a person's behalf.

use std::io::Write as _;

use anyhow::bail;
use clap::Args;
use grantor_client::Call;
use http::Method;
use url::Url;

use super::NativeOptions;

/// What `call` takes.
#[derive(Args, Debug)]
pub struct CallOptions {
    /// GET, POST, PATCH, PUT, DELETE, …
    method: Method,
    /// The address to call
    url: Url,
    /// What the token must allow; repeatable
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// On whose behalf, if several are signed in
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// A JSON body
    #[arg(long, value_name = "JSON")]
    data: Option<String>,
    #[command(flatten)]
    native: NativeOptions,
}

/// Calls, once more with a new token if the API says that the first is no longer good, and prints the answer's body.
///
/// # Errors
/// One line that says what is in the way; also when the API answers with anything but success, after its body.
pub async fn run(options: CallOptions) -> anyhow::Result<()> {
    let account = options.native.account(options.account.as_deref()).await?;
    let application = options.native.application(&account.client_id, &account.authority)?;
    let scopes: Vec<&str> = options.scopes.iter().map(String::as_str).collect();
    let mut call = Call::new(options.method, options.url, &scopes);
    if let Some(data) = options.data {
        call = call.json(data);
    }
    let called = application.call(&account, &call).await?;
    let mut out = std::io::stdout().lock();
    out.write_all(&called.response.body)?;
    if !called.response.body.ends_with(b"\n") {
        out.write_all(b"\n")?;
    }
    out.flush()?;
    if !called.response.status.is_success() {
        bail!("the API answered {}", called.response.status);
    }
    Ok(())
}
