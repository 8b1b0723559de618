//! Client assertions: what signed one. What it says is for [`grantor_rules::client`] to judge.

use grantor_jose::{Algorithm, Assertion, AssertionError, Expected, MacAlgorithm, PeekedHeader, peek_header};
use grantor_protocol::Secret;
use grantor_rules::client::assertion::{is_by_secret, may_be_signed_with};
use grantor_rules::client::{Manner, SignedAssertion, SignedBy};
use grantor_rules::model::{Application, AuthMethod, ClientCertificate};
use grantor_rules::refusal::AssertionFault;

use crate::Env;
use crate::client_keys::{self, NoKey};

/// What an assertion may call itself (RFC 7523 §2.2 says nothing; the second name is that of draft-ietf-oauth-rfc7523bis).
const TYPES: [&str; 2] = ["JWT", "client-authentication+jwt"];

/// Which way an assertion is, by the algorithm that it names: it decides nothing but whose rules it is held against.
pub fn method(text: &Secret, manner: &Manner) -> AuthMethod {
    let by_secret = || peek_header(text.expose()).is_ok_and(|header| is_by_secret(&header.alg));
    match manner {
        Manner::Strict { .. } if by_secret() => AuthMethod::ClientSecretJwt,
        Manner::Strict { .. } | Manner::Lenient => AuthMethod::PrivateKeyJwt,
    }
}

/// Finds what signed an assertion, and what it says.
pub async fn read(
    env: &Env,
    application: &Application,
    text: &Secret,
    manner: &Manner,
) -> Result<SignedAssertion, AssertionFault> {
    match manner {
        Manner::Lenient => by_certificate(&application.certificates, text),
        Manner::Strict { .. } => by_the_letter(env, application, text).await,
    }
}

async fn by_the_letter(env: &Env, application: &Application, text: &Secret) -> Result<SignedAssertion, AssertionFault> {
    let header = peek_header(text.expose()).map_err(|_| AssertionFault::Malformed)?;
    if !may_be_signed_with(application, &header.alg) {
        return Err(AssertionFault::Algorithm { found: header.alg.chars().take(80).collect() });
    }
    if let Some(algorithm) = MacAlgorithm::parse(&header.alg) {
        return env.client_secrets.read(application, algorithm, text, &Expected::types_or_none(&TYPES));
    }
    if !application.certificates.is_empty() && names_certificate(text) {
        return by_certificate(&application.certificates, text);
    }
    by_key(env, application, text, &header).await
}

/// By a key of those that the application registered or publishes.
async fn by_key(
    env: &Env,
    application: &Application,
    text: &Secret,
    header: &PeekedHeader,
) -> Result<SignedAssertion, AssertionFault> {
    let algorithm = Algorithm::parse(&header.alg);
    let keys =
        client_keys::verifying(env, application, header, algorithm.as_slice()).await.map_err(|error| match error {
            NoKey::NoneRegistered | NoKey::NoneFits => AssertionFault::KeyUnknown,
            NoKey::Unreachable(_) | NoKey::Malformed => {
                tracing::warn!(client = %application.client_id, %error, "an application could not be proven");
                AssertionFault::KeysUnreadable
            }
        })?;
    let proven = grantor_jose::verify_compact(text.expose(), &keys, &Expected::types_or_none(&TYPES));
    let proven = proven.map_err(|error| match error {
        grantor_jose::VerifyError::BadSignature => AssertionFault::Signature,
        grantor_jose::VerifyError::UnknownKey { .. } | grantor_jose::VerifyError::NoKeyId => AssertionFault::KeyUnknown,
        _ => AssertionFault::Malformed,
    })?;
    Ok(SignedAssertion { by: SignedBy::Key, claims: proven.claims().map_err(|_| AssertionFault::Malformed)? })
}

/// Whether an assertion names a certificate, as the vendor's libraries do, and not a key.
fn names_certificate(text: &Secret) -> bool {
    let named = |read: Assertion<'_>| read.thumbprints.sha1.is_some() || read.thumbprints.sha256.is_some();
    Assertion::read(text.expose()).is_ok_and(named)
}

/// By the key of a registered certificate.
fn by_certificate(certificates: &[ClientCertificate], text: &Secret) -> Result<SignedAssertion, AssertionFault> {
    let read = Assertion::read(text.expose()).map_err(fault)?;
    let certificate = certificates.iter().find(|known| is_named(known, &read));
    let certificate = certificate.ok_or_else(|| AssertionFault::CertificateUnknown { thumbprint: shown(&read) })?;
    let claims = read.claims(&certificate.public_key).map_err(fault)?;
    Ok(SignedAssertion { by: SignedBy::Certificate(certificate.thumbprint_sha256), claims })
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
