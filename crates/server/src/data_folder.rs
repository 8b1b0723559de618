//! The folder that holds everything of the embedded mode: one process at a time, secrets for its owner alone, and each
//! file either whole or absent after a crash.

use std::fs::{self, DirBuilder, File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use grantor_environment::Entropy;

const LOCK_FILE: &str = "lock";
const SECRET_BYTES: usize = 32;

/// The data folder, held for this process until it is dropped.
#[derive(Debug)]
pub struct DataFolder {
    path: PathBuf,
    // The system frees the lock when the file closes, so also when the process is killed. None beside a process that has it.
    held: Option<File>,
}

/// Who may read a file of the folder.
#[derive(Clone, Copy)]
pub(crate) enum Readers {
    Owner,
    Everyone,
}

impl DataFolder {
    /// Opens the folder, makes it where it does not exist, and keeps every other process out of it.
    ///
    /// # Errors
    /// [`DataFolderError::InUse`] when another process holds it; [`DataFolderError::Io`] for what the system refuses.
    pub fn open(path: &Path) -> Result<Self, DataFolderError> {
        create_folder(path).map_err(|source| DataFolderError::io("create the data folder", path, source))?;
        warn_if_others_can_enter(path);
        Ok(Self { path: path.to_owned(), held: Some(lock(path)?) })
    }

    /// The same, or, where another process holds the folder, beside that: for what may be done while a server runs.
    ///
    /// # Errors
    /// As [`Self::open`], [`DataFolderError::InUse`] apart.
    pub fn open_or_beside(path: &Path) -> Result<Self, DataFolderError> {
        match Self::open(path) {
            Err(DataFolderError::InUse { .. }) => Ok(Self { path: path.to_owned(), held: None }),
            other => other,
        }
    }

    /// Whether another process holds the folder.
    pub const fn is_beside(&self) -> bool {
        self.held.is_none()
    }

    /// The data folder in which a file lies, if it is one, opened.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn around(file: &Path) -> Result<Option<Self>, DataFolderError> {
        folder_around(file).map(Self::open).transpose()
    }

    /// The same, or beside the process that holds it.
    ///
    /// # Errors
    /// As [`Self::open_or_beside`].
    pub fn around_or_beside(file: &Path) -> Result<Option<Self>, DataFolderError> {
        folder_around(file).map(Self::open_or_beside).transpose()
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The secret of that name, made from `entropy` and kept at the first call.
    ///
    /// # Errors
    /// [`DataFolderError::Exposed`] when others could read it, [`DataFolderError::WrongSize`] when it is not 32 bytes
    /// long, [`DataFolderError::Io`] for what the system refuses.
    pub fn secret(&self, name: &str, entropy: &dyn Entropy) -> Result<[u8; SECRET_BYTES], DataFolderError> {
        if let Some(secret) = self.find_secret(name)? {
            return Ok(secret);
        }
        let secret = entropy.bytes();
        self.write(name, &secret, Readers::Owner)?;
        Ok(secret)
    }

    /// The secret of that name, which must be there.
    ///
    /// # Errors
    /// [`DataFolderError::Missing`] when it is not; else as [`Self::secret`].
    pub fn kept_secret(&self, name: &str) -> Result<[u8; SECRET_BYTES], DataFolderError> {
        self.find_secret(name)?.ok_or_else(|| DataFolderError::Missing { file: self.path.join(name) })
    }

    fn find_secret(&self, name: &str) -> Result<Option<[u8; SECRET_BYTES]>, DataFolderError> {
        let wrong = |found: Vec<u8>| DataFolderError::WrongSize { file: self.path.join(name), found: found.len() };
        self.read_private(name)?.map(|found| found.try_into().map_err(wrong)).transpose()
    }

    /// The content of a file that only its owner may read.
    pub(crate) fn read_private(&self, name: &str) -> Result<Option<Vec<u8>>, DataFolderError> {
        let path = self.path.join(name);
        let refused = |source| DataFolderError::io("read", &path, source);
        let mut file = match File::open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(error)),
        };
        if let Some(mode) = mode_for_others(&file).map_err(refused)? {
            return Err(DataFolderError::Exposed { file: path, mode });
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(refused)?;
        Ok(Some(bytes))
    }

    /// Puts a file in place whole: whoever looks sees all of it or nothing, also after a loss of power.
    pub(crate) fn write(&self, name: &str, bytes: &[u8], readers: Readers) -> Result<(), DataFolderError> {
        let path = self.path.join(name);
        let part = self.path.join(format!("{name}.part"));
        let put = || {
            // Left by a process that died here; the lock says that nobody is writing it.
            match fs::remove_file(&part) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
            let mut file = create_file(&part, readers)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&part, &path)?;
            sync_folder(&self.path)
        };
        put().map_err(|source| DataFolderError::io("write", &path, source))
    }
}

