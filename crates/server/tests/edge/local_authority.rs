//! What the local authority vouches for, seen by a client that trusts `ca.pem` alone.

use std::fs;
use std::path::Path;

use axum::Router;
use grantor_environment::{Clock, SystemClock, SystemEntropy, Timestamp};
use grantor_server::data_folder::DataFolder;
use grantor_server::listen::Limits;
use grantor_server::local_authority::{CA_FILE, LocalAuthorityError, issue};
use grantor_server::tls::{Certificate, server_config};
use rcgen::{CertificateParams, DistinguishedName, DnType, Issuer, KeyPair};
use rustls::crypto::aws_lc_rs;
use rustls::sign::CertifiedKey;
use rustls_pki_types::PrivateKeyDer;
use std::time::Duration;

use super::support::{Folder, Running, client_trusting, handshake};

fn issued(data: &Path, hosts: &[&str]) -> CertifiedKey {
    issued_at(data, hosts, SystemClock.now())
}

fn issued_at(data: &Path, hosts: &[&str], now: Timestamp) -> CertifiedKey {
    issue(&DataFolder::open(data).unwrap(), hosts, now, &SystemEntropy).unwrap()
}

async fn running(certified: CertifiedKey) -> Running {
    let tls = server_config(Certificate::new(certified)).unwrap();
    Running::start(Router::new(), Some(tls), Limits::default()).await
}

/// Whether a client that trusts the `ca.pem` of that content takes `certified` for `name`.
async fn accepted(ca: &[u8], certified: CertifiedKey, name: &str) -> Result<(), String> {
    let folder = Folder::new();
    let connector = client_trusting(&folder.file("ca.pem", ca), &[]);
    let server = running(certified).await;
    let result = handshake(&connector, server.address, name).await;
    server.stopped().await;
    result.map(drop).map_err(|error| error.to_string())
}

fn ca(data: &Path) -> Vec<u8> {
    fs::read(data.join(CA_FILE)).unwrap()
}

