//! A folder that goes when it is no longer needed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use grantor_environment::Entropy;
use grantor_jose::base64url;

/// A folder for this process alone, removed when dropped.
pub struct TemporaryFolder(PathBuf);

impl TemporaryFolder {
    /// Makes one under the system's folder for such things, with a name that nobody can guess.
    pub fn make(entropy: &dyn Entropy) -> anyhow::Result<Self> {
        let path = std::env::temp_dir().join(format!("grantor-demo-{}", base64url::encode(entropy.bytes::<12>())));
        fs::create_dir(&path).with_context(|| format!("{} cannot be made", path.display()))?;
        Ok(Self(path))
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TemporaryFolder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {error}", self.0.display());
        }
    }
}
