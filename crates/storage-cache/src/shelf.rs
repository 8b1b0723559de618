//! A bounded place in memory for things of one kind, each under the stamp of the state in which it was read.

use std::hash::Hash;
use std::io;
use std::sync::Arc;

use grantor_storage::Shard;
use quick_cache::sync::Cache;
use quick_cache::{Equivalent, Weighter};
use serde::Serialize;

use crate::currency::{Stamp, Stamps};

/// What a thing is taken to use, to guess how many there will be.
const USUAL_BYTES: usize = 2 * 1024;
/// What a thing uses besides what it says: its key, its place, the counts of those who hold it.
const BESIDE: usize = 256;

/// Things of one kind. When it is full, those go that nobody has asked for lately.
pub struct Shelf<K, V> {
    kept: Cache<K, Kept<V>, Weigh>,
}

struct Kept<V> {
    shard: Shard,
    stamp: Stamp,
    bytes: u64,
    thing: Arc<V>,
}

// By hand: the derived one asks for a `V` that can be cloned.
impl<V> Clone for Kept<V> {
    fn clone(&self) -> Self {
        Self { thing: Arc::clone(&self.thing), ..*self }
    }
}

#[derive(Clone)]
struct Weigh;

impl<K, V> Weighter<K, Kept<V>> for Weigh {
    fn weight(&self, _: &K, kept: &Kept<V>) -> u64 {
        kept.bytes
    }
}

impl<K: Eq + Hash, V: Serialize> Shelf<K, V> {
    /// Keeps about so many bytes at most.
    pub fn of_bytes(most: usize) -> Self {
        Self { kept: Cache::with_weighter(most / USUAL_BYTES, most as u64, Weigh) }
    }

    /// What is kept under this key, if its part of the directory is still as it was then.
    pub fn get<Q: Hash + Equivalent<K> + ?Sized>(&self, key: &Q, now: &Stamps) -> Option<Arc<V>> {
        self.kept.get(key).filter(|kept| kept.stamp == now.of(kept.shard)).map(|kept| kept.thing)
    }

    /// Keeps a thing of this part of the directory, which was read after the stamps were taken.
    pub fn keep(&self, key: K, shard: Shard, before: &Stamps, thing: &Arc<V>) {
        let bytes = bytes_of(thing.as_ref());
        self.kept.insert(key, Kept { shard, stamp: before.of(shard), bytes, thing: Arc::clone(thing) });
    }

    /// How many bytes are kept, as they are counted here.
    pub fn bytes(&self) -> u64 {
        self.kept.weight()
    }
}

/// About how many bytes of memory a thing uses: its text with all its names in it is as long as its parts with their lengths
/// and their places, and twice that is on the safe side.
fn bytes_of(thing: &impl Serialize) -> u64 {
    let mut text = Count(0);
    // What cannot be put into words was never read from the store.
    let _ = serde_json::to_writer(&mut text, thing);
    (BESIDE + 2 * text.0) as u64
}

struct Count(usize);

impl io::Write for Count {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use grantor_environment::ManualMonotonic;
    use grantor_storage::{DirectoryVersions, Shard};

    use super::*;
    use crate::currency::Currency;

    #[test]
    fn what_was_read_before_a_change_is_never_used() {
        let currency = Currency::new(Arc::new(ManualMonotonic::default()));
        currency.learn(currency.moment(), DirectoryVersions::default());
        let (shard, other) = (Shard::at(1).unwrap(), Shard::at(2).unwrap());
        let now = || currency.stamps().unwrap();
        let shelf: Shelf<&str, String> = Shelf::of_bytes(1 << 20);
        // Two begin to read; meanwhile a part changes; then both are done.
        let before = now();
        currency.has_changed(shard);
        shelf.keep("old", shard, &before, &Arc::new("read too early".to_owned()));
        shelf.keep("kept", other, &before, &Arc::new("of another part".to_owned()));
        assert_eq!(shelf.get("old", &now()), None);
        assert!(shelf.get("kept", &now()).is_some());
        shelf.keep("old", shard, &now(), &Arc::new("read again".to_owned()));
        assert_eq!(shelf.get("old", &now()).as_deref().map(String::as_str), Some("read again"));
        // A slow one takes the place of what was read since: that is read once more, and nothing old is used.
        shelf.keep("old", shard, &before, &Arc::new("read too early".to_owned()));
        assert_eq!(shelf.get("old", &now()), None);
    }

    #[test]
    fn it_never_keeps_more_than_it_may() {
        let currency = Currency::new(Arc::new(ManualMonotonic::default()));
        currency.learn(currency.moment(), DirectoryVersions::default());
        let (shard, stamps) = (Shard::all().next().unwrap(), currency.stamps().unwrap());
        let most = 256 * 1024;
        let shelf: Shelf<u32, String> = Shelf::of_bytes(most);
        for key in 0..10_000 {
            shelf.keep(key, shard, &stamps, &Arc::new("x".repeat(1000)));
            assert!(shelf.bytes() <= most as u64, "{key}: {}", shelf.bytes());
        }
        assert!(shelf.bytes() > most as u64 / 2, "it is of use: {}", shelf.bytes());
        // Larger than everything: it is given out and not kept.
        shelf.keep(10_000, shard, &stamps, &Arc::new("x".repeat(most)));
        assert_eq!(shelf.get(&10_000, &stamps), None);
        assert!(shelf.bytes() <= most as u64);
    }
}
