//! A cache in a file that only its owner may read.
//!
//! A change is written to a new file beside the old one, made durable, and put in its place by a rename: whoever reads sees
//! the old or the new contents, whole. A second file, `NAME.lock`, is what processes lock, since the first is replaced.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use grantor_environment::Entropy;
use grantor_jose::base64url;
use tokio::sync::OwnedMutexGuard;

use super::{CacheError, Contents, OpenCache, TokenCache};

/// Keeps tokens in a JSON file of mode 0600. Links are not followed, and a file that others may read is refused.
pub struct FileCache {
    place: Place,
    entropy: Arc<dyn Entropy>,
    /// Lets one task of this process at a time wait for the lock, so that waiting takes one thread.
    changing: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Clone)]
struct Place(PathBuf);

struct Open {
    place: Place,
    entropy: Arc<dyn Entropy>,
    contents: Contents,
    /// Unlocked when it is closed, also by the end of the process.
    _lock: File,
    _alone: OwnedMutexGuard<()>,
}

impl FileCache {
    /// A cache in the file at `path`. Nothing is touched before it is used; folders above it are then made for the owner.
    pub fn new(path: impl Into<PathBuf>, entropy: Arc<dyn Entropy>) -> Self {
        Self { place: Place(path.into()), entropy, changing: Arc::default() }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.place.0
    }
}

#[async_trait]
impl TokenCache for FileCache {
    async fn peek(&self) -> Result<Contents, CacheError> {
        let place = self.place.clone();
        blocking(move || place.read()).await
    }

    async fn open(&self) -> Result<Box<dyn OpenCache>, CacheError> {
        let alone = Arc::clone(&self.changing).lock_owned().await;
        let (place, entropy) = (self.place.clone(), Arc::clone(&self.entropy));
        blocking(move || {
            let lock = place.lock()?;
            let contents = place.read()?;
            Ok(Box::new(Open { place, entropy, contents, _lock: lock, _alone: alone }) as Box<dyn OpenCache>)
        })
        .await
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, CacheError> + Send + 'static,
) -> Result<T, CacheError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) => std::panic::resume_unwind(error.into_panic()),
    }
}

impl OpenCache for Open {
    fn contents(&self) -> &Contents {
        &self.contents
    }

    fn replace(&mut self, contents: Contents) -> Result<(), CacheError> {
        let random: [u8; 12] = self.entropy.bytes();
        self.place.write(&contents, &base64url::encode(random))?;
        self.contents = contents;
        Ok(())
    }
}

impl Place {
    fn read(&self) -> Result<Contents, CacheError> {
        let mut file = match open_private(&self.0, OpenOptions::new().read(true)) {
            Ok(file) => file,
            Err(CacheError::File { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                return Ok(Contents::default());
            }
            Err(error) => return Err(error),
        };
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|source| failed(&self.0, "reading", source))?;
        Contents::from_json(&bytes).map_err(|detail| CacheError::Damaged { path: shown(&self.0), detail })
    }

    fn lock(&self) -> Result<File, CacheError> {
        if let Some(folder) = self.0.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            make_folder(folder).map_err(|source| failed(folder, "making the folder", source))?;
        }
        let path = self.beside(".lock");
        // Made by whoever comes first; the exclusive form does not follow a link that somebody put there.
        let made = new_private().open(&path);
        let lock = match made {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                open_private(&path, OpenOptions::new().read(true).write(true))?
            }
            Err(source) => return Err(failed(&path, "making it", source)),
        };
        lock.lock().map_err(|source| failed(&path, "locking", source))?;
        Ok(lock)
    }

    fn write(&self, contents: &Contents, unpredictable: &str) -> Result<(), CacheError> {
        let fresh = self.beside(&format!(".{unpredictable}"));
        let written = (|| {
            let mut file = new_private().open(&fresh)?;
            file.write_all(&contents.to_json())?;
            file.sync_all()?;
            fs::rename(&fresh, &self.0)?;
            sync_folder(&self.0)
        })();
        written.map_err(|source| {
            // What is left of it holds tokens.
            let _ = fs::remove_file(&fresh);
            failed(&self.0, "writing", source)
        })
    }

    fn beside(&self, ending: &str) -> PathBuf {
        let mut name = self.0.file_name().unwrap_or_default().to_owned();
        name.push(ending);
        self.0.with_file_name(name)
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn failed(path: &Path, doing: &'static str, source: io::Error) -> CacheError {
    CacheError::File { path: shown(path), doing, source }
}

/// For a file that must not exist yet: readable by its owner alone from the first moment.
fn new_private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Opens a file that exists, and makes sure that what was opened is the ordinary file at that path, for its owner alone.
fn open_private(path: &Path, options: &OpenOptions) -> Result<File, CacheError> {
    const TRIES: usize = 5;
    for _ in 0..TRIES {
        // Looked at before opening, so that a pipe put there does not block us.
        let before = fs::symlink_metadata(path).map_err(|source| failed(path, "looking at it", source))?;
        if !before.file_type().is_file() {
            return Err(CacheError::NotAFile { path: shown(path) });
        }
        let file = options.open(path).map_err(|source| failed(path, "opening", source))?;
        let opened = file.metadata().map_err(|source| failed(path, "looking at it", source))?;
        // Otherwise the name was given to something else between the two: by one of us that writes, or by a stranger
        // with a link. The next look tells.
        if is_same_file(&before, &opened) {
            for_the_owner_alone(path, &opened)?;
            return Ok(file);
        }
    }
    Err(CacheError::NotAFile { path: shown(path) })
}

#[cfg(unix)]
fn is_same_file(one: &fs::Metadata, other: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

#[cfg(not(unix))]
fn is_same_file(_: &fs::Metadata, other: &fs::Metadata) -> bool {
    other.is_file()
}

#[cfg(unix)]
fn for_the_owner_alone(path: &Path, opened: &fs::Metadata) -> Result<(), CacheError> {
    let mode = std::os::unix::fs::MetadataExt::mode(opened) & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(CacheError::OpenToOthers { path: shown(path), mode }) }
}

/// Elsewhere the profile's folder decides who may read.
#[cfg(not(unix))]
fn for_the_owner_alone(_: &Path, _: &fs::Metadata) -> Result<(), CacheError> {
    Ok(())
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A rename is durable when its folder is.
fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    {
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}
