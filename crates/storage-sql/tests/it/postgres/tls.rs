//! Encrypted connections, with a server whose certificate names `localhost`.

use grantor_storage::Storage;
use grantor_storage_sql::PostgresStorage;

use super::{cluster, empty, refusal};

/// The URL with another host name and these parameters.
fn at(database: &cluster::Database, host: &str, parameters: &str) -> String {
    database.url().replace("127.0.0.1", host).replace("sslmode=disable", parameters)
}

/// Opens the store and says whether the server finds its connection encrypted.
async fn is_encrypted(database: &cluster::Database, url: &str) -> bool {
    let name = format!("asks_{}", database.name);
    let storage = PostgresStorage::open(&format!("{url}&application_name={name}")).await.unwrap();
    storage.list_tenants().await.unwrap();
    let ask = "SELECT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = $1";
    database.behind().await.query_one(ask, &[&name]).await.unwrap().get(0)
}

#[tokio::test]
async fn each_mode_is_as_private_as_it_says() {
    let Some((_storage, database)) = empty().await else { return };
    let authority = database.cluster.authority().display().to_string();
    let verified = format!("sslmode=verify-full&sslrootcert={authority}");
    for (parameters, encrypted) in [
        ("sslmode=disable", false),
        ("sslmode=prefer", true),
        ("sslmode=require", true),
        ("sslmode=require&channel_binding=require", true),
        (&verified, true),
        (&format!("{verified}&channel_binding=require"), true),
    ] {
        let url = at(&database, "localhost", parameters);
        assert_eq!(is_encrypted(&database, &url).await, encrypted, "{parameters}");
    }
}

#[tokio::test]
async fn a_certificate_of_another_authority_or_host_is_refused() {
    let Some((_storage, database)) = empty().await else { return };
    let authority = database.cluster.authority().display().to_string();
    for (host, parameters) in [
        ("localhost", "sslmode=verify-full".to_owned()),
        ("127.0.0.1", format!("sslmode=verify-full&sslrootcert={authority}")),
        ("127.0.0.1", format!("sslmode=prefer&sslrootcert={authority}")),
    ] {
        let what = refusal(&at(&database, host, &parameters)).await;
        assert!(what.contains("certificate does not hold"), "{parameters}: {what}");
    }
}

#[tokio::test]
async fn a_server_without_tls_is_refused_where_it_is_asked_for() {
    let Some((_storage, database)) = empty().await else { return };
    // A server does not offer TLS over its socket.
    let server = database.cluster.address();
    let folder = database.cluster.folder().display().to_string().replace('/', "%2F");
    let url = database.url().replace(&server.to_string(), &format!("{folder}:{}", server.port()));
    let what = refusal(&url.replace("sslmode=disable", "sslmode=require")).await;
    assert!(what.contains("TLS"), "{what}");
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_refused() {
    let Some((_storage, database)) = empty().await else { return };
    for file in ["/nowhere/ca.pem", "/etc/passwd"] {
        let what = refusal(&at(&database, "localhost", &format!("sslmode=verify-full&sslrootcert={file}"))).await;
        assert!(what.contains(file) && what.contains("PEM"), "{what}");
    }
}
