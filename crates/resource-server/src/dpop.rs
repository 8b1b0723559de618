//! Tokens that only their holder can use: the caller proves the key that the token is bound to (RFC 9449 §7).

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_jose::digest::sha256;
use grantor_jose::{DpopError, DpopProof, VerifyError};
use grantor_protocol::claims::name;
use grantor_protocol::dpop::{AHEAD, BEHIND, BadProof, Expected, Freshness, Scheme, check, nonce};
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value};

use crate::rejection::{InvalidToken, Rejection};

const HEADER: &str = "dpop";

/// A proof is taken for no longer than this.
const LIFE: Duration = Duration::from_secs(AHEAD.as_secs() + BEHIND.as_secs());

/// The most proofs that are remembered of one such time: some four megabytes.
const MOST: usize = 1 << 16;

/// A call, as a proof must be for it.
#[derive(Clone, Copy)]
pub struct Call<'a> {
    pub method: &'a Method,
    pub uri: &'a Uri,
    pub headers: &'a HeaderMap,
    /// Under which origin callers reach this API.
    pub origin: Option<&'a str>,
    /// How it carries the token.
    pub scheme: Scheme,
    pub token: &'a str,
}

/// The proofs that were used lately, in this process.
#[derive(Debug, Default)]
pub struct UsedProofs(Mutex<Generations>);

#[derive(Debug, Default)]
struct Generations {
    began: Timestamp,
    young: HashSet<[u8; 32]>,
    old: HashSet<[u8; 32]>,
}

/// Whether a call may use a token with these claims: as a bearer token if it is bound to nothing, and otherwise with a proof of
/// the key that it is bound to.
pub fn may_use(
    claims: &Map<String, Value>,
    call: &Call<'_>,
    used: &UsedProofs,
    now: Timestamp,
) -> Result<(), Rejection> {
    match (bound_to(claims)?, call.scheme) {
        (None, Scheme::Bearer) => Ok(()),
        (None, Scheme::Dpop) => Err(InvalidToken::Unbound.into()),
        (Some(_), Scheme::Bearer) => Err(InvalidToken::Bound.into()),
        (Some(thumbprint), Scheme::Dpop) => holds(thumbprint, call, used, now),
    }
}

/// The key that a token is bound to. A token that is bound in another way cannot be checked here, and is refused (RFC 7800 §3.1).
pub fn bound_to(claims: &Map<String, Value>) -> Result<Option<&str>, InvalidToken> {
    let Some(confirmation) = claims.get(name::CNF) else { return Ok(None) };
    let members = confirmation.as_object().filter(|members| members.len() == 1);
    let thumbprint = members.and_then(|members| members.get("jkt")).and_then(Value::as_str);
    thumbprint.map(Some).ok_or(InvalidToken::BoundOtherwise)
}

fn holds(thumbprint: &str, call: &Call<'_>, used: &UsedProofs, now: Timestamp) -> Result<(), Rejection> {
    let Some(origin) = call.origin else { return Err(InvalidToken::BoundOtherwise.into()) };
    let mut headers = call.headers.get_all(HEADER).iter();
    let proof = headers.next().ok_or(Rejection::NoProof)?;
    if headers.next().is_some() {
        return Err(Rejection::Proof(BadProof::Several));
    }
    let proof = DpopProof::read(proof.to_str().unwrap_or_default()).map_err(|error| Rejection::Proof(bad(&error)))?;
    if proof.thumbprint() != thumbprint {
        return Err(InvalidToken::KeyDiffers.into());
    }
    let address = format!("{}{}", origin.trim_end_matches('/'), call.uri.path());
    let expected = Expected { method: call.method.as_str(), address: &address, access_token: Some(call.token) };
    // Nonces are not given here; one of somebody else's makes nothing fresher.
    nonce(proof.claims()).map_err(Rejection::Proof)?;
    let found = check(proof.claims(), &expected, Freshness::Time, now).map_err(Rejection::Proof)?;
    let parts = [found.address.as_bytes(), thumbprint.as_bytes(), found.id.as_bytes()].map(sha256);
    if used.is_new(sha256(&parts.concat()), now) { Ok(()) } else { Err(Rejection::Proof(BadProof::Replayed)) }
}

impl UsedProofs {
    /// Whether a proof comes for the first time. Where more came than can be remembered, none is new.
    fn is_new(&self, digest: [u8; 32], now: Timestamp) -> bool {
        let mut generations = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let age = now.since(generations.began);
        if age > LIFE {
            let young = std::mem::take(&mut generations.young);
            // What came longer ago than twice this is good no more.
            generations.old = if age > LIFE * 2 { HashSet::new() } else { young };
            generations.began = now;
        }
        if generations.old.contains(&digest) || generations.young.len() >= MOST {
            return false;
        }
        generations.young.insert(digest)
    }
}

const fn bad(error: &DpopError) -> BadProof {
    match error {
        DpopError::Unreadable(VerifyError::WrongType { .. }) => BadProof::Type,
        DpopError::Unreadable(_) => BadProof::Malformed,
        DpopError::Algorithm => BadProof::Algorithm,
        DpopError::NoKey | DpopError::Key(_) => BadProof::Key,
        DpopError::BadSignature => BadProof::Signature,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proof_is_new_once_for_as_long_as_it_is_good() {
        let (used, start) = (UsedProofs::default(), Timestamp::from_seconds(1_000_000));
        assert!(used.is_new([1; 32], start));
        for seconds in [0, 1, 60, 70] {
            assert!(!used.is_new([1; 32], start + Duration::from_secs(seconds)), "{seconds}");
        }
        assert!(used.is_new([2; 32], start + Duration::from_secs(69)));
        // A generation later, what came late in the one before is still known.
        assert!(!used.is_new([2; 32], start + Duration::from_secs(71)));
        assert!(!used.is_new([2; 32], start + Duration::from_secs(139)));
    }

    #[test]
    fn what_cannot_be_remembered_is_not_taken() {
        let (used, now) = (UsedProofs::default(), Timestamp::from_seconds(1_000_000));
        let digest = |number: usize| sha256(&number.to_be_bytes());
        assert!((0..MOST).all(|number| used.is_new(digest(number), now)));
        assert!(!used.is_new(digest(MOST), now));
        assert!(used.is_new(digest(MOST), now + LIFE * 3));
    }

    #[test]
    fn a_token_that_is_bound_in_another_way_is_not_taken() {
        let read = |confirmation: Value| {
            let claims = Map::from_iter([(name::CNF.to_owned(), confirmation)]);
            bound_to(&claims).map(|found| found.map(str::to_owned))
        };
        assert_eq!(bound_to(&Map::new()), Ok(None));
        assert_eq!(read(serde_json::json!({ "jkt": "x" })), Ok(Some("x".to_owned())));
        for other in [serde_json::json!({}), serde_json::json!({ "x5t#S256": "x" }), Value::Null, "x".into()] {
            assert_eq!(read(other), Err(InvalidToken::BoundOtherwise));
        }
        let both = serde_json::json!({ "jkt": "x", "x5t#S256": "x" });
        assert_eq!(read(both), Err(InvalidToken::BoundOtherwise));
    }
}
