//! `grantor apply`: makes the directory hold at least what a file says.

use std::path::PathBuf;

use clap::Args;
use grantor_rules::directory::Outcome;

use crate::platform::{Platform, database_of, summary};

/// What `apply` takes.
#[derive(Args, Debug)]
pub struct ApplyOptions {
    /// Directory files, applied in this order, each in one transaction
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// The data folder of the platform; it must not be in use
    #[arg(long, value_name = "DIR", env = "GRANTOR_DATA", default_value = "./grantor-data")]
    data: PathBuf,
}

/// Applies each file and prints what became of each thing in it.
///
/// # Errors
/// Every error of the first file that has any.
pub async fn run(options: ApplyOptions) -> anyhow::Result<()> {
    let platform = Platform::open(&options.data, &database_of(&options.data), None).await?;
    for file in &options.files {
        let applied = platform.apply(file).await?;
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
