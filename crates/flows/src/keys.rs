//! The keys that tokens are signed with: parsed once and kept, one of each algorithm that an API asks for.

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use grantor_environment::{Entropy, Timestamp};
use grantor_jose::{
    Certificate, Expected, HeaderFields, KeySet, NONCE_BYTES, SealingKey, SigningKey, TokenSigner, VerifyError,
    VerifyingKey, verify_compact,
};
use grantor_protocol::Secret;
use grantor_rules::Settings;
use grantor_rules::layout::TokenType;
use grantor_rules::model::SigningAlg;
use grantor_rules::signing_keys::{Line, Made};
use grantor_storage::{SigningKeyRecord, Storage};
use serde::Serialize;
use serde_json::Value;
use tokio::sync::Mutex;

use crate::FlowError;
use crate::opaque_tokens::OpaqueTokens;
use crate::proven::{Claims, Proven};
use crate::start::{new_key, open};

/// The signing keys of a deployment.
pub struct KeyRing {
    sealing: SealingKey,
    opaque: OpaqueTokens,
    known: RwLock<Arc<Known>>,
    // Held from reading the store to taking up what was read: an older reading must not replace a newer one.
    taking_up: Mutex<()>,
}

/// What is known of the keys at one moment.
#[derive(Default)]
struct Known {
    lines: BTreeMap<SigningAlg, Vec<Arc<Signer>>>,
    public: Arc<Vec<Value>>,
    verifying: KeySet,
    // What these keys have proven is worth nothing under others.
    proven: Proven,
    proven_access_tokens: Proven,
    key_ids: Vec<String>,
}

/// One key that signs.
pub(crate) struct Signer {
    by_type: BTreeMap<TokenType, TokenSigner>,
    key_id: String,
    made: Made,
}

/// One key with its certificate.
pub(crate) struct CertifiedKey {
    pub alg: SigningAlg,
    pub key: SigningKey,
    pub certificate: Vec<u8>,
}

impl Signer {
    /// Signs claims. Only [`crate::token`] calls it, with a plan.
    pub(crate) fn sign<C: Serialize>(&self, kind: TokenType, claims: &C) -> Result<Secret, FlowError> {
        let missing = || FlowError::Failed { what: format!("nothing signs tokens of the type {}", kind.as_str()) };
        let signer = self.by_type.get(&kind).ok_or_else(missing)?;
        let token = signer.sign(claims).map_err(|error| FlowError::Failed { what: error.to_string() })?;
        Ok(Secret::new(token))
    }
}

impl KeyRing {
    /// Opens the keys that are kept, oldest first.
    pub(crate) fn open(
        sealing: SealingKey,
        opaque: OpaqueTokens,
        records: &[SigningKeyRecord],
    ) -> Result<Self, FlowError> {
        let known = Known::read(&sealing, records)?;
        Ok(Self { sealing, opaque, known: RwLock::new(Arc::new(known)), taking_up: Mutex::new(()) })
    }

