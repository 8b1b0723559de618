//! Certificates that the operator brings, and what is agreed on in a handshake.

use std::path::PathBuf;

use axum::Router;
use axum::routing::get;
use grantor_server::listen::Limits;
use grantor_server::tls::{Certificate, TlsError, from_files, server_config};
use http_body_util::{BodyExt, Empty};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use rcgen::{CertificateParams, KeyPair};
use rustls::ProtocolVersion;

use super::support::{Folder, Running, client_trusting, handshake, read_to_close};

struct Pair {
    cert: PathBuf,
    key: PathBuf,
}

fn pair(folder: &Folder, name: &str) -> Pair {
    let key = KeyPair::generate().unwrap();
    let certificate = CertificateParams::new([name.to_owned()]).unwrap().self_signed(&key).unwrap();
    Pair {
        cert: folder.file(&format!("{name}.pem"), certificate.pem()),
        key: folder.file(&format!("{name}-key.pem"), key.serialize_pem()),
    }
}

#[tokio::test]
async fn http_2_and_tls_1_3_are_agreed_on_and_answered() {
    let folder = Folder::new();
    let brought = pair(&folder, "localhost");
    let tls = server_config(Certificate::new(from_files(&brought.cert, &brought.key).unwrap())).unwrap();
    let router = Router::new().route("/", get(async || "hello"));
    let server = Running::start(router, Some(tls), Limits::default()).await;
    let stream = handshake(&client_trusting(&brought.cert, &["h2"]), server.address, "localhost").await.unwrap();
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    assert_eq!(stream.get_ref().1.protocol_version(), Some(ProtocolVersion::TLSv1_3));
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = hyper::Request::get("https://localhost/").body(Empty::<Bytes>::new()).unwrap();
    let response = sender.send_request(request).await.unwrap();
    assert_eq!(response.into_body().collect().await.unwrap().to_bytes(), "hello");
    assert_eq!(server.stopped().await.cut, 0, "an idle HTTP/2 connection does not hold up the end");
    let _ = connection.await.unwrap();
}

#[tokio::test]
async fn a_replaced_certificate_is_shown_to_the_next_client() {
    let folder = Folder::new();
    let (old, new) = (pair(&folder, "old.example"), pair(&folder, "new.example"));
    let certificate = Certificate::new(from_files(&old.cert, &old.key).unwrap());
    let tls = server_config(certificate.clone()).unwrap();
    let server = Running::start(Router::new(), Some(tls), Limits::default()).await;
    let (for_old, for_new) = (client_trusting(&old.cert, &[]), client_trusting(&new.cert, &[]));
    assert!(handshake(&for_old, server.address, "old.example").await.is_ok());
    assert!(handshake(&for_new, server.address, "new.example").await.is_err());
    certificate.replace(from_files(&new.cert, &new.key).unwrap());
    assert!(handshake(&for_new, server.address, "new.example").await.is_ok());
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_never_shakes_hands_is_cut() {
    let folder = Folder::new();
    let brought = pair(&folder, "localhost");
    let tls = server_config(Certificate::new(from_files(&brought.cert, &brought.key).unwrap())).unwrap();
    let limits = Limits { handshake: std::time::Duration::from_millis(50), ..Limits::default() };
    let server = Running::start(Router::new(), Some(tls), limits).await;
    assert_eq!(read_to_close(&mut server.connect().await).await, "");
    server.stopped().await;
}

#[test]
fn files_that_are_no_pair_are_refused_by_name() {
    let folder = Folder::new();
    let (one, two) = (pair(&folder, "one.example"), pair(&folder, "two.example"));
    let rubbish = folder.file("rubbish.pem", "rubbish");
    let missing = folder.path().join("missing.pem");
    let refusal = |cert, key| from_files(cert, key).unwrap_err();
    assert!(matches!(refusal(&one.cert, &two.key), TlsError::Strangers { .. }));
    for (error, named) in [
        (refusal(&missing, &one.key), "--tls-cert"),
        (refusal(&rubbish, &one.key), "--tls-cert"),
        (refusal(&one.key, &one.key), "--tls-cert"),
        (refusal(&one.cert, &missing), "--tls-key"),
        (refusal(&one.cert, &rubbish), "--tls-key"),
        (refusal(&one.cert, &one.cert), "--tls-key"),
    ] {
        assert!(error.to_string().starts_with(named), "{error}");
        assert!(!error.to_string().contains('\n'), "{error}");
    }
}
