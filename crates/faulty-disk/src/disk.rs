//! A folder whose files obey a plan.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, Weak};
use std::time::Duration;

use crate::recording::{Recording, Step};
use crate::vfs;

/// Which of a database's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum File {
    /// The database itself.
    Database,
    /// Its write-ahead log.
    Log,
}

impl File {
    /// What its name is, after that of the database.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::Database => "",
            Self::Log => "-wal",
        }
    }

    fn named(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        if name.ends_with("-wal") {
            Some(Self::Log)
        } else {
            // What is shared between connections is no file of the database, and a log of another kind is never kept.
            (!name.ends_with("-shm") && !name.ends_with("-journal")).then_some(Self::Database)
        }
    }
}

/// What SQLite asks of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act<'a> {
    /// To read so many bytes.
    Read(usize),
    /// To write these bytes at this place.
    Write(u64, &'a [u8]),
    /// To cut it to this length.
    Truncate(u64),
    /// To answer once everything that was written is durable.
    Sync,
}

/// What the disk does about an act.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// What it is asked.
    Do,
    /// What it is asked, after a while.
    DoAfter(Duration),
    /// Nothing.
    Refuse(Failure),
    /// So many bytes of a write, and then it fails.
    Tear(usize, Failure),
}

/// How an act fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no room.
    Full,
    /// The device does not answer as it should.
    Io,
}

type Plan = dyn Fn(File, Act<'_>) -> Answer + Send + Sync;

/// What every file of a disk shares.
pub(crate) struct State {
    folder: PathBuf,
    plan: Mutex<Option<Arc<Plan>>>,
    recording: Mutex<Option<Recording>>,
}

static DISKS: RwLock<Vec<Weak<State>>> = RwLock::new(Vec::new());

/// A folder whose files obey a plan, until this is dropped. Files that are open by then stay as they are.
pub struct Disk {
    state: Arc<State>,
}

impl Disk {
    /// Everything beneath this folder that is opened from now on.
    ///
    /// # Panics
    /// When SQLite takes no file system.
    pub fn over(folder: &Path) -> Self {
        vfs::install();
        let folder = folder.canonicalize().expect("the folder exists");
        let state = Arc::new(State { folder, plan: Mutex::default(), recording: Mutex::default() });
        let mut disks = DISKS.write().unwrap_or_else(PoisonError::into_inner);
        disks.retain(|disk| disk.strong_count() > 0);
        disks.push(Arc::downgrade(&state));
        Self { state }
    }

    /// From now on each act is shown to `plan`.
    pub fn trouble(&self, plan: impl Fn(File, Act<'_>) -> Answer + Send + Sync + 'static) {
        *held(&self.state.plan) = Some(Arc::new(plan));
    }

    /// From now on everything is done at once.
    pub fn heal(&self) {
        *held(&self.state.plan) = None;
    }

    /// Records, from now on, what is done to the database of this name, which nobody may be writing to just now.
    ///
    /// # Errors
    /// When its files cannot be read.
    pub fn record(&self, database: &str) -> std::io::Result<()> {
        let recording = Recording::of(&self.state.folder.join(database))?;
        *held(&self.state.recording) = Some(recording);
        Ok(())
    }

    /// How many steps were recorded by now.
    pub fn recorded(&self) -> usize {
        held(&self.state.recording).as_ref().map_or(0, Recording::len)
    }

    /// Ends the recording and returns it.
    pub fn take_recording(&self) -> Option<Recording> {
        held(&self.state.recording).take()
    }
}

impl State {
    /// The disk that a file lies on, and which file it is.
    pub(crate) fn of(path: &Path) -> Option<(Arc<Self>, File)> {
        let disks = DISKS.read().unwrap_or_else(PoisonError::into_inner);
        let disk = disks.iter().filter_map(Weak::upgrade).find(|disk| path.starts_with(&disk.folder))?;
        Some((disk, File::named(path)?))
    }

    /// What the plan says. Asked without holding anything: a plan may wait.
    pub(crate) fn ask(&self, file: File, act: Act<'_>) -> Answer {
        let plan = held(&self.plan).clone();
        plan.map_or(Answer::Do, |plan| plan(file, act))
    }

    /// Notes what was done.
    pub(crate) fn note(&self, file: File, step: impl FnOnce() -> Step) {
        if let Some(recording) = &mut *held(&self.recording) {
            recording.note(file, step());
        }
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
