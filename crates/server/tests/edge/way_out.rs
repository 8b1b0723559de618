//! Whom a server contacts by itself, as its operator configures it.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use grantor_environment::{Clock, SystemClock, SystemEntropy};
use grantor_flows::{Notice, Outside, Published};
use grantor_outgoing::{DocumentError, OutgoingError};
use grantor_protocol::Secret;
use grantor_server::config::OutgoingConfig;
use grantor_server::data_folder::DataFolder;
use grantor_server::listen::Limits;
use grantor_server::local_authority::{CA_FILE, issue};
use grantor_server::platform::{Platform, database_of};
use grantor_server::tls::{Certificate, server_config};
use grantor_server::way_out::WayOut;
use tokio::sync::Semaphore;
use url::Url;

use super::support::{Folder, Running};

/// A publisher on this machine whose certificate is from an authority of its own.
async fn publisher(folder: &Folder) -> (Running, Url, PathBuf) {
    let router = Router::new().route("/keys", get(async || "the keys")).route("/notice", post(notified));
    publisher_of(folder, router).await
}

async fn publisher_of(folder: &Folder, router: Router) -> (Running, Url, PathBuf) {
    let data = DataFolder::open(folder.path()).unwrap();
    let certified = issue(&data, &[], SystemClock.now(), &SystemEntropy).unwrap();
    let tls = server_config(Certificate::new(certified)).unwrap();
    let server = Running::start(router, Some(tls), Limits::default()).await;
    let url = Url::parse(&format!("https://localhost:{}/keys", server.address.port())).unwrap();
    (server, url, folder.path().join(CA_FILE))
}

/// Pictures that come only once they are let through.
fn slowly(gate: &Arc<Semaphore>) -> Router {
    let gate = Arc::clone(gate);
    let picture = async move || {
        gate.acquire().await.unwrap().forget();
        "a picture"
    };
    Router::new().route("/picture/{number}", get(picture))
}

async fn notified(headers: HeaderMap, body: String) -> StatusCode {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|found| found == value);
    match body.as_str() {
        "{}" if is("content-type", "application/json") && is("authorization", "Bearer token") => StatusCode::NO_CONTENT,
        _ => StatusCode::UNAUTHORIZED,
    }
}

fn config(allow: &[&str], ca: Option<PathBuf>) -> OutgoingConfig {
    OutgoingConfig { allow: allow.iter().map(|host| host.parse().unwrap()).collect(), ca }
}

fn opened(config: &OutgoingConfig) -> anyhow::Result<WayOut> {
    WayOut::open(config, Arc::new(SystemClock))
}

async fn refusal(config: &OutgoingConfig, url: &Url) -> String {
    opened(config).unwrap().documents.fetch(url).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_private_publisher_needs_to_be_allowed_and_its_authority_to_be_trusted() {
    let folder = Folder::new();
    let (server, url, ca) = publisher(&folder).await;
    let both = config(&["localhost"], Some(ca.clone()));
    assert_eq!(opened(&both).unwrap().documents.fetch(&url).await.unwrap().bytes, "the keys");
    let unknown = refusal(&config(&["localhost"], None), &url).await;
    assert!(unknown.contains("--outgoing-ca"), "{unknown}");
    let inside = refusal(&config(&[], Some(ca)), &url).await;
    assert!(inside.ends_with("--outgoing-allow localhost"), "{inside}");
    server.stopped().await;
}

#[tokio::test]
async fn a_file_with_authorities_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    let missing = opened(&config(&[], Some("/nowhere/ca.pem".into()))).map(drop).unwrap_err();
    assert!(format!("{missing:#}").starts_with("--outgoing-ca /nowhere/ca.pem cannot be read"), "{missing:#}");
    let empty = opened(&config(&[], Some(folder.file("empty.pem", "")))).map(drop).unwrap_err();
    assert!(format!("{empty:#}").contains("--outgoing-ca file holds no certificate"), "{empty:#}");
}

