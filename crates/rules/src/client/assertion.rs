//! An application proves itself with a JWT that a key of its own, or its secret, signed (RFC 7523 §3).
//!
//! There are two ways to take one. The vendor's libraries send one assertion for minutes, so there it may come again until its
//! time is over (Source: entra-dialect 8.4). The standard's dialect keeps to the letter: one use, a short life, and for whom it is
//! as the application's profile says.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::secret::sha256;
use serde_json::{Map, Value};

use super::ClientProof;
use crate::Refusal;
use crate::model::{Application, ClientCertificate, Profile};
use crate::refusal::AssertionFault;

/// By how much the clocks of two machines may differ, where one assertion is sent for minutes.
const CLOCKS_DIFFER_BY: Duration = Duration::from_mins(5);
/// The same by the letter: FAPI 2.0 §5.3.2.1 has 10 seconds accepted and 60 refused.
const CLOCKS_DIFFER_BY_SECONDS: Duration = Duration::from_secs(30);
/// The longest life of an assertion that is good for one use: until its end, the use is remembered.
pub const LONGEST_LIFE: Duration = Duration::from_mins(10);

/// What public keys may have signed an assertion with.
const ASYMMETRIC: [&str; 5] = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];
/// The same under FAPI 2.0 §5.4.1.
const ASYMMETRIC_IN_FAPI: [&str; 3] = ["PS256", "ES256", "EdDSA"];
/// What a secret may have signed an assertion with.
const BY_SECRET: [&str; 3] = ["HS256", "HS384", "HS512"];

/// Every algorithm that an assertion by the letter may be signed with (RFC 7518 §3.1).
pub fn algorithms() -> impl Iterator<Item = &'static str> {
    ASYMMETRIC.into_iter().chain(BY_SECRET)
}

/// Whether an application's assertions may be signed with the algorithm of this name: the one that it is registered for, else
/// each that its profile allows.
///
/// Spec: OpenID Connect Registration §2 (`token_endpoint_auth_signing_alg`), FAPI 2.0 §5.4.1.
pub fn may_be_signed_with(application: &Application, algorithm: &str) -> bool {
    let registered = application.metadata.token_endpoint_auth_signing_alg.as_deref();
    let allowed = match application.profile {
        Profile::OAuth21 => ASYMMETRIC.contains(&algorithm) || BY_SECRET.contains(&algorithm),
        Profile::Fapi2Security | Profile::Fapi2MessageSigning => ASYMMETRIC_IN_FAPI.contains(&algorithm),
    };
    allowed && registered.is_none_or(|registered| registered == algorithm)
}

/// Whether this is the name of an algorithm that a secret signs with.
pub fn is_by_secret(algorithm: &str) -> bool {
    BY_SECRET.contains(&algorithm)
}

/// An assertion whose signature holds.
#[derive(Clone, Debug)]
pub struct SignedAssertion {
    /// What signed it.
    pub by: SignedBy,
    /// What it says.
    pub claims: Map<String, Value>,
}

/// What signed an assertion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignedBy {
    /// The key of the registered certificate with this SHA-256 thumbprint.
    Certificate([u8; 32]),
    /// A key of the application's own that it registered or publishes.
    Key,
    /// The secret of this name.
    Secret(String),
}

/// Which assertions an endpoint takes.
#[derive(Clone, Debug)]
pub struct AcceptedAssertions {
    /// For whom one may be: the names of the endpoint that it came to.
    pub audiences: Vec<String>,
    /// How it is read.
    pub manner: Manner,
}

/// How assertions are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// As the vendor's libraries write them: one is sent for minutes, and clocks differ by as much.
    Lenient,
    /// By the letter, each once.
    Strict {
        /// The one name of ours that the strictest profile takes.
        issuer: String,
    },
}

/// What an assertion has proved.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Checked {
    pub(super) proof: ClientProof,
    pub(super) credential: Option<String>,
    pub(super) single_use: Option<SingleUse>,
}

/// What is good for one use, and must be noted as used before anything is given for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleUse {
    /// The SHA-256 digest of what names it.
    pub digest: [u8; 32],
    /// When it says that it ends.
    pub expires_at: Timestamp,
    /// Until when it would be good.
    pub until: Timestamp,
}

/// Whether an assertion proves the application, and by what.
///
/// # Errors
/// [`Refusal::ClientAssertionInvalid`].
pub(super) fn check(
    application: &Application,
    read: &Result<SignedAssertion, AssertionFault>,
    accepted: &AcceptedAssertions,
    now: Timestamp,
) -> Result<Checked, Refusal> {
    let checked = read.as_ref().map_err(Clone::clone).and_then(|signed| {
        let (proof, credential) = credential(application, &signed.by, now)?;
        about(application, &signed.claims)?;
        let single_use = match &accepted.manner {
            Manner::Lenient => {
                for_us(&signed.claims, |found| accepted.audiences.iter().any(|name| name.eq_ignore_ascii_case(found)))?;
                not_over(&signed.claims, now, CLOCKS_DIFFER_BY, &["nbf"])?;
                None
            }
            Manner::Strict { issuer } => {
                match application.profile {
                    Profile::OAuth21 => {
                        for_us(&signed.claims, |found| accepted.audiences.iter().any(|name| name == found))?;
                    }
                    Profile::Fapi2Security | Profile::Fapi2MessageSigning => for_issuer(&signed.claims, issuer)?,
                }
                Some(once(&signed.claims, ("client-assertion", application.client_id.as_str()), now)?)
            }
        };
        Ok(Checked { proof, credential, single_use })
    });
    checked.map_err(|why| Refusal::ClientAssertionInvalid { why })
}

