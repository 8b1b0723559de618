//! Stores to measure: a large one, which is kept for the next time, and a small one, which is made for the occasion.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::{Clock as _, SystemClock};
use grantor_server::config::{DATABASE_FILE, Database};
use grantor_storage_sql::transfer::TABLES;
use serde::{Deserialize, Serialize};

use super::world::{FamilyPlace, Size, World};
use super::{copy, fill};
use crate::cluster::Cluster;
use crate::sides::{Launch, Passing};

/// How long a filled store is good for: sessions last for a day.
const GOOD_FOR: Duration = Duration::from_hours(18);
/// To be raised when the records of a filled store change.
const EDITION: u32 = 1;

/// A store with something in it, and what was done with it since.
pub struct Store {
    /// What it holds.
    pub world: World,
    /// The data folder.
    pub data: PathBuf,
    /// The address of the database, where that is not a file.
    pub url: Option<String>,
    /// Its refresh tokens.
    pub tokens: Arc<Tokens>,
    /// Where its marks are, if it is kept.
    kept: Option<PathBuf>,
    /// What goes when it goes, if it is not.
    _passing: Option<Passing>,
}

/// Which families come next, and the tokens of those that came before.
pub struct Tokens {
    size: Size,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    next: u64,
    successors: HashMap<u64, String>,
}

/// What is remembered of a kept store.
#[derive(Clone, Copy, Serialize, Deserialize)]
struct Marks {
    filled_at: i64,
    /// How many families were used: their tokens are not those that were filled in.
    used: u64,
}

impl Tokens {
    fn new(size: Size, used: u64) -> Arc<Self> {
        Arc::new(Self { size, state: Mutex::new(State { next: used, successors: HashMap::new() }) })
    }

    /// The next family, far from the last one, with its token if that is not the one that was filled in.
    pub fn next(&self) -> (FamilyPlace, Option<String>) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let family = scattered(state.next, self.size.families);
        state.next += 1;
        (self.size.place(family), state.successors.get(&family).cloned())
    }

    /// Notes the successor of a family's token.
    pub fn exchanged(&self, place: FamilyPlace, successor: &str) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.successors.insert(place.family, successor.to_owned());
    }

    fn used(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).next
    }
}

/// The `turn`th number below `count` in an order that comes by each once before it begins again.
fn scattered(turn: u64, count: u64) -> u64 {
    // A prime that is larger than any count divides none of them, and its multiples lie far apart.
    const PRIME: u64 = 2_654_435_761;
    debug_assert!(count < PRIME, "or else two such numbers overflow");
    turn % count * PRIME % count
}

impl Store {
    /// The large store in a file, kept or filled now. No more than `uses` families will be asked for.
    ///
    /// # Errors
    /// It cannot be filled.
    pub fn large_on_sqlite(launch: &Launch, size: Size, uses: u64) -> anyhow::Result<Self> {
        let folder = place(launch, "sqlite", size);
        let data = folder.join("data");
        let marks = if let Some(marks) = good(&folder, size, uses) {
            marks
        } else {
            afresh(&folder)?;
            println!("filling {} …", folder.display());
            let world = fill::fill(&data, size)?;
            write(&folder, Marks { filled_at: world.filled_at.millis(), used: 0 })?
        };
        let file = Database::Sqlite(data.join(DATABASE_FILE));
        let world = fill::world(&data, &file, size, marks.filled_at)?;
        let tokens = Tokens::new(size, marks.used);
        Ok(Self { world, data, url: None, tokens, kept: Some(folder), _passing: None })
    }

    /// The large store in a database, kept or copied now from the one in a file, and the cluster that it is in.
    ///
    /// # Errors
    /// It cannot be filled or copied.
    pub fn large_on_postgres(launch: &Launch, size: Size, uses: u64) -> anyhow::Result<(Self, Arc<Cluster>)> {
        // A quarter of a gibibyte would be no server's setting for tens of gigabytes.
        const SETTINGS: [&str; 2] = ["shared_buffers=2GB", "max_wal_size=4GB"];
        let folder = place(launch, "postgres", size);
        let data = folder.join("data");
        let source = if good(&folder, size, uses).is_some() {
            None
        } else {
            let source = Self::large_on_sqlite(launch, size, uses)?;
            afresh(&folder)?;
            Some(source)
        };
        let cluster = Arc::new(Cluster::at(&folder.join("cluster"), &SETTINGS)?);
        if let Some(source) = source {
            println!("copying into {} …", folder.display());
            cluster.ask("postgres", &format!("CREATE DATABASE {LARGE}"))?;
            copy::copy(&source.data.join(DATABASE_FILE), &cluster, LARGE)?;
            adopt_master_key(&source.data, &data)?;
            let filled_at = source.world.filled_at.millis();
            write(&folder, Marks { filled_at, used: source.tokens.used() })?;
        }
        let marks = read(&folder).context("the marks were just written")?;
        let url = cluster.url(LARGE);
        let world = fill::world(&data, &Database::Postgres(url.clone()), size, marks.filled_at)?;
        let tokens = Tokens::new(size, marks.used);
        Ok((Self { world, data, url: Some(url), tokens, kept: Some(folder), _passing: None }, cluster))
    }

