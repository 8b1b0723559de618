//! An application proves itself by the certificate of its TLS connection (RFC 8705 §2).

use std::net::IpAddr;

use grantor_environment::Timestamp;

use super::distinguished_name::is_the_subject;
use crate::model::{Application, ClientMetadata};
use crate::refusal::CertificateFault;

/// The certificate of a TLS connection. Whoever showed it holds its key: the handshake has proved that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCertificate {
    /// The SHA-256 digest of its DER form.
    pub thumbprint_sha256: [u8; 32],
    /// The same in base64url: `x5t#S256` (RFC 8705 §3.1).
    pub x5t_s256: String,
    /// Its subject, in the order of the certificate: each relative name with its attributes, by the number of their type.
    pub subject: Vec<Vec<(String, String)>>,
    /// The DNS names among its alternative names.
    pub dns: Vec<String>,
    /// The URIs among them.
    pub uris: Vec<String>,
    /// The mail addresses among them.
    pub emails: Vec<String>,
    /// The IP addresses among them.
    pub ips: Vec<IpAddr>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// Whether an authority vouches for it that the operator trusts with that.
    pub is_vouched_for: bool,
}

/// Whether a certificate that an authority vouches for is the application's: it has the one name that is registered.
///
/// # Errors
/// [`CertificateFault`].
///
/// Spec: RFC 8705 §2.1.
pub(super) fn by_authority(
    application: &Application,
    shown: &ShownCertificate,
    now: Timestamp,
) -> Result<(), CertificateFault> {
    in_its_time(shown, now)?;
    if !shown.is_vouched_for {
        return Err(CertificateFault::Untrusted);
    }
    if has_the_name(&application.metadata, shown) { Ok(()) } else { Err(CertificateFault::NotRegistered) }
}

/// Whether a certificate that is registered itself counts now.
///
/// # Errors
/// [`CertificateFault`].
///
/// Spec: RFC 8705 §2.2.
pub(super) fn by_itself(is_registered: bool, shown: &ShownCertificate, now: Timestamp) -> Result<(), CertificateFault> {
    in_its_time(shown, now)?;
    if is_registered { Ok(()) } else { Err(CertificateFault::NotRegistered) }
}

fn in_its_time(shown: &ShownCertificate, now: Timestamp) -> Result<(), CertificateFault> {
    if now < shown.starts_at || now > shown.ends_at { Err(CertificateFault::Expired) } else { Ok(()) }
}

/// Exactly one kind of name is registered (RFC 8705 §2.1.2); with none or several, no certificate is the application's.
fn has_the_name(registered: &ClientMetadata, shown: &ShownCertificate) -> bool {
    let names = [
        registered.tls_client_auth_subject_dn.as_deref().map(|name| is_the_subject(name, &shown.subject)),
        // Names of hosts are compared without regard to case (RFC 5280 §7.2).
        registered
            .tls_client_auth_san_dns
            .as_deref()
            .map(|name| shown.dns.iter().any(|one| one.eq_ignore_ascii_case(name))),
        registered.tls_client_auth_san_uri.as_deref().map(|name| shown.uris.iter().any(|one| one == name)),
        registered
            .tls_client_auth_san_ip
            .as_deref()
            .map(|name| name.parse::<IpAddr>().is_ok_and(|name| shown.ips.contains(&name))),
        registered.tls_client_auth_san_email.as_deref().map(|name| shown.emails.iter().any(|one| one == name)),
    ];
    let mut said = names.into_iter().flatten();
    matches!((said.next(), said.next()), (Some(true), None))
}
