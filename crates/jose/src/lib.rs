//! Keys, signatures, encryption and sealing: JWS and JWE in compact form, JWK, and what certificates and stored secrets need
//! beside them.
//!
//! A thin crate over aws-lc. It is given keys and bytes: no HTTP, no storage, no clock, no tasks. Who fetches a key set,
//! whether a token has expired and what a claim means are questions for others.
//!
//! Three rules hold everywhere: the algorithm belongs to the key and is never taken from a header (there is no `none`), a
//! key is found only in a set the caller trusts, and input is measured before it is parsed.
//!
//! Shared secrets stand apart: [`SharedSecretKey`] signs and verifies with HS*, [`SharedEncryptionKey`] encrypts and
//! decrypts, and no public key becomes one of them.
//!
//! Start at [`sign_compact`] and [`verify_compact`], for encryption at [`encrypt_compact`] and [`decrypt_compact`].

pub mod base64url;
pub mod digest;

mod algorithm;
mod assertion;
mod certificate;
mod certified_key;
mod compact;
mod der;
mod dpop;
mod encryption;
mod header;
mod json;
mod jwk;
mod key_error;
mod key_set;
mod mac_algorithm;
mod peer_certificate;
mod registered_keys;
mod seal;
mod shared_secret;
mod sign;
mod signing_key;
mod thumbprint;
mod verify;
mod verifying_key;
mod weak_rsa;

pub use algorithm::Algorithm;
pub use assertion::{Assertion, AssertionError, Thumbprints};
pub use certificate::{Certificate, self_signed};
pub use certified_key::{BadCertificate, CertifiedKey};
pub use dpop::{DpopError, DpopProof, MAX_PROOF_BYTES};
pub use encryption::{
    ContentEncryption, Curve, DecryptError, DecryptedJwe, DecryptionKey, DecryptionKeySet, EncryptError,
    EncryptedHeaderFields, EncryptionKey, KeyManagement, PeekedEncryption, SharedEncryptionKey, decrypt_compact,
    encrypt_compact, is_encrypted, peek_encryption,
};
pub use header::{PeekedHeader, peek_header};
pub use json::{BadJson, parse_object};
pub use jwk::{Jwk, JwkSet};
pub use key_error::KeyError;
pub use key_set::KeySet;
pub use mac_algorithm::MacAlgorithm;
pub use peer_certificate::{PeerCertificate, RelativeName};
pub use registered_keys::registered_keys;
pub use seal::{NONCE_BYTES, SealError, SealingKey};
pub use shared_secret::{SharedSecretJws, SharedSecretKey};
pub use sign::{HeaderFields, SignError, TokenSigner, sign_compact};
pub use signing_key::SigningKey;
pub use thumbprint::thumbprint;
pub use verify::{Expected, MAX_TOKEN_BYTES, VerifiedJws, VerifyError, verify_compact};
pub use verifying_key::VerifyingKey;
