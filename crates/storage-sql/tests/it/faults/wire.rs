//! PostgreSQL over a connection that fails.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use grantor_storage::Storage;
use grantor_storage::contract::insistent::{Insistent, Witness};
use grantor_storage_sql::PostgresStorage;

use super::rows;
use crate::postgres::cluster;
use crate::postgres::proxy::{Cut, Proxy, Trouble};

/// What a promise is to meet. Besides, a store may be unavailable for a moment while its connections are made anew.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// Each operation says what became of it.
    Known,
    /// Of some nobody knows.
    Unknown,
    /// Of some nobody may know: a job that is one statement and its own commit cannot tell a connection that had broken
    /// before from one that breaks under it.
    Either,
}

/// A database's rows, through a connection of our own.
struct Behind(tokio_postgres::Client);

#[async_trait]
impl Witness for Behind {
    async fn rows(&self) -> Vec<String> {
        rows::of_postgres(&self.0).await
    }

    // What a server does of its own crash is not our trouble.
    async fn rows_after_a_crash(&self) -> Option<Vec<String>> {
        None
    }

    fn acknowledged(&self, _: Option<Vec<String>>) {}
}

/// Runs a promise over connections that fail.
async fn on_a_wire(trouble: Trouble, outcome: Outcome, promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    let Some(cluster) = cluster::shared() else { return };
    let database = cluster.database().await;
    let proxy = Proxy::to(cluster, trouble).await;
    let store = PostgresStorage::open(&proxy.instead_of(cluster.address(), &database.url())).await.unwrap();
    let behind = Arc::new(Behind(database.behind().await));
    let witness = Arc::<Behind>::clone(&behind);
    let insistent = Arc::new(Insistent::over(Arc::new(store.clone()), witness));
    proxy.trouble_every_other_commit();
    promise(Arc::<Insistent>::clone(&insistent)).await;
    assert!(proxy.met() > 0, "nothing went wrong");
    match outcome {
        Outcome::Known => assert_eq!(insistent.unknown(), 0),
        Outcome::Unknown => assert!(insistent.unknown() > 0),
        Outcome::Either => {}
    }

    proxy.heal();
    store.keep_once("afterwards", &[1]).await.unwrap();
    let kept = behind.rows().await;
    drop((insistent, store));
    drop(PostgresStorage::open(&database.url()).await.unwrap());
    assert_eq!(behind.rows().await, kept, "after it was opened again");
}

/// Slow, and well.
pub async fn jitter(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Trouble::Jitter, Outcome::Known, promise).await;
}

/// Slow, and well.
pub async fn late_answers(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Trouble::LateAnswer(Duration::from_millis(10)), Outcome::Known, promise).await;
}

/// Nobody knows what became of a commit that was not answered.
pub async fn lost_commits(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Cut::BeforeCommit.into(), Outcome::Unknown, promise).await;
}

/// Nobody knows.
pub async fn torn_commits(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Cut::InCommit.into(), Outcome::Unknown, promise).await;
}

/// Nobody knows.
pub async fn lost_answers(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Cut::AfterCommit.into(), Outcome::Unknown, promise).await;
}

/// Nobody knows.
pub async fn torn_answers(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Cut::InAnswer.into(), Outcome::Unknown, promise).await;
}

/// What was answered is done; the connection is replaced without a word.
pub async fn cut_after_answers(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Cut::AfterAnswer.into(), Outcome::Either, promise).await;
}

/// What breaks before the commit is done again without a word.
pub async fn torn_messages(promise: impl AsyncFnOnce(Arc<dyn Storage>)) {
    on_a_wire(Trouble::TornMessages, Outcome::Either, promise).await;
}
