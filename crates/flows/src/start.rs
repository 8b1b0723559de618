//! What a deployment makes for itself at its first start, and reads back at each later one.

use grantor_environment::{Clock, Entropy, Timestamp};
use grantor_jose::{Algorithm, NONCE_BYTES, SealingKey, SigningKey, self_signed};
use grantor_protocol::{InitialAccessTokenKey, RefreshTokenKey};
use grantor_rules::model::SigningAlg;
use grantor_rules::subject::PairwiseSalt;
use grantor_storage::{SigningKeyRecord, Storage};

use crate::keys::CertifiedKey;
use crate::opaque_tokens::OpaqueTokens;
use crate::{ClientSecrets, DpopNonces, FlowError, KeyRing, RequestKeys};

/// The keys and secrets of a deployment.
#[derive(Debug)]
pub struct Prepared {
    /// The signing keys.
    pub keys: KeyRing,
    /// The key that request objects are encrypted for.
    pub request_keys: RequestKeys,
    /// The salt for people's names towards applications.
    pub salt: PairwiseSalt,
    /// What it recognises its own refresh tokens by.
    pub refresh_tokens: RefreshTokenKey,
    /// What the secrets of applications that sign with them are sealed under.
    pub client_secrets: ClientSecrets,
    /// What it recognises its own initial access tokens by.
    pub initial_access_tokens: InitialAccessTokenKey,
    /// What makes the nonces for proofs of keys.
    pub dpop_nonces: DpopNonces,
}

/// A certificate of a signing key is read by nobody's trust; it lives longer than any key.
const CERTIFICATE_SECONDS: i64 = 10 * 365 * 24 * 60 * 60;

/// Reads the keys and secrets, making them where there are none. All are kept sealed under `master`, which is not in the
/// store: whoever has the store alone can sign nothing.
///
/// # Errors
/// [`FlowError::Failed`] when what is kept was sealed under another master key; [`FlowError::Store`].
pub async fn prepare(
    storage: &dyn Storage,
    master: &SealingKey,
    clock: &dyn Clock,
    entropy: &dyn Entropy,
) -> Result<Prepared, FlowError> {
    let platform_secrets = platform_secrets_of(master);
    let salt = secret(storage, &platform_secrets, SALT, entropy).await?;
    let refresh_tokens = secret(storage, &platform_secrets, "refresh-tokens", entropy).await?;
    let request_key = kept(storage, &platform_secrets, "request-object-key", entropy, RequestKeys::generate).await?;
    let sealing = signing_keys_of(master);
    let mut records = storage.list_signing_keys().await?;
    if records.is_empty() {
        // Every deployment signs id_tokens with RS256; keys of other algorithms are made when an API asks for them.
        let made = new_key(SigningAlg::Rs256, &sealing, clock.now(), entropy)?;
        records = storage.keep_signing_key(&made, None).await?;
    }
    Ok(Prepared {
        keys: KeyRing::open(sealing, OpaqueTokens::of(master), &records)?,
        request_keys: RequestKeys::open(&request_key)?,
        salt: PairwiseSalt::from_bytes(salt),
        refresh_tokens: RefreshTokenKey::from_bytes(refresh_tokens),
        client_secrets: ClientSecrets::of(master),
        initial_access_tokens: initial_access_tokens(storage, master, entropy).await?,
        dpop_nonces: DpopNonces::new(master.derive("dpop-nonces")),
    })
}

/// What a deployment recognises its own initial access tokens by: whoever has its master key can make some.
///
/// # Errors
/// As [`prepare`].
pub async fn initial_access_tokens(
    storage: &dyn Storage,
    master: &SealingKey,
    entropy: &dyn Entropy,
) -> Result<InitialAccessTokenKey, FlowError> {
    let key = secret(storage, &platform_secrets_of(master), "initial-access-tokens", entropy).await?;
    Ok(InitialAccessTokenKey::from_bytes(key))
}

fn platform_secrets_of(master: &SealingKey) -> SealingKey {
    master.derive("platform-secrets")
}

/// What the signing keys are sealed under.
pub(crate) fn signing_keys_of(master: &SealingKey) -> SealingKey {
    master.derive("signing-keys")
}

const SALT: &str = "pairwise-salt";

/// Whether something in the store is sealed already, under a master key that must be there then.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn has_run_before(storage: &dyn Storage) -> Result<bool, FlowError> {
    // It is the first thing that is kept.
    Ok(storage.find_kept(SALT).await?.is_some())
}

