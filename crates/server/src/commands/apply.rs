//! `grantor apply`: makes the directory hold at least what a file says.

use std::path::PathBuf;

use clap::Args;
use grantor_flows::directory::{Means, has_kept_secrets};
use grantor_rules::directory::Outcome;

use super::store::{IfMissing, StoreOptions};
use crate::platform::{apply, read, summary};

/// What `apply` takes.
#[derive(Args, Debug)]
pub struct ApplyOptions {
    /// Directory files, applied in this order, each in one transaction
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    store: StoreOptions,
}

/// Applies each file and prints what became of each thing in it.
///
/// # Errors
/// Every error of the first file that has any.
pub async fn run(options: ApplyOptions) -> anyhow::Result<()> {
    let store = options.store.open(IfMissing::Make).await?;
    for file in &options.files {
        let wanted = read(store.storage.as_ref(), file).await?;
        let client_secrets = if has_kept_secrets(&wanted) { Some(store.client_secrets().await?) } else { None };
        let means = Means {
            passwords: &store.passwords,
            entropy: store.entropy.as_ref(),
            client_secrets: client_secrets.as_ref(),
        };
        let applied = apply(store.storage.as_ref(), &means, store.now(), &wanted).await?;
        for one in &applied {
            let outcome = match one.outcome {
                Outcome::Created => "created",
                Outcome::Changed => "changed",
                Outcome::Left => "left   ",
            };
            println!("{outcome} {} {}", one.kind, one.name);
        }
        println!("{}: {}", file.display(), summary(&applied));
    }
    Ok(())
}
