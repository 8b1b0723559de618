//! What a flow needs from outside, and what tells one request from another.

use std::sync::{Arc, OnceLock};

use grantor_environment::{Clock, Entropy, Timestamp};
use grantor_protocol::{
    FamilyId, FlowId, Handle, HandleKind, InitialAccessTokenKey, PublicUrl, RefreshHandle, RefreshTokenKey, TenantId,
};
use grantor_rules::Settings;
use grantor_rules::subject::PairwiseSalt;
use grantor_storage::Storage;

use crate::client_secrets::ClientSecrets;
use crate::credential_uses::CredentialUses;
use crate::key_readers::KeyReaders;
use crate::unknown_names::UnknownNames;
use crate::{DpopNonces, Event, KeyRing, Outside, Passwords, Recorder, RequestKeys};

/// Everything that a flow needs from outside.
pub struct Env {
    /// The store.
    pub storage: Arc<dyn Storage>,
    /// The time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The keys that tokens are signed with.
    pub keys: KeyRing,
    /// The key that request objects are encrypted for.
    pub request_keys: RequestKeys,
    /// The deployment's salt for people's names towards applications.
    pub salt: PairwiseSalt,
    /// What the deployment recognises its own refresh tokens by.
    pub refresh_tokens: RefreshTokenKey,
    /// What the secrets of applications that sign with them are sealed under.
    pub client_secrets: ClientSecrets,
    /// What the deployment recognises its own initial access tokens by.
    pub initial_access_tokens: InitialAccessTokenKey,
    /// What makes the nonces for proofs of keys.
    pub dpop_nonces: DpopNonces,
    /// Where passwords are hashed.
    pub passwords: Passwords,
    /// How long things live.
    pub settings: Settings,
    /// Which credentials of applications were noted as used.
    pub credential_uses: CredentialUses,
    /// Who was noted to have fetched the next key.
    pub key_readers: KeyReaders,
    /// For which names that nobody has wrong passwords were tried.
    pub unknown_names: UnknownNames,
    /// Where events are recorded.
    pub recorder: Recorder,
    /// How others are contacted.
    pub outside: Arc<dyn Outside>,
    /// Under which address the world reaches us.
    pub public: PublicUrl,
    /// Under which address applications reach us that show certificates, if they may.
    pub mtls: Option<PublicUrl>,
}

impl Env {
    /// The present moment.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A fresh opaque text.
    pub fn handle(&self, kind: HandleKind, tenant: TenantId) -> Handle {
        Handle::from_random(kind, tenant, self.entropy.bytes())
    }

    /// A fresh refresh token of a family, and the seed that it can be made from again.
    pub fn refresh_token(&self, tenant: TenantId, family: FamilyId) -> (RefreshHandle, [u8; 32]) {
        let seed = self.entropy.bytes();
        (RefreshHandle::mint(&self.refresh_tokens, tenant, family, &seed), seed)
    }

    /// What tells a request that has just come in from others.
    pub fn trace(&self) -> Trace {
        Trace { entropy: Arc::clone(&self.entropy), request: OnceLock::new(), joined: OnceLock::new(), at: self.now() }
    }

    /// Records what happened in a request.
    pub fn record(&self, trace: &Trace, event: Event) {
        self.recorder.record(trace, event);
    }
}

/// What tells one request from others, and which flow it belongs to.
pub struct Trace {
    entropy: Arc<dyn Entropy>,
    // Drawn when it is first asked for: the public documents show none.
    request: OnceLock<FlowId>,
    joined: OnceLock<FlowId>,
    at: Timestamp,
}

impl Trace {
    /// The request's own id: what an error shows.
    pub fn request(&self) -> FlowId {
        *self.request.get_or_init(|| FlowId::from_random(self.entropy.bytes()))
    }

    /// When it came in.
    pub const fn at(&self) -> Timestamp {
        self.at
    }

    /// The flow: that of the authorization request which all of it descends from, or the request's own.
    pub fn flow(&self) -> FlowId {
        self.joined.get().copied().unwrap_or_else(|| self.request())
    }

    /// Joins the flow of something that was found. The first one counts.
    pub fn join(&self, flow: FlowId) {
        let _ = self.joined.set(flow);
    }
}
