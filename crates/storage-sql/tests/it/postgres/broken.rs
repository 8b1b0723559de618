//! Connections that break and transactions that collide: what was not kept is done again, and nobody is told what nobody
//! knows.

use std::sync::Arc;

use grantor_protocol::HandleDigest;
use grantor_storage::contract::samples::{bought, digest, live, one_tenant, rotate};
use grantor_storage::{Fault, Rotated, Storage};
use grantor_storage_sql::PostgresStorage;

use super::proxy::{Cut, Proxy};
use super::{cluster, empty};
use grantor_testkit_postgres::Database;

/// Lets each of the first `times` secrets that are kept run into `trouble`. A sequence counts on when a transaction does not.
async fn trouble_at_first(database: &Database, times: u32, trouble: &str, when: &str) {
    let statements = format!(
        "CREATE SEQUENCE tries;
        CREATE FUNCTION trouble() RETURNS TRIGGER AS $$
            BEGIN IF nextval('tries') <= {times} THEN {trouble}; END IF; RETURN NEW; END $$ LANGUAGE plpgsql;
        CREATE CONSTRAINT TRIGGER trouble AFTER INSERT ON platform_secrets {when}
            FOR EACH ROW EXECUTE FUNCTION trouble()"
    );
    database.spoil(&statements).await;
}

async fn tries(database: &Database) -> i64 {
    database.behind().await.query_one("SELECT last_value FROM tries", &[]).await.unwrap().get(0)
}

const AT_ONCE: &str = "NOT DEFERRABLE";
const AT_THE_COMMIT: &str = "DEFERRABLE INITIALLY DEFERRED";
const KILL: &str = "PERFORM pg_terminate_backend(pg_backend_pid())";

#[tokio::test]
async fn a_collision_is_tried_again() {
    for state in ["40001", "40P01"] {
        for when in [AT_ONCE, AT_THE_COMMIT] {
            let Some((storage, database)) = empty().await else { return };
            let collide = format!("RAISE EXCEPTION 'collided' USING ERRCODE = '{state}'");
            trouble_at_first(&database, 3, &collide, when).await;
            assert_eq!(storage.keep_once("pepper", &[1]).await.unwrap(), [1], "{state} {when}");
            assert_eq!(tries(&database).await, 4, "{state} {when}");
        }
    }
}

#[tokio::test]
async fn collisions_without_end_are_given_up() {
    let Some((storage, database)) = empty().await else { return };
    trouble_at_first(&database, 1000, "RAISE EXCEPTION 'collided' USING ERRCODE = '40001'", AT_ONCE).await;
    let fault = storage.keep_once("pepper", &[1]).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("overloaded")), "{fault:?}");
    assert_eq!(tries(&database).await, 10);
}

#[tokio::test]
async fn another_error_is_not_tried_again() {
    let Some((storage, database)) = empty().await else { return };
    trouble_at_first(&database, 1000, "RAISE EXCEPTION 'never' USING ERRCODE = '23514'", AT_ONCE).await;
    let fault = storage.keep_once("pepper", &[1]).await.unwrap_err();
    assert!(matches!(&fault, Fault::Statement { what } if what.contains("KEEP_SECRET")), "{fault:?}");
    assert_eq!(tries(&database).await, 1);
}

#[tokio::test]
async fn a_connection_that_is_killed_before_the_commit_is_replaced() {
    let Some((storage, database)) = empty().await else { return };
    trouble_at_first(&database, 2, KILL, AT_ONCE).await;
    assert_eq!(storage.keep_once("pepper", &[1]).await.unwrap(), [1]);
    assert_eq!(tries(&database).await, 3);
}

