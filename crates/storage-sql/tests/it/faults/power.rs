//! SQLite and the power: whenever it goes, everything that was acknowledged is there, and of the operation that was under
//! way all or nothing.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use grantor_faulty_disk::{Disk, Recording, Survivors};
use grantor_storage::Storage;
use grantor_storage::contract::insistent::{Insistent, Witness};

use super::disk::Behind;
use super::rows;
use crate::folder::Folder;

/// After so many steps of the recording, these rows were kept. None are known while several operations were under way.
type Moment = (usize, Option<Vec<String>>);

/// Notes what was acknowledged when.
struct Notary {
    behind: Behind,
    disk: Disk,
    moments: Mutex<Vec<Moment>>,
}

#[async_trait]
impl Witness for Notary {
    async fn rows(&self) -> Vec<String> {
        self.behind.rows()
    }

    async fn rows_after_a_crash(&self) -> Option<Vec<String>> {
        None
    }

    fn acknowledged(&self, rows: Option<Vec<String>>) {
        self.moments.lock().unwrap().push((self.disk.recorded(), rows));
    }
}

/// Runs a promise, closes the store, and then looks what the power would have left at any moment of that.
pub async fn power_cuts(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let folder = Arc::new(Folder::new());
    let disk = Disk::over(folder.path());
    let store = folder.open();
    disk.record("grantor.db").unwrap();
    let behind = Behind::of(&folder);
    let began = (0, Some(behind.rows()));
    let notary = Arc::new(Notary { behind, disk, moments: Mutex::new(vec![began]) });
    let witness = Arc::<Notary>::clone(&notary);
    let insistent = Insistent::over(Arc::new(store), witness);
    promise(Arc::new(insistent)).await;

    let Notary { behind, disk, moments } = Arc::into_inner(notary).unwrap();
    drop(behind);
    // The last one folds the log into the file: a cut in the middle of that is one too.
    drop(folder.open());
    let recording = disk.take_recording().unwrap();
    let moments = moments.into_inner().unwrap();
    for (steps, survivors) in cuts(&recording) {
        check(&recording, &moments, steps, survivors);
    }
}

/// So many steps of a promise are looked at, if it has so many.
const CUTS: usize = 24;

/// The power goes after some steps spread over all of them, and leaves one thing or another.
fn cuts(recording: &Recording) -> impl Iterator<Item = (usize, Survivors)> {
    let stride = (recording.len() / CUTS).max(1);
    (0..=recording.len()).rev().step_by(stride).enumerate().map(|(number, steps)| {
        let survivors = match number % 4 {
            0 => Survivors::All,
            1 => Survivors::TornLast(recording.written_by(steps).unwrap_or(0) / 2),
            2 => Survivors::Some(number as u64),
            _ => Survivors::None,
        };
        (steps, survivors)
    })
}

fn check(recording: &Recording, moments: &[Moment], steps: usize, survivors: Survivors) {
    let image = Folder::new();
    recording.after_a_power_cut(steps, survivors, image.path()).unwrap();
    drop(image.open());
    let found = rows::of_sound_sqlite(&image.file());
    let last = moments.iter().rposition(|(acknowledged, _)| *acknowledged <= steps).unwrap();
    // Unless several were under way, which may have come in any order.
    if let [(_, Some(acknowledged)), rest @ ..] = &moments[last..] {
        let under_way = rest.first().map_or(Some(acknowledged), |(_, rows)| rows.as_ref());
        let Some(under_way) = under_way else { return };
        assert!(found == *acknowledged || found == *under_way, "{steps} {survivors:?}: {found:#?} {acknowledged:#?}");
    }
}
