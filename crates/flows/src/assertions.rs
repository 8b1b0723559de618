//! Client assertions: which certificate signed one.

use grantor_jose::{Assertion, AssertionError};
use grantor_protocol::Secret;
use grantor_rules::client::{ReadsAssertions, SignedAssertion};
use grantor_rules::model::ClientCertificate;
use grantor_rules::refusal::AssertionFault;

/// Reads assertions with the keys of certificates.
pub struct ByCertificate;

impl ReadsAssertions for ByCertificate {
    fn read(&self, assertion: &Secret, certificates: &[ClientCertificate]) -> Result<SignedAssertion, AssertionFault> {
        let read = Assertion::read(assertion.expose()).map_err(fault)?;
        let certificate = certificates.iter().find(|known| is_named(known, &read));
        let certificate = certificate.ok_or_else(|| AssertionFault::CertificateUnknown { thumbprint: shown(&read) })?;
        let claims = read.claims(&certificate.public_key).map_err(fault)?;
        Ok(SignedAssertion { thumbprint: certificate.thumbprint_sha256, claims })
    }
}

/// Each thumbprint that is there must be the certificate's, and one must be there.
fn is_named(certificate: &ClientCertificate, assertion: &Assertion<'_>) -> bool {
    let named = &assertion.thumbprints;
    let sha1 = named.sha1.as_deref().map(|sha1| sha1 == certificate.thumbprint_sha1);
    let sha256 = named.sha256.as_deref().map(|sha256| sha256 == certificate.thumbprint_sha256);
    matches!((sha1, sha256), (Some(true), Some(true) | None) | (None, Some(true)))
}

fn shown(assertion: &Assertion<'_>) -> String {
    let named = &assertion.thumbprints;
    let bytes = named.sha256.as_ref().or(named.sha1.as_ref()).map(Vec::as_slice).unwrap_or_default();
    bytes.iter().take(32).fold(String::new(), |text, byte| format!("{text}{byte:02X}"))
}

const fn fault(error: AssertionError) -> AssertionFault {
    match error {
        AssertionError::Malformed => AssertionFault::Malformed,
        AssertionError::BadSignature => AssertionFault::Signature,
    }
}
