//! `grantor key …`: looks after the signing keys.

use clap::{Args, Subcommand};
use grantor_flows::administration::keys::{self, KeyState, Phase, Rotated};
use grantor_rules::Settings;

use super::shown::{columns, moment, print};
use super::store::{IfMissing, StoreOptions};

/// What `key` takes.
#[derive(Args, Debug)]
pub struct KeyOptions {
    #[command(flatten)]
    store: StoreOptions,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// See which keys sign, which are published ahead, and which only prove what is out
    List,
    /// Make and publish the next key of every algorithm; it signs two days later, when everybody has seen it
    Rotate,
}

/// Does what is asked of the signing keys.
///
/// # Errors
/// One line that says what is in the way.
pub async fn run(options: KeyOptions) -> anyhow::Result<()> {
    let store = options.store.open(IfMissing::Refuse).await?;
    let (storage, settings) = (store.storage.as_ref(), Settings::default());
    let text = match options.act {
        Act::List => {
            let keys = keys::list(storage, store.now(), &settings).await?;
            columns(&keys.iter().map(row).collect::<Vec<_>>())
        }
        Act::Rotate => {
            let master = options.store.master_key()?;
            let rotated = keys::rotate(storage, &master, store.now(), store.entropy.as_ref(), &settings).await?;
            rotated.iter().map(line).collect()
        }
    };
    Ok(print(&text)?)
}

fn row(key: &KeyState) -> [String; 4] {
    let phase = match key.phase {
        Phase::Next => format!("signs from {}", moment(key.signs_from)),
        Phase::Signs => format!("signs since {}", moment(key.signs_from)),
        Phase::Proves => "proves what it has signed".to_owned(),
    };
    [key.algorithm.clone(), key.key_id.clone(), format!("made {}", moment(key.created_at)), phase]
}

fn line(rotated: &Rotated) -> String {
    let (what, key) = match rotated {
        Rotated::Published(key) => ("is published", key),
        Rotated::Already(key) => ("was published before", key),
    };
    format!("{}: the next key {} {what} and signs from {}\n", key.algorithm, key.key_id, moment(key.signs_from))
}
