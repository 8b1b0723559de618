//! The listener that asks for certificates, over real connections.

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Router};
use grantor_rules::client::ShownCertificate;
use grantor_server::listen::Limits;
use grantor_server::mutual::Mutual;
use grantor_server::tls::{Certificate, Trusted, from_files, mutual_config, server_config};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::AsyncWriteExt;
use tokio_rustls::TlsConnector;

use super::support::{Folder, Running, handshake, read_to_close};

struct Authority(Issuer<'static, KeyPair>, String);

fn authority(name: &str) -> Authority {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
    parameters.distinguished_name.push(rcgen::DnType::CommonName, name);
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let pem = parameters.self_signed(&key).unwrap().pem();
    Authority(Issuer::new(parameters, key), pem)
}

type Pair = (CertificateDer<'static>, PrivateKeyDer<'static>);

fn client_of(authority: Option<&Authority>) -> Pair {
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new(["client.example".to_owned()]).unwrap();
    let certificate = match authority {
        Some(Authority(issuer, _)) => parameters.signed_by(&key, issuer).unwrap(),
        None => parameters.self_signed(&key).unwrap(),
    };
    (certificate.der().clone(), PrivateKeyDer::try_from(key.serialize_der()).unwrap())
}

async fn seen(shown: Option<Extension<Arc<ShownCertificate>>>) -> String {
    shown.map_or_else(
        || "nobody".to_owned(),
        |Extension(shown)| format!("{} {} {}", shown.dns.join(","), shown.is_vouched_for, shown.x5t_s256),
    )
}

/// What a server makes of a connection on which `pair` was shown when it was asked for.
async fn told(server: &Running, server_certificate: &std::path::Path, pair: Option<Pair>) -> String {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(server_certificate).unwrap()).unwrap();
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots);
    let config = match pair {
        Some((certificate, key)) => builder.with_client_auth_cert(vec![certificate], key).unwrap(),
        None => builder.with_no_client_auth(),
    };
    let mut stream = handshake(&TlsConnector::from(Arc::new(config)), server.address, "localhost").await.unwrap();
    // Two requests on one connection: what was shown holds for both.
    let request = "GET / HTTP/1.1\r\nhost: localhost\r\n";
    stream.write_all(format!("{request}\r\n{request}connection: close\r\n\r\n").as_bytes()).await.unwrap();
    let text = read_to_close(&mut stream).await;
    let bodies: Vec<&str> = text.split("\r\n\r\n").skip(1).map(|part| part.split("HTTP/1.1").next().unwrap()).collect();
    assert_eq!(bodies.len(), 2, "{text}");
    assert_eq!(bodies[0], bodies[1]);
    bodies[0].to_owned()
}

#[tokio::test]
async fn a_certificate_is_taken_from_anybody_and_vouched_for_by_the_authorities_that_are_named() {
    let folder = Folder::new();
    let key = KeyPair::generate().unwrap();
    let own = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
    let (cert, key) = (folder.file("s.pem", own.pem()), folder.file("s-key.pem", key.serialize_pem()));
    let certificate = Certificate::new(from_files(&cert, &key).unwrap());
    let (ours, others) = (authority("ours"), authority("others"));
    let trusted = Trusted::from_file(&folder.file("ca.pem", &ours.1)).unwrap();
    let router = Router::new().route("/", get(seen));
    let mutual = Router::new().fallback_service(Mutual::new(router.clone(), trusted));
    let server = Running::start(mutual, Some(mutual_config(certificate.clone()).unwrap()), Limits::default()).await;

    assert_eq!(told(&server, &cert, None).await, "nobody", "a certificate is asked for, and not demanded");
    for (authority, vouched_for) in [(Some(&ours), true), (Some(&others), false), (None, false)] {
        let pair = client_of(authority);
        let digest = grantor_jose::base64url::encode(grantor_jose::digest::sha256(&pair.0));
        assert_eq!(told(&server, &cert, Some(pair)).await, format!("client.example {vouched_for} {digest}"));
    }
    server.stopped().await;

    // The main listener asks nobody, so a browser is never bothered.
    let plain = Router::new().fallback_service(Mutual::new(router, Trusted::nobody()));
    let server = Running::start(plain, Some(server_config(certificate).unwrap()), Limits::default()).await;
    assert_eq!(told(&server, &cert, Some(client_of(Some(&ours)))).await, "nobody");
    server.stopped().await;
}

#[test]
fn a_file_of_authorities_that_cannot_be_used_is_named() {
    let folder = Folder::new();
    for (name, content) in
        [("empty.pem", ""), ("wrong.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")]
    {
        let error = Trusted::from_file(&folder.file(name, content)).unwrap_err().to_string();
        assert!(error.starts_with("--mtls-ca") && error.contains(name), "{error}");
    }
    assert!(Trusted::from_file(&folder.path().join("missing.pem")).is_err());
}