#[tokio::test]
async fn idle_connections_that_were_killed_are_replaced() {
    let Some((storage, database)) = empty().await else { return };
    let all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    for round in 0..5 {
        let name = round.to_string();
        storage.keep_once(&name, &[1]).await.unwrap();
        database.spoil(all).await;
        assert_eq!(storage.list_tenants().await.unwrap(), []);
        database.spoil(all).await;
        assert_eq!(storage.keep_once(&name, &[2]).await.unwrap(), [1]);
    }
}

#[tokio::test]
async fn a_connection_that_is_killed_in_the_commit_leaves_the_outcome_open() {
    let Some((storage, database)) = empty().await else { return };
    trouble_at_first(&database, 1, KILL, AT_THE_COMMIT).await;
    let fault = storage.keep_once("pepper", &[1]).await.unwrap_err();
    assert!(matches!(fault, Fault::OutcomeUnknown { .. }), "{fault:?}");
    assert_eq!(tries(&database).await, 1);
    // The next one is none the worse for it.
    assert_eq!(storage.keep_once("pepper", &[2]).await.unwrap(), [2]);
}

/// A refresh token whose exchange is cut, and what a second exchange then says.
async fn cut(cut: Cut) -> Option<(Rotated, HandleDigest)> {
    let database = cluster::shared()?.database().await;
    let server = database.cluster.address();
    let proxy = Proxy::to(database.cluster, cut).await;
    let url = proxy.instead_of(server, &database.url());
    let storage: Arc<dyn Storage> = Arc::new(PostgresStorage::open(&url).await.unwrap());
    let tenant = one_tenant(&storage).await;
    bought(&*tenant, digest(1), 1, digest(11)).await;
    proxy.cut_the_next_commit();
    let fault = tenant.rotate_refresh_token(&rotate(1, digest(11), digest(12))).await.unwrap_err();
    assert!(matches!(fault, Fault::OutcomeUnknown { .. }), "{fault:?}");
    assert!(proxy.has_cut());
    let again = tenant.rotate_refresh_token(&rotate(1, digest(11), digest(13))).await.unwrap();
    Some((again, live(&*tenant, 1).await.unwrap().digest))
}

#[tokio::test]
async fn an_exchange_whose_commit_got_lost_is_made_once() {
    let Some((again, kept)) = cut(Cut::BeforeCommit).await else { return };
    assert_eq!((again, kept), (Rotated::Now, digest(13)));
}

#[tokio::test]
async fn an_exchange_whose_answer_got_lost_is_made_once() {
    let Some((again, kept)) = cut(Cut::AfterCommit).await else { return };
    // Whoever asks again gets what was kept then.
    assert_eq!(again, Rotated::NotLive(rotate(1, digest(11), digest(12)).successor));
    assert_eq!(kept, digest(12));
}

#[tokio::test]
async fn a_caller_who_goes_away_leaves_nothing_half_done() {
    let Some((storage, database)) = empty().await else { return };
    let storage: Arc<dyn Storage> = Arc::new(storage);
    let tenant = one_tenant(&storage).await;
    for number in 0..40_u32 {
        bought(&*tenant, digest(number + 1000), 0, digest(number)).await;
        let exchange = rotate(0, digest(number), digest(number + 500));
        // Dropped after as many turns as its number says.
        let mut asked = Box::pin(tenant.rotate_refresh_token(&exchange));
        let mut turns = 0;
        let done = std::future::poll_fn(|context| {
            turns += 1;
            match asked.as_mut().poll(context) {
                std::task::Poll::Ready(said) => std::task::Poll::Ready(Some(said)),
                std::task::Poll::Pending if turns > number / 2 => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        });
        let _ = done.await;
        drop(asked);
        // Both or neither; to ask waits until the server is done with it.
        let other = rotate(0, digest(number), digest(number + 900));
        let kept = match tenant.rotate_refresh_token(&other).await.unwrap() {
            Rotated::Now => other.successor,
            _ => exchange.successor,
        };
        assert_eq!(live(&*tenant, 0).await, Some(kept), "{number}");
        database.spoil("DELETE FROM families").await;
    }
}