    fn known(&self) -> Arc<Known> {
        Arc::clone(&self.known.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The public keys, as JSON Web Keys.
    pub fn public(&self) -> Arc<Vec<Value>> {
        Arc::clone(&self.known().public)
    }

    /// Seals the claims of an access token that nobody else shall read. Only [`crate::token`] calls it, with a plan.
    pub(crate) fn seal(&self, claims: &Claims, entropy: &dyn Entropy) -> Result<Secret, FlowError> {
        self.opaque.seal(claims, entropy.bytes(), entropy.bytes())
    }

    /// Seals what is kept for us alone to read again. What is sealed for one purpose opens for no other.
    pub(crate) fn seal_kept(&self, purpose: &str, text: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        self.sealing.derive(purpose).seal(entropy.bytes::<NONCE_BYTES>(), purpose.as_bytes(), text)
    }

    /// The text that was sealed for a purpose.
    pub(crate) fn open_kept(&self, purpose: &str, sealed: &[u8]) -> Result<Secret, FlowError> {
        let failed = || FlowError::Failed { what: format!("what was sealed as {purpose} cannot be opened") };
        let opened = self.sealing.derive(purpose).open(purpose.as_bytes(), sealed).map_err(|_| failed())?;
        Ok(Secret::new(std::str::from_utf8(&opened).map_err(|_| failed())?))
    }

    /// The claims of a token that is signed by us and called by that type, or sealed by us where access tokens are taken that
    /// may be. They may have been proven before: whether the token is still of use is for the caller to ask.
    pub(crate) fn claims(&self, token: &Secret, kind: TokenType) -> Result<Arc<Claims>, VerifyError> {
        if kind == TokenType::AccessTokenJwt && OpaqueTokens::is_one(token) {
            return self.opaque.open(token).map(Arc::new);
        }
        let known = self.known();
        // What was proven of one type is none of another.
        let proven = match kind {
            TokenType::Jwt => Some(&known.proven),
            TokenType::AccessTokenJwt => Some(&known.proven_access_tokens),
            // Nobody brings these back.
            TokenType::TokenIntrospectionJwt | TokenType::LogoutJwt => None,
        };
        let prove = || verify_compact(token.expose(), &known.verifying, &Expected::types(&[kind.as_str()]))?.claims();
        proven.map_or_else(|| prove().map(Arc::new), |proven| proven.claims(token.expose(), prove))
    }

    /// The key that signs with an algorithm at `now`, if one has been made.
    pub(crate) fn signer(&self, alg: SigningAlg, now: Timestamp, settings: &Settings) -> Option<Arc<Signer>> {
        let known = self.known();
        let line = known.lines.get(&alg)?;
        let place = Line(&made(line)).signing(now, settings)?;
        line.get(place).cloned()
    }

    /// The keys that are published ahead and do not sign yet, by their ids.
    pub(crate) fn waiting(&self, now: Timestamp, settings: &Settings) -> Vec<String> {
        let known = self.known();
        let waits = |line: &Vec<Arc<Signer>>| {
            let signing = Line(&made(line)).signing(now, settings).unwrap_or_default();
            line.iter().skip(signing + 1).map(|signer| signer.key_id.clone()).collect::<Vec<_>>()
        };
        known.lines.values().flat_map(waits).collect()
    }

    /// Makes the keys that are due, and forgets those that nothing alive was signed with. Every node may do this at any
    /// time: of several that act at once, one wins.
    ///
    /// # Errors
    /// [`FlowError::Store`], or [`FlowError::Failed`] when a key cannot be made; the keys at hand stay in use.
    pub async fn rotate(
        &self,
        storage: &dyn Storage,
        now: Timestamp,
        entropy: &dyn Entropy,
        settings: &Settings,
    ) -> Result<(), FlowError> {
        let _turn = self.taking_up.lock().await;
        for (alg, line) in &self.known().lines {
            let times = made(line);
            if let Some(newest) = line.last().filter(|_| Line(&times).next_is_due(now, settings)) {
                let next = new_key(*alg, &self.sealing, now, entropy)?;
                self.take_up(&storage.keep_signing_key(&next, Some(&newest.key_id)).await?)?;
                tracing::info!(algorithm = alg.as_str(), key = next.key_id, "the next signing key is published");
            }
            for place in Line(&times).ended(now, settings) {
                self.take_up(&storage.forget_signing_key(&line[place].key_id).await?)?;
                tracing::info!(algorithm = alg.as_str(), key = line[place].key_id, "a signing key is forgotten");
            }
        }
        Ok(())
    }

    /// Makes the first key of an algorithm, unless another node was faster, and takes it up.
    pub(crate) async fn make(
        &self,
        alg: SigningAlg,
        storage: &dyn Storage,
        now: Timestamp,
        entropy: &dyn Entropy,
    ) -> Result<(), FlowError> {
        let _turn = self.taking_up.lock().await;
        if self.known().lines.contains_key(&alg) {
            // Somebody else asked for it at the same time, and was first.
            return Ok(());
        }
        let made = new_key(alg, &self.sealing, now, entropy)?;
        let records = storage.keep_signing_key(&made, None).await?;
        self.take_up(&records)
    }

    /// Makes the first key of each algorithm that has none: whoever has fetched the published keys has it then, before
    /// anything is signed with it.
    ///
    /// # Errors
    /// As [`Self::rotate`].
    pub async fn prepare(&self, storage: &dyn Storage, now: Timestamp, entropy: &dyn Entropy) -> Result<(), FlowError> {
        for (_, alg) in SigningAlg::NAMES {
            self.make(alg, storage, now, entropy).await?;
        }
        Ok(())
    }

    /// Takes up the keys that other nodes have made meanwhile.
    ///
    /// # Errors
    /// [`FlowError::Store`], or [`FlowError::Failed`] for a key that this node cannot open; the keys at hand stay in use.
    pub async fn refresh(&self, storage: &dyn Storage) -> Result<(), FlowError> {
        let _turn = self.taking_up.lock().await;
        let records = storage.list_signing_keys().await?;
        let same = records.iter().map(|record| &record.key_id).eq(&self.known().key_ids);
        if same { Ok(()) } else { self.take_up(&records) }
    }

    fn take_up(&self, records: &[SigningKeyRecord]) -> Result<(), FlowError> {
        let known = Known::read(&self.sealing, records)?;
        *self.known.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(known);
        Ok(())
    }
}

impl Known {
    fn read(sealing: &SealingKey, records: &[SigningKeyRecord]) -> Result<Self, FlowError> {
        let failed = |what: String| FlowError::Failed { what };
        let key_ids = records.iter().map(|record| record.key_id.clone()).collect();
        let mut known = Self { key_ids, ..Self::default() };
        let (mut public, mut verifying) = (Vec::new(), Vec::new());
        for record in records {
            let one = open(sealing, record)?;
            let certificate = Certificate { der: one.certificate };
            let mut jwk = one.key.public_jwk();
            jwk.x5t = Some(certificate.x5t());
            jwk.x5c = Some(vec![certificate.x5c()]);
            public.push(serde_json::to_value(&jwk).map_err(|error| failed(error.to_string()))?);
            verifying.push(VerifyingKey::from_signing_key(&one.key).map_err(|error| failed(error.to_string()))?);
            // v1.0 readers look for `x5t`; nobody else minds.
            let x5t = certificate.x5t();
            let header = |kind: TokenType| HeaderFields { typ: kind.as_str(), x5t: Some(&x5t) };
            let tokens =
                TokenSigner::new(one.key, &header(TokenType::Jwt)).map_err(|error| failed(error.to_string()))?;
            let mut by_type = BTreeMap::new();
            for kind in TokenType::ALL {
                let signer = tokens.under(&header(kind)).map_err(|error| failed(error.to_string()))?;
                by_type.insert(kind, signer);
            }
            let signer = Signer { by_type, key_id: record.key_id.clone(), made: made_of(record) };
            known.lines.entry(one.alg).or_default().push(Arc::new(signer));
        }
        known.public = Arc::new(public);
        known.verifying = KeySet::new(verifying);
        Ok(known)
    }
}

/// When each key of a line was made.
fn made(line: &[Arc<Signer>]) -> Vec<Made> {
    line.iter().map(|signer| signer.made).collect()
}

/// When a key was made.
pub(crate) const fn made_of(record: &SigningKeyRecord) -> Made {
    Made { at: record.created_at, begins_at: record.begins_at }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let known = self.known();
        let algorithms: Vec<&str> = known.lines.keys().map(|alg| alg.as_str()).collect();
        formatter.debug_struct("KeyRing").field("algorithms", &algorithms).finish_non_exhaustive()
    }
}
