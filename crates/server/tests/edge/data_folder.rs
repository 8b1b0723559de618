//! One process at a time, and secrets for their owner alone.

use std::fs;

use grantor_environment::{CountedEntropy, SystemEntropy};
use grantor_server::data_folder::{DataFolder, DataFolderError};

use super::support::Folder;

#[test]
fn a_second_process_is_kept_out_until_the_first_ends() {
    let folder = Folder::new();
    let path = folder.path().join("data");
    let first = DataFolder::open(&path).unwrap();
    let refusal = DataFolder::open(&path).unwrap_err();
    assert!(matches!(refusal, DataFolderError::InUse { .. }), "{refusal}");
    assert!(refusal.to_string().contains("--data"), "{refusal}");
    drop(first);
    DataFolder::open(&path).unwrap();
}

#[test]
fn a_secret_is_made_once_and_kept() {
    let folder = Folder::new();
    let entropy = CountedEntropy::default();
    let data = DataFolder::open(folder.path()).unwrap();
    let secret = data.secret("pepper", &entropy).unwrap();
    assert_ne!(secret, data.secret("other", &entropy).unwrap());
    drop(data);
    let again = DataFolder::open(folder.path()).unwrap();
    assert_eq!(secret, again.secret("pepper", &entropy).unwrap());
}

#[test]
fn a_part_left_by_a_crash_is_in_nobodys_way() {
    let folder = Folder::new();
    folder.file("pepper.part", "half");
    let data = DataFolder::open(folder.path()).unwrap();
    let secret = data.secret("pepper", &SystemEntropy).unwrap();
    assert_eq!(fs::read(folder.path().join("pepper")).unwrap(), secret);
    assert!(!folder.path().join("pepper.part").exists());
}

#[test]
fn a_secret_of_the_wrong_size_is_refused_and_left_alone() {
    let folder = Folder::new();
    let data = DataFolder::open(folder.path()).unwrap();
    data.secret("pepper", &SystemEntropy).unwrap();
    for content in [&b""[..], &[7; 31], &[7; 33]] {
        fs::write(folder.path().join("pepper"), content).unwrap();
        let refusal = data.secret("pepper", &SystemEntropy).unwrap_err();
        assert!(matches!(refusal, DataFolderError::WrongSize { found, .. } if found == content.len()), "{refusal}");
        assert_eq!(fs::read(folder.path().join("pepper")).unwrap(), content);
    }
}

#[cfg(unix)]
mod permissions {
    use std::fs::{self, Permissions};
    use std::os::unix::fs::PermissionsExt;
    use std::path::Path;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_folder_and_its_secrets_are_for_their_owner_alone() {
        let folder = Folder::new();
        let path = folder.path().join("deep/data");
        let data = DataFolder::open(&path).unwrap();
        data.secret("pepper", &SystemEntropy).unwrap();
        assert_eq!(mode(&path), 0o700);
        assert_eq!(mode(&path.join("pepper")), 0o600);
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused() {
        let folder = Folder::new();
        let data = DataFolder::open(folder.path()).unwrap();
        let secret = data.secret("pepper", &SystemEntropy).unwrap();
        let file = folder.path().join("pepper");
        for exposed in [0o640, 0o604, 0o666] {
            fs::set_permissions(&file, Permissions::from_mode(exposed)).unwrap();
            let refusal = data.secret("pepper", &SystemEntropy).unwrap_err();
            assert!(matches!(refusal, DataFolderError::Exposed { mode, .. } if mode == exposed), "{refusal}");
            assert!(refusal.to_string().contains("chmod 600"), "{refusal}");
        }
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(data.secret("pepper", &SystemEntropy).unwrap(), secret);
    }

    #[test]
    fn a_folder_that_cannot_be_made_is_named() {
        let folder = Folder::new();
        let file = folder.file("file", "");
        let refusal = DataFolder::open(&file.join("data")).unwrap_err().to_string();
        assert!(refusal.contains("file/data") && refusal.contains("--data"), "{refusal}");
    }
}
