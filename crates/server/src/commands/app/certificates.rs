//! `grantor app add-certificate` and `remove-certificate`.

use std::path::PathBuf;

use anyhow::{Context, anyhow};
use clap::Args;
use grantor_directory_file::client_certificate;
use grantor_flows::administration::{credentials, find};
use grantor_rules::directory::Outcome;

use crate::commands::shown::{moment, print};
use crate::commands::store::Store;

/// What `app add-certificate` takes.
#[derive(Args, Debug)]
pub struct AddOptions {
    /// For which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// What it is for, so that somebody knows whether it can go
    #[arg(long, value_name = "TEXT")]
    description: String,
    /// The certificate in PEM form, without its private key
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// Adds a certificate.
pub async fn add(store: &Store, options: &AddOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let file = options.file.display();
    let pem = std::fs::read_to_string(&options.file).with_context(|| format!("{file} cannot be read"))?;
    let certificate =
        client_certificate(options.description.clone(), &pem).map_err(|wrong| anyhow!("{file} {wrong}"))?;
    let application = find::application(storage, &options.client_id).await?;
    let (thumbprint, end) = (certificate.thumbprint(), moment(certificate.expires_at));
    let outcome = credentials::add_certificate(storage, &application, certificate, store.now()).await?;
    let name = &application.display_name;
    print(&match outcome {
        Outcome::Left => format!("{name} had the certificate {thumbprint} already\n"),
        Outcome::Created | Outcome::Changed => format!("{name} has the certificate {thumbprint}, which ends {end}\n"),
    })?;
    Ok(())
}

/// What `app remove-certificate` takes.
#[derive(Args, Debug)]
pub struct RemoveOptions {
    /// Of which application
    #[arg(value_name = "CLIENT-ID")]
    client_id: String,
    /// Which certificate: its SHA-1 or SHA-256 thumbprint in hexadecimal digits, or the first eight and more of them
    #[arg(value_name = "THUMBPRINT")]
    thumbprint: String,
}

/// Takes a certificate away.
pub async fn remove(store: &Store, options: &RemoveOptions) -> anyhow::Result<()> {
    let storage = store.storage.as_ref();
    let application = find::application(storage, &options.client_id).await?;
    let gone = credentials::remove_certificate(storage, &application, &options.thumbprint, store.now()).await?;
    let (thumbprint, name) = (gone.thumbprint(), &application.display_name);
    print(&format!("the certificate {thumbprint} ({}) of {name} is gone\n", gone.description))?;
    Ok(())
}
