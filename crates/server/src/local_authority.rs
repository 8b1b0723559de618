//! The local certificate authority: so that the first start on a machine already speaks TLS.
//!
//! It is made once and lives in the data folder: `ca.pem`, which clients trust, and `ca-key.pem`, which never leaves. It
//! can vouch for this machine and for the public host alone, so trusting it opens nothing else. The server's own
//! certificate is made anew at each start, and its key is never written. Everything about the authority but its key
//! follows from the key and from constants, so it is never read back from `ca.pem`; instead the new certificate is
//! checked against that file as a client would check it, and the file is made again when that fails.

use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use grantor_environment::{Entropy, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, CidrSubnet, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    GeneralSubtree, IsCa, Issuer, KeyPair, KeyUsagePurpose, NameConstraints, SanType, SerialNumber,
};
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{CertificateError, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivatePkcs8KeyDer, ServerName, UnixTime};

use crate::data_folder::{DataFolder, DataFolderError, Readers};
use crate::tls::provider;

/// The authority's certificate, for clients to trust.
pub const CA_FILE: &str = "ca.pem";
const CA_KEY_FILE: &str = "ca-key.pem";

const DAY: Duration = Duration::from_hours(24);
const CA_LIFETIME: Duration = DAY.saturating_mul(3653);
// Browsers refuse a server's certificate that runs longer than 398 days.
const LEAF_LIFETIME: Duration = DAY.saturating_mul(396);
// For clients whose clock is behind ours.
const BACKDATED: Duration = DAY;
const SERIAL_BYTES: usize = 16;

/// A fresh certificate for localhost, 127.0.0.1, ::1 and `hosts` (names or addresses, as they stand in URLs).
///
/// # Errors
/// [`LocalAuthorityError`], which says how to mend it.
pub fn issue(
    folder: &DataFolder,
    hosts: &[&str],
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<CertifiedKey, LocalAuthorityError> {
    let names = names(hosts)?;
    let key = authority_key(folder)?;
    let authority = authority(&key, &names, now, entropy);
    let leaf_key = KeyPair::generate().map_err(LocalAuthorityError::Generate)?;
    let leaf = leaf(names, now, entropy)
        .signed_by(&leaf_key, &Issuer::from_params(&authority, &key))
        .map_err(LocalAuthorityError::Generate)?;
    publish(folder, &authority, &key, leaf.der(), now)?;
    let private = PrivatePkcs8KeyDer::from(leaf_key.serialize_der());
    CertifiedKey::from_der(vec![leaf.into()], private.into(), &provider()).map_err(LocalAuthorityError::Use)
}

/// Leaves `ca.pem` as it is while clients that trust it accept `leaf`, and makes it again otherwise.
fn publish(
    folder: &DataFolder,
    authority: &CertificateParams,
    key: &KeyPair,
    leaf: &CertificateDer<'_>,
    now: Timestamp,
) -> Result<(), LocalAuthorityError> {
    let path = folder.path().join(CA_FILE);
    if let Ok(pem) = fs::read(&path) {
        let Err(reason) = accepted(&pem, leaf, now) else { return Ok(()) };
        tracing::warn!(file = %path.display(), %reason, "the local authority's certificate is made again: clients must trust the new file");
    }
    let certificate = authority.self_signed(key).map_err(LocalAuthorityError::Generate)?;
    Ok(folder.write(CA_FILE, certificate.pem().as_bytes(), Readers::Everyone)?)
}

/// Whether a client that trusts `pem` alone accepts `leaf`: signature, dates and every name in it.
fn accepted(pem: &[u8], leaf: &CertificateDer<'_>, now: Timestamp) -> Result<(), rustls::Error> {
    let root = CertificateDer::from_pem_slice(pem).map_err(|error| rustls::Error::General(error.to_string()))?;
    let mut roots = RootCertStore::empty();
    roots.add(root.clone())?;
    let verifier = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider())
        .build()
        .map_err(|error| rustls::Error::General(error.to_string()))?;
    let now = UnixTime::since_unix_epoch(since_epoch(now));
    let name = ServerName::try_from("localhost").expect("localhost is a name");
    let verify = |certificate| verifier.verify_server_cert(certificate, &[], &name, &[], now);
    verify(leaf)?;
    // This client does not look at the dates of what it trusts, others do. As a server's certificate an authority's is
    // always refused, but for its dates first.
    match verify(&root) {
        Err(
            error @ rustls::Error::InvalidCertificate(
                CertificateError::Expired | CertificateError::ExpiredContext { .. },
            ),
        ) => Err(error),
        _ => Ok(()),
    }
}

