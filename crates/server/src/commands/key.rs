//! `grantor key …`: looks after the signing keys.

use clap::{Args, Subcommand};
use grantor_flows::administration::keys::{self, Begins, KeyState, Phase, Rehearsal, Rotated};
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
    Rotate(RotateOptions),
    /// See which applications have fetched the next keys, and which would meet them unprepared
    Rehearse,
}

/// What `key rotate` takes.
#[derive(Args, Debug)]
struct RotateOptions {
    /// Sign with the new keys at once, such as when an old one may be known to others; who keeps keys for a day and does not
    /// look again refuses what they sign until then
    #[arg(long)]
    at_once: bool,
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
        Act::Rotate(RotateOptions { at_once }) => {
            let begins = if at_once { Begins::AtOnce } else { Begins::WhenSeen };
            let master = store.master_key().await?;
            let rotated =
                keys::rotate(storage, &master, store.now(), store.entropy.as_ref(), &settings, begins).await?;
            if rotated.is_empty() {
                "no key signs yet; the server makes the first one when it starts\n".to_owned()
            } else {
                rotated.iter().map(line).collect()
            }
        }
        Act::Rehearse => {
            let rehearsals = keys::rehearse(storage, store.now(), &settings).await?;
            if rehearsals.is_empty() {
                "no key is published ahead; `grantor key rotate` publishes the next ones\n".to_owned()
            } else {
                rehearsals.iter().map(rehearsed).collect()
            }
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

fn rehearsed(rehearsal: &Rehearsal) -> String {
    let Rehearsal { key, applications, others } = rehearsal;
    let heading = format!("{}: the next key {} signs from {}\n", key.algorithm, key.key_id, moment(key.signs_from));
    let seen = applications.iter().map(|(application, at)| {
        let told = at.map_or_else(|| "not seen".to_owned(), |at| format!("seen {}", moment(at)));
        [format!("  {}", application.client_id), application.display_name.clone(), told]
    });
    let unnamed = others
        .iter()
        .map(|(name, at)| [format!("  {name}"), "says of no application".to_owned(), format!("seen {}", moment(*at))]);
    heading + &columns(&seen.chain(unnamed).collect::<Vec<_>>())
}
