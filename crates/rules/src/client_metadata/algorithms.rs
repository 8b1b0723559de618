//! Which algorithms an application registers: those that Grantor has. `none` is not one (RFC 8725 §3.1).

pub use crate::responses::{CONTENT_ENCRYPTION, KEY_MANAGEMENT};

use super::{Findings, shown};
use crate::model::{ClientMetadata, SigningAlg};

/// The fields that say how something is signed for an application.
pub const SIGNED_FOR_CLIENTS: [&str; 3] =
    ["userinfo_signed_response_alg", "introspection_signed_response_alg", "authorization_signed_response_alg"];

/// The fields that say how an application signs.
pub const SIGNED_BY_CLIENTS: [&str; 3] =
    ["token_endpoint_auth_signing_alg", "request_object_signing_alg", "backchannel_authentication_request_signing_alg"];

/// The fields that say how something is encrypted: how its key is managed, and how its content is encrypted.
pub const ENCRYPTED: [(&str, &str); 5] = [
    ("request_object_encryption_alg", "request_object_encryption_enc"),
    ("id_token_encrypted_response_alg", "id_token_encrypted_response_enc"),
    ("userinfo_encrypted_response_alg", "userinfo_encrypted_response_enc"),
    ("introspection_encrypted_response_alg", "introspection_encrypted_response_enc"),
    ("authorization_encrypted_response_alg", "authorization_encrypted_response_enc"),
];

/// The signatures of others that can be verified (RFC 7518 §3.1, RFC 8037 §3.1).
pub const VERIFIED: [&str; 10] =
    ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"];

/// The codes of shared secrets that can be verified (RFC 7518 §3.2).
pub const MACS: [&str; 3] = ["HS256", "HS384", "HS512"];

/// How the key of an encrypted request object reaches us: our own key is one of elliptic curves.
pub const REQUEST_KEY_MANAGEMENT: [&str; 3] = ["ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"];

pub(super) fn check(metadata: &ClientMetadata, found: &mut Findings) {
    let signed_for = [
        &metadata.userinfo_signed_response_alg,
        &metadata.introspection_signed_response_alg,
        &metadata.authorization_signed_response_alg,
    ];
    let ours = SigningAlg::NAMES.map(|(name, _)| name);
    for (field, alg) in SIGNED_FOR_CLIENTS.into_iter().zip(signed_for) {
        found.take(field, one_of(alg.as_deref(), &ours));
    }
    let with_secrets: Vec<&str> = VERIFIED.into_iter().chain(MACS).collect();
    let signed_by = [
        (&metadata.token_endpoint_auth_signing_alg, &with_secrets[..]),
        (&metadata.request_object_signing_alg, &ours[..]),
        (&metadata.backchannel_authentication_request_signing_alg, &ours[..]),
    ];
    for (field, (alg, known)) in SIGNED_BY_CLIENTS.into_iter().zip(signed_by) {
        found.take(field, one_of(alg.as_deref(), known));
    }
    for ((alg_field, enc_field), (alg, enc)) in ENCRYPTED.into_iter().zip(encrypted(metadata)) {
        let for_us = alg_field == ENCRYPTED[0].0;
        found.take(alg_field, one_of(alg, if for_us { &REQUEST_KEY_MANAGEMENT[..] } else { &KEY_MANAGEMENT[..] }));
        match (alg, enc) {
            (None, Some(_)) => found.add(enc_field, format!("says nothing without {alg_field}")),
            _ => found.take(enc_field, one_of(enc, &CONTENT_ENCRYPTION)),
        }
    }
}

/// What [`ENCRYPTED`] names, as it is registered.
pub(super) fn encrypted(metadata: &ClientMetadata) -> [(Option<&str>, Option<&str>); 5] {
    [
        (metadata.request_object_encryption_alg.as_deref(), metadata.request_object_encryption_enc.as_deref()),
        (metadata.id_token_encrypted_response_alg.as_deref(), metadata.id_token_encrypted_response_enc.as_deref()),
        (metadata.userinfo_encrypted_response_alg.as_deref(), metadata.userinfo_encrypted_response_enc.as_deref()),
        (
            metadata.introspection_encrypted_response_alg.as_deref(),
            metadata.introspection_encrypted_response_enc.as_deref(),
        ),
        (
            metadata.authorization_encrypted_response_alg.as_deref(),
            metadata.authorization_encrypted_response_enc.as_deref(),
        ),
    ]
}

fn one_of(name: Option<&str>, known: &[&str]) -> Result<(), String> {
    match name {
        Some(name) if !known.contains(&name) => {
            Err(format!("is {}: expected one of {}", shown(name), known.join(", ")))
        }
        _ => Ok(()),
    }
}