fn authority_key(folder: &DataFolder) -> Result<KeyPair, LocalAuthorityError> {
    let file = || folder.path().join(CA_KEY_FILE);
    if let Some(pem) = folder.read_private(CA_KEY_FILE)? {
        let text = String::from_utf8(pem).map_err(|_| LocalAuthorityError::Key { file: file() })?;
        return KeyPair::from_pem(&text).map_err(|_| LocalAuthorityError::Key { file: file() });
    }
    let key = KeyPair::generate().map_err(LocalAuthorityError::Generate)?;
    folder.write(CA_KEY_FILE, key.serialize_pem().as_bytes(), Readers::Owner)?;
    Ok(key)
}

fn authority(key: &KeyPair, names: &[SanType], now: Timestamp, entropy: &dyn Entropy) -> CertificateParams {
    let mut params = valid(now, CA_LIFETIME, entropy);
    // The key's own name: a machine that trusts two authorities can tell which of them signed.
    let number = params.key_identifier(key).iter().take(4).fold(0_u32, |number, byte| number << 8 | u32::from(*byte));
    params.distinguished_name = called(&format!("Grantor local authority {number:08x}"));
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.name_constraints = Some(NameConstraints {
        permitted_subtrees: names.iter().filter_map(permitted).collect(),
        excluded_subtrees: Vec::new(),
    });
    params
}

fn leaf(names: Vec<SanType>, now: Timestamp, entropy: &dyn Entropy) -> CertificateParams {
    let mut params = valid(now, LEAF_LIFETIME, entropy);
    params.distinguished_name = called("Grantor on this machine");
    params.subject_alt_names = names;
    // Says that it is no authority, and carries key identifiers: OpenSSL's strict mode asks for both.
    params.is_ca = IsCa::ExplicitNoCa;
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params
}

fn valid(now: Timestamp, length: Duration, entropy: &dyn Entropy) -> CertificateParams {
    let epoch = rcgen::date_time_ymd(1970, 1, 1);
    let mut params = CertificateParams::default();
    params.not_before = epoch + since_epoch(now - BACKDATED);
    params.not_after = epoch + since_epoch(now + length);
    let mut serial = entropy.bytes::<SERIAL_BYTES>();
    // Positive, and of full length, whatever was drawn (RFC 5280 §4.1.2.2).
    serial[0] = serial[0] & 0x7f | 0x40;
    params.serial_number = Some(SerialNumber::from_slice(&serial));
    params
}

fn called(name: &str) -> DistinguishedName {
    let mut distinguished = DistinguishedName::new();
    distinguished.push(DnType::CommonName, name);
    distinguished
}

/// What every certificate is for, then the given hosts, each once.
fn names(hosts: &[&str]) -> Result<Vec<SanType>, LocalAuthorityError> {
    let mut names =
        vec![SanType::IpAddress(Ipv4Addr::LOCALHOST.into()), SanType::IpAddress(Ipv6Addr::LOCALHOST.into())];
    for host in ["localhost"].iter().chain(hosts) {
        let name = name(host)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn name(host: &str) -> Result<SanType, LocalAuthorityError> {
    let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return Ok(SanType::IpAddress(address));
    }
    let name = host.try_into().map_err(|_| LocalAuthorityError::Host { host: host.to_owned() })?;
    Ok(SanType::DnsName(name))
}

fn permitted(name: &SanType) -> Option<GeneralSubtree> {
    match name {
        SanType::DnsName(name) => Some(GeneralSubtree::DnsName(name.to_string())),
        SanType::IpAddress(address) => {
            let bits = if address.is_ipv4() { 32 } else { 128 };
            Some(GeneralSubtree::IpAddress(CidrSubnet::from_addr_prefix(*address, bits)))
        }
        _ => None,
    }
}

fn since_epoch(moment: Timestamp) -> Duration {
    moment.since(Timestamp::from_millis(0))
}

/// Why there is no certificate. Each text is one line that says how to mend it.
#[derive(Debug, thiserror::Error)]
pub enum LocalAuthorityError {
    /// The data folder refused.
    #[error(transparent)]
    Folder(#[from] DataFolderError),
    /// The kept key is not one of ours.
    #[error(
        "{} is not a private key in PEM: restore it from a backup, or remove it and {CA_FILE}; a new authority is then \
         made, which clients must be told to trust", file.display()
    )]
    Key {
        /// Which file.
        file: PathBuf,
    },
    /// A host that no certificate can name.
    #[error("{host:?} cannot stand in a certificate: give a host name or an address in --public-url")]
    Host {
        /// The host.
        host: String,
    },
    /// The library could not make a key or a certificate.
    #[error("the local authority could not make a certificate: {0}; give one with --tls-cert and --tls-key")]
    Generate(rcgen::Error),
    /// The library would not use what was made.
    #[error("the local authority's certificate cannot be used: {0}; give one with --tls-cert and --tls-key")]
    Use(rustls::Error),
}
