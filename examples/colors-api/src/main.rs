//! The Colors API as a program: `colors-api --issuer https://localhost:8443/TENANT-ID/v2.0 --ca grantor-data/ca.pem`.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use clap::Parser;
use grantor_environment::SystemClock;
use grantor_outgoing::{Outgoing, OutgoingSettings};
use grantor_resource_server::{Verifier, VerifierSettings};
use tokio::net::TcpListener;

/// An example API that answers with colors to whoever holds a token for it.
#[derive(Parser)]
struct Options {
    /// Whose tokens count: the `issuer` of the provider's metadata.
    #[arg(long, env = "COLORS_ISSUER")]
    issuer: String,
    /// This API's name in a token's `aud`.
    #[arg(long, env = "COLORS_AUDIENCE", default_value = "c0105000-0000-4000-8000-00000000a001")]
    audience: String,
    /// Where to listen; port 0 picks a free one.
    #[arg(long, env = "COLORS_LISTEN", default_value = "127.0.0.1:8081")]
    listen: String,
    /// A file with a certificate authority to trust beside the system's, in PEM form.
    #[arg(long = "ca", env = "COLORS_CA")]
    ca: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let options = Options::parse();
    let mut outgoing = OutgoingSettings::default();
    if let Some(file) = &options.ca {
        let pem = std::fs::read(file).with_context(|| format!("cannot read the --ca file {}", file.display()))?;
        outgoing.extra_ca_pem.push(pem);
    }
    let settings =
        VerifierSettings { realm: "colors".to_owned(), ..VerifierSettings::new(options.issuer, [options.audience]) };
    let verifier = Verifier::new(settings, Arc::new(Outgoing::new(&outgoing)?), Arc::new(SystemClock))?;
    let listener = TcpListener::bind(&options.listen)
        .await
        .with_context(|| format!("cannot listen on {}; choose another --listen", options.listen))?;
    println!("ready http://{}", listener.local_addr()?);
    axum::serve(listener, colors_api::router(Arc::new(verifier))).await.context("the server ended")
}
