//! An application proves itself with a JWT that the key of one of its certificates signed (RFC 7523 §3).

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use serde_json::{Map, Value};

use super::Showing;
use crate::Refusal;
use crate::model::{Application, ClientCertificate};
use crate::refusal::AssertionFault;

/// By how much the clocks of two machines may differ.
const CLOCKS_DIFFER_BY: i64 = 5 * 60;

/// What is able to check a signature.
pub trait ReadsAssertions: Sync {
    /// Finds the certificate that an assertion names by its thumbprint, and checks the signature with its key.
    ///
    /// # Errors
    /// [`AssertionFault::Malformed`], [`AssertionFault::CertificateUnknown`] or [`AssertionFault::Signature`].
    fn read(&self, assertion: &Secret, certificates: &[ClientCertificate]) -> Result<SignedAssertion, AssertionFault>;
}

/// An assertion whose signature holds.
#[derive(Debug)]
pub struct SignedAssertion {
    /// The SHA-256 thumbprint of the certificate whose key signed it.
    pub thumbprint: [u8; 32],
    /// What it says.
    pub claims: Map<String, Value>,
}

/// Whether an assertion proves the application; with the certificate that did.
///
/// It may come again until its time is over: the libraries of these dialects send one assertion for minutes
/// (Source: entra-dialect 8.4).
///
/// # Errors
/// [`Refusal::ClientAssertionInvalid`].
pub fn check<'a>(
    application: &'a Application,
    assertion: &Secret,
    showing: &Showing<'_>,
) -> Result<&'a ClientCertificate, Refusal> {
    let certificates = &application.certificates;
    let checked = showing.assertions.read(assertion, certificates).and_then(|signed| {
        let by = |one: &&ClientCertificate| one.thumbprint_sha256 == signed.thumbprint;
        let certificate = certificates.iter().find(by).ok_or(AssertionFault::Signature)?;
        in_its_time(certificate, showing.now)?;
        about(application, &signed.claims)?;
        for_us(&signed.claims, &(showing.audiences)())?;
        not_over(&signed.claims, showing.now)?;
        Ok(certificate)
    });
    checked.map_err(|why| Refusal::ClientAssertionInvalid { why })
}

fn in_its_time(certificate: &ClientCertificate, now: Timestamp) -> Result<(), AssertionFault> {
    if now < certificate.starts_at || now >= certificate.expires_at {
        return Err(AssertionFault::CertificateExpired { description: certificate.description.clone() });
    }
    Ok(())
}

/// The application speaks of itself (RFC 7523 §3, items 1 and 2).
fn about(application: &Application, claims: &Map<String, Value>) -> Result<(), AssertionFault> {
    for name in ["iss", "sub"] {
        let found = claims.get(name).and_then(Value::as_str).unwrap_or_default();
        if !found.eq_ignore_ascii_case(application.client_id.as_str()) {
            return Err(AssertionFault::Subject { found: found.chars().take(80).collect() });
        }
    }
    Ok(())
}

fn for_us(claims: &Map<String, Value>, ours: &[String]) -> Result<(), AssertionFault> {
    let named: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let fits = |found: &&str| ours.iter().any(|name| name.eq_ignore_ascii_case(found));
    if named.iter().any(fits) {
        return Ok(());
    }
    Err(AssertionFault::Audience { found: named.join(" ").chars().take(200).collect() })
}

/// Times may have fractions: some libraries write them so (Source: entra-dialect 8.4).
fn not_over(claims: &Map<String, Value>, now: Timestamp) -> Result<(), AssertionFault> {
    let seconds = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(value) => value.as_f64().filter(|seconds| seconds.is_finite()).map(Some).ok_or(AssertionFault::Malformed),
    };
    let now = now.seconds();
    let at = |seconds: f64| {
        #[expect(clippy::cast_possible_truncation, reason = "beyond the range the nearest end is meant")]
        let whole = seconds.floor() as i64;
        whole
    };
    let expires = at(seconds("exp")?.ok_or(AssertionFault::Malformed)?);
    if now >= expires.saturating_add(CLOCKS_DIFFER_BY) {
        return Err(AssertionFault::Expired);
    }
    match seconds("nbf")? {
        Some(from) if now.saturating_add(CLOCKS_DIFFER_BY) < at(from) => Err(AssertionFault::NotYet),
        _ => Ok(()),
    }
}