#[tokio::test]
async fn a_platform_contacts_nobody_until_it_is_let() {
    let folder = Folder::new();
    let (server, url, ca) = publisher(&folder).await;
    let data = Folder::new();
    let platform = Platform::open(data.path(), &database_of(data.path()), None).await.unwrap();
    let error = platform.way_out.documents.fetch(&url).await.unwrap_err();
    assert!(matches!(error, DocumentError::NoAnswer(OutgoingError::Settings { .. })), "{error:?}");
    let platform = platform.contacting(&config(&["127.0.0.1"], Some(ca))).unwrap();
    assert_eq!(platform.way_out.documents.fetch(&url).await.unwrap().bytes, "the keys");
    server.stopped().await;
}

#[tokio::test]
async fn flows_read_what_others_publish_and_tell_them_things() {
    let folder = Folder::new();
    let (server, url, ca) = publisher(&folder).await;
    let way_out = opened(&config(&["localhost"], Some(ca))).unwrap();
    let document = Outside::fetch(&way_out, url.as_str()).await.unwrap();
    assert_eq!(document.bytes.as_ref(), b"the keys");
    // Nobody has asked in the meantime, so this is a request of its own; the next one comes too early for one.
    let newer = way_out.refetch(url.as_str(), &document).await.unwrap();
    assert_eq!(
        (newer.bytes.as_ref(), way_out.refetch(url.as_str(), &newer).await.unwrap()),
        (&b"the keys"[..], newer.clone())
    );
    // Who looked at an older one gets the one that is known by now.
    let older = Published { bytes: Arc::from(&b"before"[..]), ..newer.clone() };
    assert_eq!(way_out.refetch(url.as_str(), &older).await.unwrap(), newer);

    let notice = |path: &str, bearer: Option<&str>| Notice {
        address: url.join(path).unwrap().to_string(),
        content_type: "application/json",
        body: Secret::new("{}"),
        bearer: bearer.map(Secret::new),
    };
    assert_eq!(way_out.tell(&notice("/notice", Some("token"))).await.unwrap(), 204);
    assert_eq!(way_out.tell(&notice("/notice", None)).await.unwrap(), 401);
    assert!(way_out.tell(&notice("/notice", Some("a\nb"))).await.is_err());
    for wrong in ["", "no address", "http://client.example/"] {
        assert!(Outside::fetch(&way_out, wrong).await.is_err(), "{wrong}");
    }
    server.stopped().await;
}

#[tokio::test]
async fn pictures_are_kept_and_stand_in_nobodys_way() {
    let folder = Folder::new();
    let gate = Arc::new(Semaphore::new(1));
    let router = slowly(&gate).route("/keys", get(async || "the keys"));
    let (server, url, ca) = publisher_of(&folder, router).await;
    let way_out = opened(&config(&["localhost", "127.0.0.1"], Some(ca))).unwrap();
    let at = |host: &str, number: usize| {
        let mut address = url.join(&format!("/picture/{number}")).unwrap();
        address.set_host(Some(host)).unwrap();
        address.to_string()
    };
    let known = way_out.picture(&at("localhost", 0)).await.unwrap();
    assert_eq!(known.bytes.as_ref(), b"a picture");
    // None of these is answered. A caller who goes away makes no room for another request.
    for number in 1..=8 {
        let (way_out, address) = (way_out.clone(), at("localhost", number));
        let asking = tokio::spawn(async move { way_out.picture(&address).await.map(drop) });
        tokio::task::yield_now().await;
        asking.abort();
    }
    let busy = way_out.picture(&at("localhost", 9)).await.unwrap_err().to_string();
    assert_eq!(busy, "too many pictures are asked for at once");
    assert_eq!(way_out.picture(&at("localhost", 0)).await.unwrap(), known);
    let mut keys = url.clone();
    keys.set_host(Some("127.0.0.1")).unwrap();
    assert_eq!(Outside::fetch(&way_out, keys.as_str()).await.unwrap().bytes.as_ref(), b"the keys");
    assert!(way_out.picture("http://client.example/logo.png").await.is_err(), "without TLS");
    gate.add_permits(100);
    server.stopped().await;
}
