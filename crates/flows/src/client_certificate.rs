//! The certificate of a TLS connection, as the rules look at it.

use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_jose::PeerCertificate;
use grantor_rules::client::ShownCertificate;

/// Reads a certificate that was shown; one that cannot be read is none. Whether an authority vouches for it, the listener knows.
pub fn read(der: &[u8], is_vouched_for: bool) -> Option<Arc<ShownCertificate>> {
    let read = PeerCertificate::from_der(der).ok()?;
    let x5t_s256 = read.x5t_s256();
    let PeerCertificate { thumbprint_sha256, subject, dns, uris, emails, ips, .. } = read;
    Some(Arc::new(ShownCertificate {
        thumbprint_sha256,
        x5t_s256,
        subject,
        dns,
        uris,
        emails,
        ips,
        starts_at: Timestamp::from_seconds(read.not_before_unix),
        ends_at: Timestamp::from_seconds(read.not_after_unix),
        is_vouched_for,
    }))
}
