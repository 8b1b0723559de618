//! The public keys of an application, or of an issuer outside: those that stand in the registration, or those that it publishes
//! under the address that stands there.
//!
//! The algorithm never comes from the message alone: a caller says which ones it takes, and only a key that fits one of them is
//! handed out. What an application publishes is asked for again, at a bounded rate, when a key seems to be missing: that is how
//! its keys rotate (OpenID Connect Core §10.1.1).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor_jose::{
    Algorithm, ContentEncryption, EncryptionKey, Jwk, JwkSet, KeyManagement, KeySet, PeekedHeader, VerifyingKey,
};
use grantor_protocol::secret::sha256;
use grantor_rules::model::{Application, TrustedIssuer};
use serde::Deserialize as _;
use serde_json::Value;

use crate::Env;
use crate::outside::{Published, Unreachable};

/// How many keys of a set are looked at: nobody needs more, and each costs time.
const MOST_KEYS: usize = 100;

/// Why an application has no key for something.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoKey {
    /// It registered none.
    #[error("the application has registered no public keys")]
    NoneRegistered,
    /// The document with its keys cannot be had.
    #[error("the application's keys cannot be fetched: {0}")]
    Unreachable(#[from] Unreachable),
    /// That document, or what is registered, is no JWK Set, or holds a private key.
    #[error("the application's keys are not a JWK Set of public keys")]
    Malformed,
    /// None of its keys fits.
    #[error("none of the application's keys fits")]
    NoneFits,
}

/// Where somebody's public keys are: with us, or where they publish them.
#[derive(Clone, Copy, Debug)]
pub struct Keys<'a> {
    by_value: Option<&'a Value>,
    by_address: Option<&'a str>,
}

impl<'a> From<&'a Application> for Keys<'a> {
    fn from(application: &'a Application) -> Self {
        Self { by_value: application.metadata.jwks.as_ref(), by_address: application.metadata.jwks_uri.as_deref() }
    }
}

impl<'a> From<&'a TrustedIssuer> for Keys<'a> {
    fn from(issuer: &'a TrustedIssuer) -> Self {
        Self { by_value: issuer.jwks.as_ref(), by_address: issuer.jwks_uri.as_deref() }
    }
}

/// The keys that may have signed a message with this header, all for the one algorithm that it names, which must be among
/// `algorithms`. [`grantor_jose::verify_compact`] picks the one with the message's `kid`.
///
/// # Errors
/// [`NoKey`]; [`NoKey::NoneFits`] for an algorithm that is not taken, too.
///
/// Spec: RFC 7515 §6; RFC 8725 §3.1; OpenID Connect Core §10.1.
pub async fn verifying(
    env: &Env,
    keys: impl Into<Keys<'_>>,
    header: &PeekedHeader,
    algorithms: &[Algorithm],
) -> Result<KeySet, NoKey> {
    let algorithm = Algorithm::parse(&header.alg).filter(|named| algorithms.contains(named)).ok_or(NoKey::NoneFits)?;
    let named = |jwk: &Jwk| header.kid.is_none() || jwk.kid.is_none() || jwk.kid == header.kid;
    let fitting = |set: &JwkSet| {
        let candidates = set.keys.iter().take(MOST_KEYS).filter(|jwk| named(jwk));
        let keys = KeySet::new(candidates.filter_map(|jwk| VerifyingKey::from_jwk_for(jwk, algorithm).ok()).collect());
        // A key without `kid` goes by its thumbprint, so the set is asked as it will be asked later.
        let found = header.kid.as_ref().map_or_else(|| !keys.is_empty(), |kid| keys.find(kid).is_some());
        found.then_some(keys)
    };
    find(env, keys, fitting).await
}

/// A key to encrypt something for the application with.
///
/// # Errors
/// [`NoKey`].
///
/// Spec: OpenID Connect Core §10.2.
pub async fn encryption(
    env: &Env,
    application: &Application,
    management: KeyManagement,
    content: ContentEncryption,
) -> Result<EncryptionKey, NoKey> {
    find(env, application, |set| EncryptionKey::find(set, None, management, content).ok()).await
}

/// Whether the certificate with this SHA-256 digest stands with one of the application's keys (RFC 8705 §2.2.2).
pub async fn has_certificate(env: &Env, application: &Application, thumbprint: &[u8; 32]) -> bool {
    // The first of a chain is that of the key (RFC 7517 §4.7).
    let shows = |jwk: &Jwk| {
        let first = jwk.x5c.as_ref().and_then(|chain| chain.first());
        first.and_then(|text| STANDARD.decode(text).ok()).is_some_and(|der| sha256(&der) == *thumbprint)
    };
    let found = find(env, application, |set| set.keys.iter().take(MOST_KEYS).any(shows).then_some(())).await;
    if let Err(error @ (NoKey::Unreachable(_) | NoKey::Malformed)) = &found {
        tracing::warn!(client = %application.client_id, %error, "an application's certificates could not be read");
    }
    found.is_ok()
}

/// What `wanted` finds in the application's keys; what it publishes is asked for again if nothing is found.
///
/// # Errors
/// [`NoKey`].
pub async fn find<T>(
    env: &Env,
    keys: impl Into<Keys<'_>>,
    wanted: impl Fn(&JwkSet) -> Option<T> + Send,
) -> Result<T, NoKey> {
    let Keys { by_value, by_address } = keys.into();
    // Both may not be registered (RFC 7591 §2); what stands there needs nobody else.
    if let Some(keys) = by_value {
        let set = JwkSet::deserialize(keys).map_err(|_| NoKey::Malformed)?;
        return wanted(&set).ok_or(NoKey::NoneFits);
    }
    let address = by_address.ok_or(NoKey::NoneRegistered)?;
    let known = env.outside.fetch(address).await?;
    let first = read(&known).map(|set| wanted(&set));
    if let Ok(Some(found)) = first {
        return Ok(found);
    }
    let newer = env.outside.refetch(address, &known).await?;
    if newer == known {
        return Err(first.err().unwrap_or(NoKey::NoneFits));
    }
    wanted(&read(&newer)?).ok_or(NoKey::NoneFits)
}

fn read(document: &Published) -> Result<JwkSet, NoKey> {
    // First as strict JSON: a name that comes twice has two meanings.
    let members = grantor_jose::parse_object(&document.bytes).map_err(|_| NoKey::Malformed)?;
    JwkSet::deserialize(serde_json::Value::Object(members)).map_err(|_| NoKey::Malformed)
}