/// What signed it must be the application's, and in its time.
fn credential(
    application: &Application,
    by: &SignedBy,
    now: Timestamp,
) -> Result<(ClientProof, Option<String>), AssertionFault> {
    match by {
        SignedBy::Certificate(thumbprint) => {
            let named = |one: &&ClientCertificate| one.thumbprint_sha256 == *thumbprint;
            let certificate = application.certificates.iter().find(named).ok_or(AssertionFault::Signature)?;
            in_its_time(certificate, now)?;
            Ok((ClientProof::Certificate, Some(certificate.name())))
        }
        SignedBy::Key => Ok((ClientProof::Certificate, None)),
        SignedBy::Secret(name) => {
            let named = application.secrets.iter().find(|secret| secret.name() == *name);
            let secret = named.filter(|secret| secret.expires_at.is_none_or(|end| now < end));
            secret.ok_or(AssertionFault::Signature)?;
            Ok((ClientProof::Secret, Some(name.clone())))
        }
    }
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

fn for_us(claims: &Map<String, Value>, is_ours: impl Fn(&str) -> bool) -> Result<(), AssertionFault> {
    let named: Vec<&str> = match claims.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if named.iter().any(|found| is_ours(found)) {
        return Ok(());
    }
    Err(AssertionFault::Audience { found: named.join(" ").chars().take(200).collect() })
}

/// The issuer, as a text and nothing beside it (FAPI 2.0 §5.3.2.1).
fn for_issuer(claims: &Map<String, Value>, issuer: &str) -> Result<(), AssertionFault> {
    match claims.get("aud") {
        Some(Value::String(one)) if one == issuer => Ok(()),
        found => {
            let found = found.map(ToString::to_string).unwrap_or_default();
            Err(AssertionFault::Audience { found: found.chars().take(200).collect() })
        }
    }
}

/// A time that an assertion says. It may have fractions: some libraries write them so (Source: entra-dialect 8.4).
pub(crate) fn when(claims: &Map<String, Value>, name: &str) -> Result<Option<Timestamp>, AssertionFault> {
    let Some(value) = claims.get(name) else { return Ok(None) };
    let seconds = value.as_f64().filter(|seconds| seconds.is_finite()).ok_or(AssertionFault::Malformed)?;
    #[expect(clippy::cast_possible_truncation, reason = "beyond the range the nearest end is meant")]
    let whole = (seconds.floor() as i64).clamp(0, LAST_SECOND);
    Ok(Some(Timestamp::from_seconds(whole)))
}

/// Its end, which has not come; what stands under the other names has.
fn not_over(
    claims: &Map<String, Value>,
    now: Timestamp,
    apart: Duration,
    begins: &[&str],
) -> Result<Timestamp, AssertionFault> {
    let now = Timestamp::from_seconds(now.seconds());
    let expires = when(claims, "exp")?.ok_or(AssertionFault::Malformed)?;
    if now >= expires + apart {
        return Err(AssertionFault::Expired);
    }
    for name in begins {
        if when(claims, name)?.is_some_and(|from| now + apart < from) {
            return Err(AssertionFault::NotYet);
        }
    }
    Ok(expires)
}

/// The last second that a date of four digits can say: 9999-12-31T23:59:59Z.
const LAST_SECOND: i64 = 253_402_300_799;

/// It is in its time, has a name by which it can be told that it came before, and its life is short enough to remember that
/// (RFC 7523 §3, items 4 to 7; OpenID Connect Core §9). `named` is what kind of assertion it is, and whose.
fn once(claims: &Map<String, Value>, named: (&str, &str), now: Timestamp) -> Result<SingleUse, AssertionFault> {
    let expires = not_over(claims, now, CLOCKS_DIFFER_BY_SECONDS, &["nbf", "iat"])?;
    if expires > now + LONGEST_LIFE + CLOCKS_DIFFER_BY_SECONDS {
        return Err(AssertionFault::TooLong { most_minutes: LONGEST_LIFE.as_secs() / 60 });
    }
    let name = claims.get("jti").and_then(Value::as_str).filter(|name| !name.is_empty());
    let name = name.ok_or(AssertionFault::WithoutName)?;
    let text = format!("{}\0{}\0{name}", named.0, named.1);
    Ok(SingleUse { digest: sha256(text.as_bytes()), expires_at: expires, until: expires + CLOCKS_DIFFER_BY_SECONDS })
}

/// Whether an assertion that is read by the letter is for us and in its time, and what its one use is noted by.
pub(crate) fn by_the_letter(
    claims: &Map<String, Value>,
    audiences: &[String],
    named: (&str, &str),
    now: Timestamp,
) -> Result<SingleUse, AssertionFault> {
    for_us(claims, |found| audiences.iter().any(|name| name == found))?;
    once(claims, named, now)
}
