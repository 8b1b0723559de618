//! What is PostgreSQL's own.

mod broken;
mod faults;
mod migrations;
pub mod proxy;
mod statements;
mod tls;

use std::sync::Arc;

use grantor_storage::Storage;
use grantor_storage_sql::PostgresStorage;

pub use cluster::Database;
pub use grantor_testkit_postgres as cluster;

/// A database without tables, unless there is no server to test with.
pub async fn bare() -> Option<Database> {
    Some(cluster::shared()?.database().await)
}

/// An empty database with its store, unless there is no server to test with.
pub async fn empty() -> Option<(PostgresStorage, Database)> {
    let database = bare().await?;
    let storage = PostgresStorage::open(&database.url()).await.unwrap();
    Some((storage, database))
}

/// Runs a promise on an empty store, unless there is no server to test with.
pub async fn on_an_empty_store(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    if let Some((storage, _database)) = empty().await {
        promise(Arc::new(storage)).await;
    }
}

/// Opens a store that must be refused, and says with which words.
async fn refusal(url: &str) -> String {
    match PostgresStorage::open(url).await.unwrap_err() {
        grantor_storage::Fault::Unavailable { what } => {
            assert!(!what.contains('\n') && !what.contains(cluster::PASSWORD), "{what}");
            what
        }
        other => panic!("{other:?}"),
    }
}
