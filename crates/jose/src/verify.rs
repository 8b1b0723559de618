//! Verification: the only way from a token's text to facts.

use serde_json::{Map, Value};

use crate::compact::{Compact, Proven};
use crate::header::Header;
use crate::{Algorithm, KeySet, VerifyingKey, json};

/// Bytes of the longest token we look at, unless the caller says otherwise.
pub const MAX_TOKEN_BYTES: usize = 16 * 1024;

/// Why a token is refused. A closed list, so every caller answers each.
///
/// The messages carry nothing of the token; the fields do, for the log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// The token is longer than the limit; it was not parsed.
    #[error("the token is too large")]
    TooLarge,
    /// Not three parts of strict base64url, or the header is not strict JSON with its members in place.
    #[error("the token is malformed")]
    Malformed,
    /// The header asks for an extension (`crit`, `b64`).
    #[error("the token asks for an extension that is not supported")]
    Critical,
    /// The `typ` is not one of those expected here.
    #[error("the token has the wrong type")]
    WrongType {
        /// The type that was found.
        found: Option<String>,
    },
    /// No key of the set answers to the `kid`, or two do.
    #[error("the token is signed with an unknown key")]
    UnknownKey {
        /// The `kid` of the header; the caller may fetch the keys again.
        kid: String,
    },
    /// There is no `kid`, and the set does not have exactly one key.
    #[error("the token does not say which key signed it")]
    NoKeyId,
    /// The `alg` of the header is not the algorithm of the key: `none`, HS*, or one of another family.
    #[error("the token's algorithm is not the key's")]
    AlgorithmNotKeys {
        /// The `alg` of the header.
        found: String,
    },
    /// The signature does not verify.
    #[error("the signature is wrong")]
    BadSignature,
    /// The signed payload is not a strict JSON object.
    #[error("the claims are malformed")]
    BadClaims,
}

/// What a caller expects of a token: its types, and how large it may be.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    types: Types<'a>,
    pub(crate) max_bytes: usize,
}

#[derive(Debug, Clone, Copy)]
enum Types<'a> {
    Any,
    OneOf(&'a [&'a str]),
    OneOfOrNone(&'a [&'a str]),
}

impl<'a> Expected<'a> {
    /// One of these types, and it must be said. This is what keeps kinds of tokens apart (RFC 8725 §3.11).
    pub const fn types(types: &'a [&'a str]) -> Self {
        Self { types: Types::OneOf(types), max_bytes: MAX_TOKEN_BYTES }
    }

    /// One of these types, or no `typ` at all, as ID tokens and assertions of others may come.
    pub const fn types_or_none(types: &'a [&'a str]) -> Self {
        Self { types: Types::OneOfOrNone(types), max_bytes: MAX_TOKEN_BYTES }
    }

    /// Any type; the caller has another way to tell tokens apart.
    pub const fn any_type() -> Self {
        Self { types: Types::Any, max_bytes: MAX_TOKEN_BYTES }
    }

    /// Another limit than [`MAX_TOKEN_BYTES`].
    pub const fn max_bytes(mut self, max_bytes: usize) -> Self {
        self.max_bytes = max_bytes;
        self
    }

    pub(crate) fn accepts(&self, found: Option<&str>) -> bool {
        let (listed, absent_is_fine) = match self.types {
            Types::Any => return true,
            Types::OneOf(listed) => (listed, false),
            Types::OneOfOrNone(listed) => (listed, true),
        };
        found.map_or(absent_is_fine, |found| listed.iter().any(|expected| same_type(found, expected)))
    }
}

/// A token whose signature has been verified. It cannot be made in another way.
#[derive(Debug, Clone)]
pub struct VerifiedJws {
    key_id: String,
    key_issuer: Option<String>,
    algorithm: Algorithm,
    typ: Option<String>,
    payload: Vec<u8>,
}

impl VerifiedJws {
    /// The `kid` of the key that verified it.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// The issuer the key is reserved for, where its document says one; compare it with `iss`.
    pub fn key_issuer(&self) -> Option<&str> {
        self.key_issuer.as_deref()
    }

    /// The algorithm of the key.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The `typ` of the header as it was written.
    pub fn typ(&self) -> Option<&str> {
        self.typ.as_deref()
    }

    /// The signed bytes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The signed bytes as claims.
    ///
    /// # Errors
    /// [`VerifyError::BadClaims`] when they are not one JSON object, repeat a member name at any depth, or nest too deeply.
    ///
    /// Spec: RFC 7519 §4, §7.2.
    pub fn claims(&self) -> Result<Map<String, Value>, VerifyError> {
        json::parse_object(&self.payload).map_err(|_| VerifyError::BadClaims)
    }
}

/// Verifies a token of three parts against a set of trusted keys.
///
/// The key is found by `kid` only, and its own algorithm is the one that runs. `jwk`, `jku`, `x5u` and `x5c` in the header
/// have no effect.
///
/// # Errors
/// [`VerifyError`], the first rule that does not hold.
///
/// Spec: RFC 7515 §5.2; RFC 8725 §3.1 to §3.3, §3.11.
pub fn verify_compact(token: &str, keys: &KeySet, expected: &Expected<'_>) -> Result<VerifiedJws, VerifyError> {
    let compact = Compact::read(token, expected.max_bytes)?;
    let key = trusted_key(&compact.header, keys)?;
    let is_keys = |alg: &str| Algorithm::parse(alg) == Some(key.algorithm());
    let Proven { typ, payload } =
        compact.prove(expected, is_keys, |signed, signature| key.verify(signed, signature))?;
    Ok(VerifiedJws {
        key_id: key.key_id().to_owned(),
        key_issuer: key.issuer().map(str::to_owned),
        algorithm: key.algorithm(),
        typ,
        payload,
    })
}

fn trusted_key<'a>(header: &Header, keys: &'a KeySet) -> Result<&'a VerifyingKey, VerifyError> {
    match &header.kid {
        Some(kid) => keys.find(kid).ok_or_else(|| VerifyError::UnknownKey { kid: kid.clone() }),
        None => keys.single().ok_or(VerifyError::NoKeyId),
    }
}

/// Media types compare without case, and `application/` may be left out (RFC 7515 §4.1.9).
pub(crate) fn same_type(found: &str, expected: &str) -> bool {
    without_prefix(found).eq_ignore_ascii_case(without_prefix(expected))
}

fn without_prefix(media_type: &str) -> &str {
    const PREFIX: &str = "application/";
    match media_type.split_at_checked(PREFIX.len()) {
        // Only when no other slash follows, says the specification.
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => media_type,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_compare_without_case_and_prefix() {
        let access = Expected::types(&["at+jwt"]);
        for found in ["at+jwt", "AT+JWT", "application/at+jwt", "Application/At+Jwt"] {
            assert!(access.accepts(Some(found)), "{found}");
        }
        for found in ["jwt", "at+jwt ", "application/application/at+jwt", "text/at+jwt", "application/", ""] {
            assert!(!access.accepts(Some(found)), "{found}");
        }
    }

    #[test]
    fn an_absent_type_is_accepted_only_where_it_is_said() {
        assert!(!Expected::types(&["JWT"]).accepts(None));
        assert!(Expected::types_or_none(&["JWT"]).accepts(None));
        assert!(!Expected::types_or_none(&["JWT"]).accepts(Some("at+jwt")));
        assert!(Expected::any_type().accepts(None));
        assert!(Expected::any_type().accepts(Some("whatever")));
    }
}