fn folder_around(file: &Path) -> Option<&Path> {
    let parent = file.parent().map(|parent| if parent == Path::new("") { Path::new(".") } else { parent });
    parent.filter(|parent| parent.join(LOCK_FILE).is_file())
}

fn lock(folder: &Path) -> Result<File, DataFolderError> {
    let path = folder.join(LOCK_FILE);
    let refused = |source| DataFolderError::io("lock", &path, source);
    let mut options = OpenOptions::new();
    owner_only(options.read(true).write(true).create(true).truncate(false));
    let file = options.open(&path).map_err(refused)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(DataFolderError::InUse { folder: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(refused(source)),
    }
}

fn create_file(path: &Path, readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    match readers {
        Readers::Owner => owner_only(&mut options),
        Readers::Everyone => &mut options,
    }
    .open(path)
}

#[cfg(unix)]
fn create_folder(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    DirBuilder::new().recursive(true).mode(0o700).create(path)
}

#[cfg(unix)]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    use std::os::unix::fs::OpenOptionsExt;
    options.mode(0o600)
}

#[cfg(unix)]
fn mode_for_others(file: &File) -> io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode() & 0o7777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// A folder that was there before us may be meant so (a volume of a container): said, not refused.
#[cfg(unix)]
fn warn_if_others_can_enter(path: &Path) {
    let mode = File::open(path).and_then(|folder| mode_for_others(&folder));
    if let Ok(Some(mode)) = mode {
        let folder = path.display();
        tracing::warn!(%folder, mode = format!("{mode:04o}"), "others can enter the data folder: chmod 700 keeps them out");
    }
}

// Elsewhere the folder's inherited access list decides who reads.
#[cfg(not(unix))]
fn create_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().recursive(true).create(path)
}

#[cfg(not(unix))]
fn owner_only(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

#[cfg(not(unix))]
fn mode_for_others(_file: &File) -> io::Result<Option<u32>> {
    Ok(None)
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn warn_if_others_can_enter(_path: &Path) {}

/// Why the data folder cannot be used. Each text is one line that says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum DataFolderError {
    /// Another process holds it.
    #[error("{} is in use by another grantor process: stop that one, or name another folder with --data", folder.display())]
    InUse {
        /// Which folder.
        folder: PathBuf,
    },
    /// Others than its owner can read a secret.
    #[error(
        "{} can be read by others (mode {mode:04o}): run chmod 600 on it if nobody has, or else remove it and a new one is \
         made", file.display()
    )]
    Exposed {
        /// Which file.
        file: PathBuf,
        /// Its permissions.
        mode: u32,
    },
    /// A secret that something is sealed under is not there.
    #[error(
        "{} is missing, and the store holds what is sealed under it: put it back from a backup, or copy it from the data folder \
         of another node", file.display()
    )]
    Missing {
        /// Which file.
        file: PathBuf,
    },
    /// A secret of another length than we write.
    #[error(
        "{} holds {found} bytes where {SECRET_BYTES} are expected: restore it from a backup; without one, what it \
         protects is lost, and removing it makes a new one", file.display()
    )]
    WrongSize {
        /// Which file.
        file: PathBuf,
        /// How many bytes it holds.
        found: usize,
    },
    /// The system refused.
    #[error("cannot {action} {}: {source}; {}, or name another folder with --data", path.display(), how_to_mend(source))]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which path.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn how_to_mend(source: &io::Error) -> &'static str {
    match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on its disk",
        ErrorKind::ReadOnlyFilesystem => "let its disk be written to",
        _ => "give this user the right to it",
    }
}

impl DataFolderError {
    fn io(action: &'static str, path: &Path, source: io::Error) -> Self {
        Self::Io { action, path: path.to_owned(), source }
    }
}