    /// A small store, filled in the same way, in a file or in a database of that cluster.
    ///
    /// # Errors
    /// It cannot be filled or copied.
    pub fn small(launch: &Launch, size: Size, cluster: Option<&Arc<Cluster>>) -> anyhow::Result<Self> {
        let passing = launch.folder()?;
        let mut data = passing.folder.join("data");
        let world = fill::fill(&data, size)?;
        let (passing, url) = match cluster {
            None => (passing, None),
            Some(cluster) => {
                let passing = passing.over(&crate::sides::Store::Postgres(Arc::clone(cluster)))?;
                let (name, url) = passing.database().context("it was made")?;
                copy::copy(&data.join(DATABASE_FILE), cluster, &name)?;
                let own = passing.folder.join("of-database");
                adopt_master_key(&data, &own)?;
                data = own;
                (passing, Some(url))
            }
        };
        Ok(Self { world, data, url, tokens: Tokens::new(size, 0), kept: None, _passing: Some(passing) })
    }

    /// Reads its files once, so that what the operating system has room for is at hand, whatever was measured before.
    ///
    /// # Errors
    /// One cannot be read.
    pub fn warm(&self) -> anyhow::Result<()> {
        self.kept.as_deref().map_or(Ok(()), read_all)
    }

    /// Notes which families are about to be used up, so that none is taken for a fresh one even if this program is killed.
    ///
    /// # Errors
    /// The note cannot be written.
    pub fn reserve(&self, uses: u64) -> anyhow::Result<()> {
        let Some(folder) = &self.kept else { return Ok(()) };
        write(folder, Marks { filled_at: self.world.filled_at.millis(), used: self.tokens.used() + uses }).map(drop)
    }

    /// The size of the store on the disk.
    ///
    /// # Errors
    /// It cannot be found out.
    pub fn bytes(&self, cluster: Option<&Cluster>) -> anyhow::Result<u64> {
        match (&self.url, cluster) {
            (Some(url), Some(cluster)) => {
                let name = url.rsplit('/').next().and_then(|rest| rest.split('?').next()).unwrap_or_default();
                Ok(cluster.ask(name, "SELECT pg_database_size(current_database())")?.parse()?)
            }
            _ => Ok(std::fs::metadata(self.data.join(DATABASE_FILE))?.len()),
        }
    }
}

/// Forgets every kept store.
///
/// # Errors
/// One cannot be removed.
pub fn forget(launch: &Launch) -> anyhow::Result<()> {
    let entries = match std::fs::read_dir(&launch.scratch) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_name().to_string_lossy().starts_with(KEPT) {
            println!("forgetting {}", entry.path().display());
            std::fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// The large store's database.
pub const LARGE: &str = "filled";
const KEPT: &str = "growth-";
const MARKS: &str = "filled.json";

fn read_all(folder: &Path) -> anyhow::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_dir() {
            read_all(&entry.path())?;
        } else if kind.is_file() {
            // A server may be at work here: what is gone again was not needed.
            if let Ok(mut file) = std::fs::File::open(entry.path()) {
                std::io::copy(&mut file, &mut std::io::sink())?;
            }
        }
    }
    Ok(())
}

fn place(launch: &Launch, engine: &str, size: Size) -> PathBuf {
    let words = format!("{EDITION} {size:?} {TABLES:?}");
    let name = URL_SAFE_NO_PAD.encode(&digest(&SHA256, words.as_bytes()).as_ref()[..6]);
    launch.scratch.join(format!("{KEPT}{engine}-{name}"))
}

fn good(folder: &Path, size: Size, uses: u64) -> Option<Marks> {
    let marks = read(folder)?;
    let age = SystemClock.now().millis() - marks.filled_at;
    let young = u128::try_from(age).is_ok_and(|age| age < GOOD_FOR.as_millis());
    (young && (marks.used == 0 || marks.used + uses <= size.families)).then_some(marks)
}

fn afresh(folder: &Path) -> anyhow::Result<()> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(std::fs::create_dir_all(folder)?)
}

fn read(folder: &Path) -> Option<Marks> {
    serde_json::from_slice(&std::fs::read(folder.join(MARKS)).ok()?).ok()
}

fn write(folder: &Path, marks: Marks) -> anyhow::Result<Marks> {
    std::fs::write(folder.join(MARKS), serde_json::to_vec(&marks)?)?;
    Ok(marks)
}

/// What is sealed in a database can be opened with the master key of the folder that it came from alone.
fn adopt_master_key(from: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::create_dir(to)?;
    std::fs::copy(from.join("master.key"), to.join("master.key"))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_family_comes_once_before_one_comes_again() {
        for count in [1, 2, 1000, 1024] {
            let seen: BTreeSet<u64> = (0..count).map(|turn| scattered(turn, count)).collect();
            assert_eq!(seen.len() as u64, count);
            assert_eq!(scattered(count, count), scattered(0, count));
        }
        assert!(scattered(1, 10_000_000).abs_diff(scattered(2, 10_000_000)) > 1000);
    }
}
