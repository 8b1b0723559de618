//! What is PostgreSQL's own.

mod broken;
mod faults;
mod migrations;
mod proxy;
mod statements;
mod tls;

use std::sync::Arc;

use grantor_storage::Storage;
use grantor_storage_sql::PostgresStorage;

pub use cluster::Database;
use grantor_testkit_postgres as cluster;

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

/// The same for the contract, which asks for it inside of a test.
pub fn empty_store() -> Option<(Arc<dyn Storage>, Database)> {
    let made = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(empty()));
    made.map(|(storage, database)| (Arc::new(storage) as Arc<dyn Storage>, database))
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
