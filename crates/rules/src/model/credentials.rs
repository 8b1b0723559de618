//! What an application proves itself with.

use grantor_environment::Timestamp;
use serde::{Deserialize, Serialize};

use crate::text::hex;

/// A client secret, kept as a digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientSecret {
    /// What it is for.
    pub description: String,
    /// The SHA-256 digest of the secret.
    pub digest: [u8; 32],
    /// Its first characters, by which people tell it from others.
    #[serde(default)]
    pub hint: String,
    /// When it was made, if that is known.
    #[serde(default)]
    pub created_at: Option<Timestamp>,
    /// When it ends, if it does.
    #[serde(default)]
    pub expires_at: Option<Timestamp>,
    /// The secret itself, sealed, for an application that signs with it; nobody else's is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sealed: Option<Vec<u8>>,
}

/// A certificate whose key signs an application's assertions. Its private key was never here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClientCertificate {
    /// What it is for.
    pub description: String,
    /// The SHA-1 digest of the certificate: the `x5t` of assertions (RFC 7515 §4.1.7).
    pub thumbprint_sha1: [u8; 20],
    /// The SHA-256 digest of the certificate: the `x5t#S256` of assertions (RFC 7515 §4.1.8).
    pub thumbprint_sha256: [u8; 32],
    /// Its public key (SubjectPublicKeyInfo, DER).
    pub public_key: Vec<u8>,
    /// When it begins.
    pub starts_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl ClientSecret {
    /// A text that tells it from the application's other credentials, and is no secret.
    pub fn name(&self) -> String {
        format!("secret:{}", self.id())
    }
}

impl ClientCertificate {
    /// A text that tells it from the application's other credentials.
    pub fn name(&self) -> String {
        format!("certificate:{}", hex(&self.thumbprint_sha256[..8]))
    }
}
