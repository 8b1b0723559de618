//! `grantor app add-secret` and `remove-secret`.

use std::time::Duration;

use clap::Args;
use grantor_environment::parse_length;
use grantor_flows::administration::{credentials, find};
use grantor_rules::credentials::{lifetime, signs_with_secrets};

use crate::commands::shown::{moment, print};
use crate::commands::store::Store;

/// What `app add-secret` takes.
#[derive(Args, Debug)]
pub struct AddOptions {
    /// For which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// What it is for, so that somebody knows whether it can go
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// How long it lives: a whole number and m, h or d, two years (730d) at most
    #[arg(long, value_name = "LENGTH", default_value = "180d", value_parser = length)]
    lifetime: Duration,
}

fn length(text: &str) -> Result<Duration, String> {
    let length = parse_length(text).ok_or("expected a whole number and m, h or d, as in 90d")?;
    lifetime(length).map_err(|error| error.to_string())
}

/// Makes a secret. Standard output gets the secret and nothing else, so that a script can take it from there.
pub async fn add(store: &Store, options: &AddOptions) -> anyhow::Result<()> {
    let (storage, now) = (store.storage.as_ref(), store.now());
    let application = find::application(storage, &options.client_id).await?;
    let client_secrets = if signs_with_secrets(&application) { Some(store.client_secrets().await?) } else { None };
    let wanted = (options.description.as_str(), options.lifetime, client_secrets.as_ref());
    let (value, kept) = credentials::add_secret(storage, store.entropy.as_ref(), &application, wanted, now).await?;
    let end = kept.expires_at.map(|end| format!(", ends {}", moment(end))).unwrap_or_default();
    let fate =
        if kept.sealed.is_some() { "kept sealed, because the application signs with it" } else { "kept nowhere" };
    eprintln!("{} has a new secret{end}. It is shown this once and {fate}: {}…", application.display_name, kept.hint);
    print(&format!("{}\n", value.expose()))?;
    Ok(())
}

/// What `app remove-secret` takes.
#[derive(Args, Debug)]
pub struct RemoveOptions {
    /// Of which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// Which secret: its first characters or its id, as `app show` tells them
    #[arg(value_name = "HINT-OR-ID")]
    secret: String,
}

/// Takes a secret away.
pub async fn remove(store: &Store, options: &RemoveOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    let gone = credentials::remove_secret(storage, &application, &options.secret, store.now()).await?;
    print(&format!("the secret {}… ({}) of {} is gone\n", gone.hint, gone.description, application.display_name))?;
    Ok(())
}
