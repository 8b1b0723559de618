//! The secrets of applications that sign with them (`client_secret_jwt`).
//!
//! Whoever checks such a signature needs the secret itself and not its digest. So for these applications, and for no others, it
//! is kept sealed under a key that is not in the store (docs/decisions/0023).

use grantor_environment::Entropy;
use grantor_jose::{Expected, MacAlgorithm, NONCE_BYTES, SealingKey, SharedSecretKey};
use grantor_protocol::{ClientId, Secret};
use grantor_rules::client::{SignedAssertion, SignedBy};
use grantor_rules::model::{Application, ClientSecret};
use grantor_rules::refusal::AssertionFault;

/// What the secrets of applications that sign with them are sealed under.
#[derive(Debug)]
pub struct ClientSecrets(SealingKey);

impl ClientSecrets {
    /// That of the deployment with this master key.
    pub fn of(master: &SealingKey) -> Self {
        Self(master.derive("client-secrets"))
    }

    /// Keeps the secret itself, sealed.
    pub fn keep(&self, entropy: &dyn Entropy, client: &ClientId, secret: &mut ClientSecret, value: &Secret) {
        let place = place(client, secret);
        secret.sealed = Some(self.0.seal(entropy.bytes::<NONCE_BYTES>(), &place, value.expose().as_bytes()));
    }

    /// Reads an assertion that one of the application's secrets signed.
    ///
    /// # Errors
    /// [`AssertionFault::NoSecretToSign`] when none is kept that is long enough for the algorithm;
    /// [`AssertionFault::Signature`], [`AssertionFault::Malformed`].
    ///
    /// Spec: OpenID Connect Core §9 and §10.1, RFC 7518 §3.2.
    pub(crate) fn read(
        &self,
        application: &Application,
        algorithm: MacAlgorithm,
        text: &Secret,
        expected: &Expected<'_>,
    ) -> Result<SignedAssertion, AssertionFault> {
        let mut fault = AssertionFault::NoSecretToSign;
        for secret in &application.secrets {
            let Some(key) = self.key(&application.client_id, secret, algorithm) else { continue };
            match key.verify_compact(text.expose(), expected) {
                Ok(signed) => {
                    let claims = signed.claims().map_err(|_| AssertionFault::Malformed)?;
                    return Ok(SignedAssertion { by: SignedBy::Secret(secret.name()), claims });
                }
                Err(grantor_jose::VerifyError::BadSignature) => fault = AssertionFault::Signature,
                Err(_) => return Err(AssertionFault::Malformed),
            }
        }
        Err(fault)
    }

    fn key(&self, client: &ClientId, secret: &ClientSecret, algorithm: MacAlgorithm) -> Option<SharedSecretKey> {
        let opened = self.0.open(&place(client, secret), secret.sealed.as_ref()?).ok()?;
        SharedSecretKey::new(algorithm, &opened).ok()
    }
}

/// What is sealed is good for one secret of one application alone.
fn place(client: &ClientId, secret: &ClientSecret) -> Vec<u8> {
    [b"client-secret/", client.as_str().as_bytes(), b"/", secret.digest.as_slice()].concat()
}
