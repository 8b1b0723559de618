//! What was done to a database's files, and what a power cut would have left of it.

use std::io;
use std::path::{Path, PathBuf};

use crate::File;

/// One thing that was done to a file.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Write(u64, Vec<u8>),
    Truncate(u64),
    Sync,
    Delete,
}

/// What was done to the files of one database, in order.
#[derive(Clone, Debug)]
pub struct Recording {
    name: PathBuf,
    /// What the files held at the beginning.
    began: [Option<Vec<u8>>; 2],
    steps: Vec<(File, Step)>,
}

/// What a power cut leaves of the writes that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Survivors {
    /// None.
    None,
    /// All.
    All,
    /// All, but of the last one only so many bytes.
    TornLast(usize),
    /// Some of them in any order of going to the disk, the last of those torn: which ones, this number decides.
    Some(u64),
}

impl Recording {
    /// Begins with what is there.
    pub(crate) fn of(database: &Path) -> io::Result<Self> {
        let began = [read(database, File::Database)?, read(database, File::Log)?];
        let name = database.file_name().map(PathBuf::from).unwrap_or_default();
        Ok(Self { name, began, steps: Vec::new() })
    }

    pub(crate) fn note(&mut self, file: File, step: Step) {
        self.steps.push((file, step));
    }

    /// How many steps there are.
    pub fn len(&self) -> usize {
        self.steps.len()
    }

    /// Whether nothing was done.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// How long the write is that is step number `step`, counted from 1. `None` for another kind of step.
    pub fn written_by(&self, step: usize) -> Option<usize> {
        match self.steps.get(step.checked_sub(1)?)? {
            (_, Step::Write(_, bytes)) => Some(bytes.len()),
            _ => None,
        }
    }

    /// Writes into `folder` what the disk holds when the power is cut after `steps` steps. What was synced is there; of
    /// the rest, what `survivors` says.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn after_a_power_cut(&self, steps: usize, survivors: Survivors, folder: &Path) -> io::Result<()> {
        for (file, began) in [File::Database, File::Log].into_iter().zip(&self.began) {
            let mut path = folder.join(&self.name).into_os_string();
            path.push(file.suffix());
            match self.left_of(file, began.clone(), steps, survivors) {
                Some(bytes) => std::fs::write(path, bytes)?,
                None => remove(Path::new(&path))?,
            }
        }
        Ok(())
    }

    fn left_of(&self, file: File, began: Option<Vec<u8>>, steps: usize, survivors: Survivors) -> Option<Vec<u8>> {
        let mut durable = began;
        let mut pending = Vec::new();
        for (number, (of, step)) in self.steps[..steps].iter().enumerate() {
            match step {
                _ if *of != file => {}
                Step::Sync => pending.drain(..).for_each(|(_, step)| apply(&mut durable, step, usize::MAX)),
                // SQLite deletes a log only when nothing in it is needed any more.
                Step::Delete => {
                    pending.clear();
                    durable = None;
                }
                step => pending.push((number, step)),
            }
        }
        for (step, most) in survivors.of(&pending, steps) {
            apply(&mut durable, step, most);
        }
        durable
    }
}

impl Survivors {
    /// The steps that survive, each with the most bytes that survive of it.
    fn of<'a>(self, pending: &[(usize, &'a Step)], steps: usize) -> Vec<(&'a Step, usize)> {
        let whole = |(_, step): &(usize, &'a Step)| (*step, usize::MAX);
        match self {
            Self::None => Vec::new(),
            Self::All => pending.iter().map(whole).collect(),
            Self::TornLast(most) => pending
                .iter()
                .map(|(number, step)| (*step, if number + 1 == steps { most } else { usize::MAX }))
                .collect(),
            Self::Some(number) => {
                let chosen = pending.iter().filter(|(step, _)| mixed(number, *step) & 1 == 1);
                let mut chosen: Vec<_> = chosen.map(whole).collect();
                if let Some((Step::Write(_, bytes), most)) = chosen.last_mut() {
                    *most = usize::try_from(mixed(number, bytes.len())).unwrap_or(0) % (bytes.len() + 1);
                }
                chosen
            }
        }
    }
}

/// A number that looks like neither of the two (SplitMix64's finalizer).
fn mixed(seed: u64, step: usize) -> u64 {
    let mut mixed = seed.wrapping_add((step as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (mixed ^ (mixed >> 31)) >> 8
}

fn apply(file: &mut Option<Vec<u8>>, step: &Step, most: usize) {
    let length = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let bytes = file.get_or_insert_default();
    match step {
        Step::Write(at, written) => {
            let written = &written[..written.len().min(most)];
            let end = length(*at) + written.len();
            if bytes.len() < end {
                bytes.resize(end, 0);
            }
            bytes[end - written.len()..end].copy_from_slice(written);
        }
        Step::Truncate(to) => bytes.resize(length(*to), 0),
        Step::Sync | Step::Delete => {}
    }
}

fn read(database: &Path, file: File) -> io::Result<Option<Vec<u8>>> {
    let mut path = database.as_os_str().to_owned();
    path.push(file.suffix());
    match std::fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