/// A secret of the deployment, by its name.
async fn secret(
    storage: &dyn Storage,
    sealing: &SealingKey,
    name: &str,
    entropy: &dyn Entropy,
) -> Result<[u8; 32], FlowError> {
    let opened = kept(storage, sealing, name, entropy, || Ok(entropy.bytes::<32>().to_vec())).await?;
    opened.as_slice().try_into().map_err(|_| wrong_master_key())
}

/// What is kept under a name, made where there is nothing.
async fn kept(
    storage: &dyn Storage,
    sealing: &SealingKey,
    name: &str,
    entropy: &dyn Entropy,
    make: impl FnOnce() -> Result<Vec<u8>, FlowError> + Send,
) -> Result<impl std::ops::Deref<Target = Vec<u8>>, FlowError> {
    let kept = if let Some(kept) = storage.find_kept(name).await? {
        kept
    } else {
        let sealed = sealing.seal(entropy.bytes::<NONCE_BYTES>(), name.as_bytes(), &make()?);
        storage.keep_once(name, &sealed).await?
    };
    sealing.open(name.as_bytes(), &kept).map_err(|_| wrong_master_key())
}

pub(crate) fn new_key(
    alg: SigningAlg,
    sealing: &SealingKey,
    now: Timestamp,
    entropy: &dyn Entropy,
) -> Result<SigningKeyRecord, FlowError> {
    let failed =
        |error: grantor_jose::KeyError| FlowError::Failed { what: format!("a signing key could not be made: {error}") };
    let key = generated(algorithm_of(alg)).map_err(failed)?;
    let from = now.seconds();
    let certificate = self_signed(&key, "Grantor token signing", from, from + CERTIFICATE_SECONDS, entropy.bytes())
        .map_err(failed)?;
    // Source: entra-dialect 4.4: a key's id is the thumbprint of its certificate.
    let key_id = certificate.x5t();
    let private = key.to_pkcs8().map_err(failed)?;
    Ok(SigningKeyRecord {
        algorithm: key.algorithm().name().to_owned(),
        sealed_private_key: sealing.seal(entropy.bytes::<NONCE_BYTES>(), &associated_data(&key_id), &private),
        certificate: certificate.der,
        created_at: now,
        begins_at: None,
        key_id,
    })
}

/// How long it takes to find an RSA key varies manyfold, and somebody waits for the first start: two searches side by side,
/// of which the first to end counts, cut the long ones off.
fn generated(algorithm: Algorithm) -> Result<SigningKey, grantor_jose::KeyError> {
    let (found, first) = std::sync::mpsc::channel();
    for _ in 0..2 {
        let found = found.clone();
        std::thread::spawn(move || {
            let _ = found.send(SigningKey::generate(algorithm));
        });
    }
    first.recv().unwrap_or_else(|_| SigningKey::generate(algorithm))
}

const fn algorithm_of(alg: SigningAlg) -> Algorithm {
    match alg {
        SigningAlg::Rs256 => Algorithm::Rs256,
        SigningAlg::Ps256 => Algorithm::Ps256,
        SigningAlg::Es256 => Algorithm::Es256,
        SigningAlg::Es384 => Algorithm::Es384,
        SigningAlg::EdDsa => Algorithm::EdDsa,
    }
}

pub(crate) fn open(sealing: &SealingKey, record: &SigningKeyRecord) -> Result<CertifiedKey, FlowError> {
    let unknown = || FlowError::Failed {
        what: format!("signing key {} has the unknown algorithm {}", record.key_id, record.algorithm),
    };
    let named = SigningAlg::NAMES.iter().find(|(name, _)| *name == record.algorithm);
    let alg = named.map(|(_, alg)| *alg).ok_or_else(unknown)?;
    let private =
        sealing.open(&associated_data(&record.key_id), &record.sealed_private_key).map_err(|_| wrong_master_key())?;
    let key = SigningKey::from_pkcs8(algorithm_of(alg), &private)
        .map_err(|error| FlowError::Failed { what: format!("signing key {}: {error}", record.key_id) })?;
    Ok(CertifiedKey { alg, key: key.with_key_id(record.key_id.clone()), certificate: record.certificate.clone() })
}

/// A sealed key is good in its own row alone.
fn associated_data(key_id: &str) -> Vec<u8> {
    format!("signing_keys/{key_id}").into_bytes()
}

fn wrong_master_key() -> FlowError {
    FlowError::Failed {
        what: "the keys in the store cannot be opened: master.key in the data folder is not the master key that sealed them; put the right one back"
            .to_owned(),
    }
}
