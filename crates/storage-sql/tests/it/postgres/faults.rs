//! A database that cannot be used says what is wrong and how to mend it, in one line.

use grantor_storage::{Fault, Storage};
use grantor_storage_sql::PostgresStorage;

use super::{cluster, empty, refusal};

#[tokio::test]
async fn a_wrong_password_is_said() {
    let Some((_storage, database)) = empty().await else { return };
    let what = refusal(&database.url().replace(cluster::PASSWORD, "wrong")).await;
    assert!(what.contains("user or password") && what.contains(&database.name), "{what}");
    let what = refusal(&database.url().replace("grantor:", "stranger:")).await;
    assert!(what.contains("user or password"), "{what}");
    let what = refusal(&database.url().replace(&format!(":{}", cluster::PASSWORD), "")).await;
    assert!(what.contains("put it into the URL"), "{what}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_said() {
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let what = refusal(&format!("postgres://ada:{}@127.0.0.1:{port}/grantor", cluster::PASSWORD)).await;
    assert!(what.contains("no server answers") && what.contains(&format!("127.0.0.1:{port}")), "{what}");
    let what = refusal("postgres://ada@no-such-host.invalid/grantor").await;
    assert!(what.contains("no server answers") && what.contains("no-such-host.invalid"), "{what}");
    let what = refusal("postgres://ada@%2Fnowhere/grantor").await;
    assert!(what.contains("no server answers") && what.contains("/nowhere"), "{what}");
}

#[tokio::test]
async fn a_database_that_is_not_there_is_said() {
    let Some(cluster) = cluster::shared() else { return };
    let database = cluster.database().await;
    let what = refusal(&database.url().replace(&database.name, "nowhere")).await;
    assert!(what.contains("CREATE DATABASE"), "{what}");
}

#[tokio::test]
async fn the_first_host_that_takes_writes_is_used() {
    let Some((_storage, database)) = empty().await else { return };
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let server = database.cluster.address().to_string();
    let url = database.url().replace(&server, &format!("{closed},{server}"));
    PostgresStorage::open(&url).await.unwrap().list_tenants().await.unwrap();
}

#[tokio::test]
async fn a_socket_of_this_machine_will_do() {
    let Some((_storage, database)) = empty().await else { return };
    let server = database.cluster.address();
    let folder = database.cluster.folder().display().to_string().replace('/', "%2F");
    let url = database.url().replace(&server.to_string(), &format!("{folder}:{}", server.port()));
    PostgresStorage::open(&url).await.unwrap().list_tenants().await.unwrap();
}

#[tokio::test]
async fn a_read_only_database_is_said() {
    let Some((storage, database)) = empty().await else { return };
    let read_only = format!("ALTER DATABASE {} SET default_transaction_read_only = on", database.name);
    database.spoil(&read_only).await;
    let what = refusal(&database.url()).await;
    assert!(what.contains("it is read-only"), "{what}");

    // One that becomes so while it is used: look-ups go on where they may.
    let any = PostgresStorage::open(&format!("{}&target_session_attrs=any", database.url())).await.unwrap();
    let fault = any.keep_once("pepper", &[1]).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("it is read-only")), "{fault:?}");
    assert_eq!(any.list_tenants().await.unwrap(), []);
    drop(storage);
}

#[tokio::test]
async fn what_the_server_runs_out_of_is_said() {
    for (state, word) in [("53100", "disk is full"), ("53200", "memory"), ("58030", "disk"), ("XX001", "damaged")] {
        let Some((storage, database)) = empty().await else { return };
        let fail = format!(
            "CREATE FUNCTION fail() RETURNS TRIGGER AS $$
                BEGIN RAISE EXCEPTION 'no\nmore' USING ERRCODE = '{state}', DETAIL = 'a stored value'; END $$ LANGUAGE plpgsql;
            CREATE TRIGGER fail BEFORE INSERT ON platform_secrets FOR EACH ROW EXECUTE FUNCTION fail()"
        );
        database.spoil(&fail).await;
        let Fault::Unavailable { what } = storage.keep_once("pepper", &[1]).await.unwrap_err() else {
            panic!("{state}")
        };
        assert!(what.contains(word) && !what.contains('\n') && !what.contains("stored value"), "{what}");
    }
}

#[tokio::test]
async fn a_row_that_somebody_holds_does_not_hold_us_for_ever() {
    let Some((_storage, database)) = empty().await else { return };
    let storage = PostgresStorage::open(&format!("{}&statement_timeout_seconds=1", database.url())).await.unwrap();
    storage.keep_once("pepper", &[1]).await.unwrap();
    let behind = database.behind().await;
    behind.batch_execute("BEGIN; DELETE FROM platform_secrets").await.unwrap();
    let fault = storage.keep_once("pepper", &[2]).await.unwrap_err();
    assert!(matches!(&fault, Fault::Unavailable { what } if what.contains("holds a lock")), "{fault:?}");
    behind.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(storage.keep_once("pepper", &[3]).await.unwrap(), [1]);
}

#[tokio::test]
async fn a_spoiled_row_is_named() {
    let Some((storage, database)) = empty().await else { return };
    let add = "INSERT INTO tenants VALUES ('00000000-0000-4000-8000-000000000001', 'x', 'no JSON', 1)";
    database.spoil(add).await;
    let fault = storage.list_tenants().await.unwrap_err();
    assert!(matches!(&fault, Fault::ImpossibleRow { table: "tenants", column: "document", .. }), "{fault:?}");
    assert!(fault.to_string().contains("00000000-0000-4000-8000-000000000001"), "{fault}");
}
