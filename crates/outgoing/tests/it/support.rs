//! Servers on this machine, and names that lead where a test wants.

use std::collections::VecDeque;
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use grantor_outgoing::{AllowList, Names, OutgoingRequest, OutgoingSettings};
use tokio::net::TcpListener;
use url::Url;

/// Serves plain HTTP on a free port of 127.0.0.1 and returns the address without a path.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}

pub fn request(address: &str, path: &str) -> OutgoingRequest {
    OutgoingRequest::get_json(Url::parse(&format!("{address}{path}")).unwrap())
}

pub fn allow(entries: &[&str]) -> AllowList {
    entries.iter().map(|entry| entry.parse().unwrap()).collect()
}

/// The strict rule with these exceptions.
pub fn strict(entries: &[&str]) -> OutgoingSettings {
    OutgoingSettings::for_registered_addresses(allow(entries))
}

/// Whatever the name, the answers in this order; the last one from then on.
pub struct Scripted(Mutex<VecDeque<Vec<IpAddr>>>);

impl Scripted {
    pub fn new(answers: &[&[&str]]) -> Arc<Self> {
        let read = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        Arc::new(Self(Mutex::new(answers.iter().map(read).collect())))
    }
}

#[async_trait::async_trait]
impl Names for Scripted {
    async fn addresses(&self, _: &str) -> io::Result<Vec<IpAddr>> {
        let mut answers = self.0.lock().unwrap();
        let last = answers.len() == 1;
        Ok(if last { answers[0].clone() } else { answers.pop_front().unwrap() })
    }
}

/// A server whose certificate for localhost is signed by nobody but itself; returns its address and that certificate.
pub async fn serve_tls() -> (String, Vec<u8>) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let mut bytes = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut bytes).await;
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nhi";
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, answer).await;
            let _ = tokio::io::AsyncWriteExt::shutdown(&mut stream).await;
        }
    });
    (format!("https://localhost:{port}"), made.cert.pem().into_bytes())
}
