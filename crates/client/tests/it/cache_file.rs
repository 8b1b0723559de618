//! The cache in a file.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use grantor_client::{CacheError, FileCache, TokenCache, accounts_in};
use grantor_environment::CountedEntropy;

use crate::stub::{Provider, application, sign_in};

/// A path in an empty folder of this test's own.
pub fn fresh_path(name: &str) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let count = COUNT.fetch_add(1, Ordering::SeqCst);
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("{}-{name}-{count}", std::process::id()));
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder.join("deeper").join("tokens.json")
}

fn cache(path: &PathBuf) -> Arc<FileCache> {
    Arc::new(FileCache::new(path, Arc::new(CountedEntropy::default())))
}

async fn written(name: &str) -> PathBuf {
    let provider = Provider::start().await;
    let path = fresh_path(name);
    let app = application(&provider, provider.settings(), cache(&path));
    sign_in(&app, &provider).await;
    path
}

#[tokio::test]
async fn what_is_kept_outlives_the_application() {
    let path = written("outlives").await;
    let accounts = accounts_in(&*cache(&path)).await.unwrap();
    assert_eq!(accounts.len(), 1);
    assert_eq!(accounts[0].username.as_deref(), Some("chris@contoso.example"));
}

#[tokio::test]
async fn a_missing_file_is_an_empty_cache() {
    let path = fresh_path("missing");
    assert!(accounts_in(&*cache(&path)).await.unwrap().is_empty());
    assert!(!path.exists());
}

#[tokio::test]
async fn a_damaged_file_is_told_and_not_overwritten() {
    let path = written("damaged").await;
    std::fs::write(&path, "{").unwrap();
    let error = accounts_in(&*cache(&path)).await.unwrap_err();
    assert!(matches!(error, CacheError::Damaged { .. }) && error.to_string().contains("delete it"), "{error}");
    assert!(cache(&path).open().await.is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "{");
}

#[tokio::test]
async fn a_second_writer_waits_for_the_first() {
    let path = fresh_path("lock");
    let first = cache(&path).open().await.unwrap();
    let mut second = tokio::spawn({
        let cache = cache(&path);
        async move { cache.open().await.map(drop) }
    });
    let early = tokio::time::timeout(std::time::Duration::from_millis(100), &mut second).await;
    assert!(early.is_err(), "the second writer did not wait");
    drop(first);
    second.await.unwrap().unwrap();
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    #[tokio::test]
    async fn only_the_owner_may_read_what_is_written_and_nothing_is_left_over() {
        // T36
        let path = written("mode").await;
        let folder = path.parent().unwrap();
        let mut names = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap();
            assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
            names.push(entry.file_name().into_string().unwrap());
        }
        names.sort();
        assert_eq!(names, ["tokens.json", "tokens.json.lock"]);
        assert_eq!(folder.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }

    #[tokio::test]
    async fn a_file_that_others_may_read_is_refused() {
        // T36
        let path = written("others").await;
        for mode in [0o640, 0o604, 0o620, 0o601] {
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
            let error = accounts_in(&*cache(&path)).await.unwrap_err();
            assert!(matches!(error, CacheError::OpenToOthers { .. }), "{error}");
            assert!(error.to_string().contains("chmod 600"), "{error}");
        }
    }

    #[tokio::test]
    async fn links_are_not_followed() {
        // T36
        let target = written("target").await;
        let before = std::fs::read(&target).unwrap();
        let link = fresh_path("link");
        std::fs::create_dir_all(link.parent().unwrap()).unwrap();
        symlink(&target, &link).unwrap();
        assert!(matches!(accounts_in(&*cache(&link)).await, Err(CacheError::NotAFile { .. })));
        assert!(matches!(cache(&link).open().await.map(drop), Err(CacheError::NotAFile { .. })));
        std::fs::remove_file(&link).unwrap();
        std::fs::remove_file(link.with_file_name("tokens.json.lock")).unwrap();
        // Nor is one in the place of the lock, a dangling one least of all: it would make a file elsewhere.
        let elsewhere = link.with_file_name("elsewhere");
        symlink(&elsewhere, link.with_file_name("tokens.json.lock")).unwrap();
        assert!(matches!(cache(&link).open().await.map(drop), Err(CacheError::NotAFile { .. })));
        assert!(!elsewhere.exists());
        assert_eq!(std::fs::read(&target).unwrap(), before);
    }
}
