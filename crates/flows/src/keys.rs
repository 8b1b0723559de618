//! The keys that tokens are signed with: parsed once and kept.

use std::sync::Arc;

use grantor_jose::{Certificate, HeaderFields, KeySet, SigningKey, VerifyingKey, sign_compact};
use grantor_protocol::Secret;
use serde::Serialize;
use serde_json::Value;

use crate::FlowError;

/// The signing keys of a deployment.
pub struct KeyRing {
    current: Arc<SigningKey>,
    thumbprint: String,
    public: Vec<Value>,
    verifying: KeySet,
}

/// One key with its certificate.
pub(crate) struct CertifiedKey {
    pub key: SigningKey,
    pub certificate: Vec<u8>,
}

impl KeyRing {
    /// Keeps keys that were read from the store, oldest first; the newest one signs.
    pub(crate) fn new(keys: Vec<CertifiedKey>) -> Result<Self, FlowError> {
        let failed = |what: String| FlowError::Failed { what };
        let mut public = Vec::new();
        let mut verifying = Vec::new();
        for one in &keys {
            let certificate = Certificate { der: one.certificate.clone() };
            let mut jwk = one.key.public_jwk();
            jwk.x5t = Some(certificate.x5t());
            jwk.x5c = Some(vec![certificate.x5c()]);
            public.push(serde_json::to_value(&jwk).map_err(|error| failed(error.to_string()))?);
            verifying.push(VerifyingKey::from_signing_key(&one.key).map_err(|error| failed(error.to_string()))?);
        }
        let newest = keys.into_iter().next_back().ok_or_else(|| failed("there is no signing key".to_owned()))?;
        let thumbprint = Certificate { der: newest.certificate }.x5t();
        Ok(Self { current: Arc::new(newest.key), thumbprint, public, verifying: KeySet::new(verifying) })
    }

    /// The public keys, as JSON Web Keys.
    pub fn public(&self) -> &[Value] {
        &self.public
    }

    /// The keys that signatures of ours are checked with.
    pub const fn verifying(&self) -> &KeySet {
        &self.verifying
    }

    /// Signs claims. The one place from which a token of ours comes; only [`crate::token`] calls it, with a plan.
    pub(crate) fn sign<C: Serialize>(&self, claims: &C) -> Result<Secret, FlowError> {
        // The Microsoft dialects' tokens say `JWT`; v1.0 readers look for `x5t`, and v2.0 readers ignore it.
        let header = HeaderFields { typ: "JWT", x5t: Some(&self.thumbprint) };
        let token = sign_compact(&self.current, &header, claims)
            .map_err(|error| FlowError::Failed { what: error.to_string() })?;
        Ok(Secret::new(token))
    }
}

impl std::fmt::Debug for KeyRing {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("KeyRing").field("current", &self.current.key_id()).finish_non_exhaustive()
    }
}
