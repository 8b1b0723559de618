//! `grantor migrate`: copies a whole store to another database.

mod meter;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::Args;
use grantor_environment::SystemClock;
use grantor_storage_sql::transfer::{Store, Transfer};

use super::store::Address;
use crate::config::{DATABASE_FILE, Database};
use crate::data_folder::DataFolder;
use meter::Meter;

/// What `migrate` takes.
#[derive(Args, Debug)]
#[command(
    after_help = "Stop every server on both sides first, and start none on the target before this is done. It may be \
                  interrupted at any time: run the same again and it goes on. At the end both sides are read again and \
                  compared by digest. The source stays as it is, and the target's node needs the source's master.key."
)]
pub struct MigrateOptions {
    /// The store to copy: sqlite:PATH (a file or a data folder) or postgres://…
    #[arg(long, value_name = "URL", env = "GRANTOR_MIGRATE_FROM", hide_env_values = true)]
    from: Address,
    /// Where to: the same forms; an empty database, or one that the same migration has begun to fill
    #[arg(long, value_name = "URL", env = "GRANTOR_MIGRATE_TO", hide_env_values = true)]
    to: Address,
}

/// Copies, and prints how far it is.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: MigrateOptions) -> anyhow::Result<()> {
    let from = options.from.database("--from")?;
    let to = options.to.database("--to")?;
    if same_file(&from, &to) {
        bail!("--from and --to name the same file: name another one to copy to");
    }
    let source = Side::source(from).await.context("--from")?;
    let target = Side::target(to).await.context("--to")?;
    let meter = Meter::new(Arc::new(SystemClock), |line| eprintln!("{line}"));
    let report = |progress| meter.note(progress);
    let verified = Transfer::new(&source.store, &target.store).reporting(&report).run().await?;
    let rows: u64 = verified.iter().map(|table| table.rows).sum();
    let copied: u64 = verified.iter().map(|table| table.copied).sum();
    for table in &verified {
        println!("{} {} {}", table.digest, table.table, table.rows);
    }
    eprintln!("done: {rows} rows are the same on both sides, {copied} of them copied now");
    eprintln!(
        "copy master.key from the data folder of the source into that of each node on the target before its first start: \
         without it nothing sealed in the store can be opened"
    );
    Ok(())
}

/// One of the two, kept from others for as long as we can.
struct Side {
    store: Store,
    // Held so that no server uses the folder.
    _folder: Option<DataFolder>,
}

impl Side {
    async fn source(database: Database) -> anyhow::Result<Self> {
        if let Database::Sqlite(path) = &database {
            let file = in_folder(path);
            // Opening makes what is not there.
            if !file.is_file() {
                bail!("there is no store at {}: name the file or its data folder", file.display());
            }
        }
        Self::target(database).await
    }

    async fn target(database: Database) -> anyhow::Result<Self> {
        match database {
            Database::Postgres(url) => Ok(Self { store: Store::postgres(&url).await?, _folder: None }),
            Database::Sqlite(path) => Self::in_file(&path),
        }
    }

    fn in_file(path: &Path) -> anyhow::Result<Self> {
        let file = in_folder(path);
        let folder = if file == path { DataFolder::around(path)? } else { Some(DataFolder::open(path)?) };
        Ok(Self { store: Store::sqlite(&file)?, _folder: folder })
    }
}

fn same_file(one: &Database, other: &Database) -> bool {
    let file = |database: &Database| match database {
        // A file that is not there yet is no other's.
        Database::Sqlite(path) => in_folder(path).canonicalize().ok(),
        Database::Postgres(_) => None,
    };
    file(one).is_some_and(|one| file(other) == Some(one))
}

/// The database file in a data folder, or the file itself.
fn in_folder(path: &Path) -> PathBuf {
    if path.is_dir() { path.join(DATABASE_FILE) } else { path.to_owned() }
}