#[tokio::test]
async fn it_vouches_for_this_machine_by_name_and_by_address_and_for_the_public_host() {
    let folder = Folder::new();
    let connector = {
        issued(folder.path(), &["id.example.com", "[2001:db8::7]", "localhost"]);
        client_trusting(&folder.path().join(CA_FILE), &[])
    };
    let server = running(issued(folder.path(), &["id.example.com", "[2001:db8::7]"])).await;
    for name in ["localhost", "127.0.0.1", "::1", "id.example.com", "2001:db8::7"] {
        handshake(&connector, server.address, name).await.unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    for name in ["example.com", "127.0.0.2", "www.localhost"] {
        assert!(handshake(&connector, server.address, name).await.is_err(), "{name}");
    }
    server.stopped().await;
}

#[tokio::test]
async fn a_client_that_trusted_it_at_the_first_start_accepts_the_second() {
    let folder = Folder::new();
    let first = issued(folder.path(), &["id.example.com"]);
    let trusted = ca(folder.path());
    let second = issued(folder.path(), &["id.example.com"]);
    assert_eq!(trusted, ca(folder.path()));
    assert_ne!(first.cert, second.cert, "the server's certificate is new at each start");
    for certified in [first, second] {
        accepted(&trusted, certified, "localhost").await.unwrap();
    }
}

#[tokio::test]
async fn it_cannot_vouch_for_anyone_else_even_with_its_key() {
    let folder = Folder::new();
    issued(folder.path(), &[]);
    let authority = KeyPair::from_pem(&fs::read_to_string(folder.path().join("ca-key.pem")).unwrap()).unwrap();
    for (name, allowed) in [("localhost", true), ("bank.example", false), ("192.0.2.1", false)] {
        let refused = accepted(&ca(folder.path()), forged(&authority, name), name).await;
        assert_eq!(refused.is_ok(), allowed, "{name}: {refused:?}");
    }
}

/// A certificate for `name` that someone signed who had got hold of the authority's key.
fn forged(authority: &KeyPair, name: &str) -> CertifiedKey {
    let mut called = CertificateParams::default();
    let number =
        called.key_identifier(authority)[..4].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    called.distinguished_name = DistinguishedName::new();
    called.distinguished_name.push(DnType::CommonName, format!("Grantor local authority {number:08x}"));
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new([name.to_owned()]).unwrap();
    let leaf = params.signed_by(&key, &Issuer::new(called, authority)).unwrap();
    let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    CertifiedKey::from_der(vec![leaf.into()], private, &aws_lc_rs::default_provider()).unwrap()
}

#[tokio::test]
async fn another_public_host_makes_the_certificate_anew_with_the_same_key() {
    let folder = Folder::new();
    issued(folder.path(), &["one.example"]);
    let (before, key) = (ca(folder.path()), fs::read(folder.path().join("ca-key.pem")).unwrap());
    let certified = issued(folder.path(), &["two.example"]);
    assert_ne!(before, ca(folder.path()));
    assert_eq!(key, fs::read(folder.path().join("ca-key.pem")).unwrap());
    accepted(&ca(folder.path()), certified, "two.example").await.unwrap();
    let made = ca(folder.path());
    issued(folder.path(), &[]);
    assert_eq!(made, ca(folder.path()), "a start that needs less leaves it");
}

#[tokio::test]
async fn a_damaged_or_expired_or_foreign_certificate_is_made_anew() {
    let folder = Folder::new();
    let stranger = Folder::new();
    issued(stranger.path(), &[]);
    let now = SystemClock.now();
    let expired = {
        let other = Folder::new();
        issued_at(other.path(), &[], now - Duration::from_hours(11 * 366 * 24));
        fs::copy(other.path().join("ca-key.pem"), folder.path().join("ca-key.pem")).unwrap();
        ca(other.path())
    };
    for unusable in [b"rubbish".to_vec(), Vec::new(), ca(stranger.path()), expired] {
        folder.file(CA_FILE, &unusable);
        let certified = issued(folder.path(), &[]);
        assert!(unusable != ca(folder.path()), "{}", String::from_utf8_lossy(&unusable));
        accepted(&ca(folder.path()), certified, "localhost").await.unwrap();
    }
}

#[test]
fn an_unreadable_key_is_refused_with_a_way_out() {
    let folder = Folder::new();
    let data = DataFolder::open(folder.path()).unwrap();
    issue(&data, &[], SystemClock.now(), &SystemEntropy).unwrap();
    fs::write(folder.path().join("ca-key.pem"), "rubbish").unwrap();
    let refusal = issue(&data, &[], SystemClock.now(), &SystemEntropy).unwrap_err();
    assert!(matches!(refusal, LocalAuthorityError::Key { .. }), "{refusal}");
    assert!(refusal.to_string().contains("ca-key.pem"), "{refusal}");
}

#[test]
fn a_host_that_no_certificate_can_name_is_refused() {
    let folder = Folder::new();
    let data = DataFolder::open(folder.path()).unwrap();
    let refusal = issue(&data, &["bücher.example"], SystemClock.now(), &SystemEntropy).unwrap_err();
    assert!(refusal.to_string().contains("bücher.example"), "{refusal}");
}

#[cfg(unix)]
#[test]
fn the_key_is_for_its_owner_alone_and_the_certificate_for_everyone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let data = DataFolder::open(folder.path()).unwrap();
    issue(&data, &[], SystemClock.now(), &SystemEntropy).unwrap();
    let mode = |name| fs::metadata(folder.path().join(name)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("ca-key.pem"), 0o600);
    assert_eq!(mode(CA_FILE) & 0o600, 0o600);
    fs::set_permissions(folder.path().join("ca-key.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    let refusal = issue(&data, &[], SystemClock.now(), &SystemEntropy).unwrap_err().to_string();
    assert!(refusal.contains("chmod 600"), "{refusal}");
}

#[test]
fn no_private_key_but_the_authoritys_is_written() {
    let folder = Folder::new();
    issued(folder.path(), &[]);
    let mut names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    assert_eq!(names, ["ca-key.pem", "ca.pem", "lock"]);
}
