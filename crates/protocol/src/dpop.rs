//! What a proof that somebody holds a key says, and what it must say to count (RFC 9449 §4.2 and §4.3).
//!
//! The server that takes proofs and the library for APIs compare the same claims here. That its own key signed a proof is proven
//! elsewhere, and whether it came before, too.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use grantor_environment::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use url::Url;

use crate::claims::{name, numeric_date};
use crate::secret::{same_bytes, sha256};

/// How far ahead of ours the clock may be that a proof was made by.
pub const AHEAD: Duration = Duration::from_secs(10);
/// How long a proof is good.
pub const BEHIND: Duration = Duration::from_mins(1);
/// How far off the clock may be where a nonce says that the proof is fresh (RFC 9449 §11.1).
pub const WITH_NONCE: Duration = Duration::from_mins(5);

/// The longest id of a proof, in bytes.
const LONGEST_ID: usize = 512;

/// The algorithms that a proof may be signed with, each of a public key (RFC 9449 §5.1).
pub const ALGORITHMS: [&str; 10] =
    ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512", "PS256", "PS384", "PS512", "EdDSA"];

/// How a call carries its access token, which is what the token's `token_type` says (RFC 6750 §2.1, RFC 9449 §7.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Whoever has it may use it.
    Bearer,
    /// With a proof of the key that it is bound to.
    Dpop,
}

impl Scheme {
    /// Its name. In a header it is compared without case (RFC 9110 §11.1).
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Bearer => "Bearer",
            Self::Dpop => "DPoP",
        }
    }

    /// Reads the name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Bearer, Self::Dpop].into_iter().find(|scheme| scheme.as_str().eq_ignore_ascii_case(name))
    }
}

/// What is wrong with a proof.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "kebab-case")]
pub enum BadProof {
    /// There is more than one.
    #[error("there is more than one")]
    Several,
    /// It is no token that can be read, or is longer than any needs to be.
    #[error("it cannot be read")]
    Malformed,
    /// Its `typ` is not `dpop+jwt`.
    #[error("its type is not dpop+jwt")]
    Type,
    /// It is signed with an algorithm that is not taken.
    #[error("its algorithm is not one of those that are taken")]
    Algorithm,
    /// It brings no public key that can be used, or more than the public half of one.
    #[error("its header holds no public key that can be used with its algorithm")]
    Key,
    /// Its own key did not sign it.
    #[error("its own key did not sign it")]
    Signature,
    /// A claim is not there, or is of another type.
    #[error("it has no usable claim {claim}")]
    Claim {
        /// Its name.
        claim: &'static str,
    },
    /// `htm` is another method.
    #[error("it is for a call by another method")]
    Method,
    /// `htu` is another address.
    #[error("it is for another address")]
    Address,
    /// A nonce of ours must be in it, and there is none, or an old one.
    #[error("it holds no nonce that this server gave lately")]
    Nonce,
    /// `iat` is too long ago, or ahead.
    #[error("it was not made just now by this server's clock")]
    Time,
    /// `ath` is the digest of another access token.
    #[error("it is for another access token")]
    AccessToken,
    /// It came before.
    #[error("it was used before")]
    Replayed,
}

/// The call that a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Its method.
    pub method: &'a str,
    /// The address that it was sent to.
    pub address: &'a str,
    /// The access token that it carries, if it does.
    pub access_token: Option<&'a str>,
}

/// What tells that a proof was made lately.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    /// Its own word for the time: no nonce came, and none is wanted.
    Time,
    /// A nonce that was given lately; the clock that it was made by may be further off.
    Nonce,
    /// Nothing: a nonce is wanted and there is none, or one came that was not given lately.
    Nothing,
}

/// A proof that says what it must.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofClaims<'a> {
    /// What tells it from others of the same key for the same address.
    pub id: &'a str,
    /// The address that it is for, in the one form that its spellings have.
    pub address: String,
    /// Until when it would be taken: for so long it must be remembered.
    pub good_until: Timestamp,
}

/// The nonce in a proof, if it has one.
///
/// # Errors
/// [`BadProof::Claim`] when it is no text.
pub fn nonce(claims: &Map<String, Value>) -> Result<Option<&str>, BadProof> {
    match claims.get(name::NONCE) {
        None => Ok(None),
        Some(Value::String(nonce)) => Ok(Some(nonce)),
        Some(_) => Err(BadProof::Claim { claim: name::NONCE }),
    }
}

/// Compares what a proof says with the call that it came with.
///
/// # Errors
/// [`BadProof`], the first rule that does not hold.
///
/// Spec: RFC 9449 §4.3, checks 3 and 8 to 12.
pub fn check<'a>(
    claims: &'a Map<String, Value>,
    expected: &Expected<'_>,
    freshness: Freshness,
    now: Timestamp,
) -> Result<ProofClaims<'a>, BadProof> {
    let text = |claim| claims.get(claim).and_then(Value::as_str).ok_or(BadProof::Claim { claim });
    let id = text("jti")?;
    if id.is_empty() || id.len() > LONGEST_ID {
        return Err(BadProof::Claim { claim: "jti" });
    }
    let (method, found) = (text("htm")?, text("htu")?);
    let made = numeric_date(claims, name::IAT).ok_or(BadProof::Claim { claim: name::IAT })?;
    if method != expected.method {
        return Err(BadProof::Method);
    }
    let address = normal(expected.address).ok_or(BadProof::Address)?;
    if normal(found).as_ref() != Some(&address) {
        return Err(BadProof::Address);
    }
    // Before the time: whoever's clock is wrong gets a nonce, and with it a wider window.
    let (ahead, behind) = match freshness {
        Freshness::Time => (AHEAD, BEHIND),
        Freshness::Nonce => (WITH_NONCE, WITH_NONCE),
        Freshness::Nothing => return Err(BadProof::Nonce),
    };
    let made = Timestamp::from_seconds(made);
    let good_until = made + behind;
    if made > now + ahead || now > good_until {
        return Err(BadProof::Time);
    }
    if let Some(token) = expected.access_token {
        let digest = URL_SAFE_NO_PAD.encode(sha256(token.as_bytes()));
        if !same_bytes(text("ath")?.as_bytes(), digest.as_bytes()) {
            return Err(BadProof::AccessToken);
        }
    }
    Ok(ProofClaims { id, address, good_until })
}

/// The one form of an address: scheme and host in lower case, without the port of the scheme, without query and fragment, and
/// with nothing encoded that need not be (RFC 9449 §4.3, RFC 3986 §6.2.2 and §6.2.3). `None` for what is no such address.
fn normal(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    let web = matches!(url.scheme(), "https" | "http");
    if !web || !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    Some(format!("{}{}", url.origin().ascii_serialization(), unescaped(url.path())))
}

/// A path in which unreserved characters stand for themselves, and the digits of all others are capitals.
fn unescaped(path: &str) -> Cow<'_, str> {
    if !path.contains('%') {
        return path.into();
    }
    let mut parts = path.split('%');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let digits = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match digits {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                text.push(char::from(byte));
                text.push_str(&part[2..]);
            }
            Some(byte) => {
                let _ = write!(text, "%{byte:02X}");
                text.push_str(&part[2..]);
            }
            None => {
                text.push('%');
                text.push_str(part);
            }
        }
    }
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    const ADDRESS: &str = "https://server.example/token";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";

    fn good() -> Value {
        // `ath` as in RFC 9449 §7.1.
        let ath = "fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo";
        json!({ "jti": "1", "htm": "POST", "htu": ADDRESS, "iat": NOW.seconds(), "ath": ath })
    }

    fn with(name: &str, value: Value) -> Result<Timestamp, BadProof> {
        let mut claims = good();
        claims[name] = value;
        checked(&claims, Freshness::Time)
    }

    fn checked(claims: &Value, freshness: Freshness) -> Result<Timestamp, BadProof> {
        let expected = Expected { method: "POST", address: ADDRESS, access_token: Some(TOKEN) };
        check(claims.as_object().unwrap(), &expected, freshness, NOW).map(|found| found.good_until)
    }

    #[test]
    fn a_proof_for_the_call_counts_for_a_minute() {
        assert_eq!(checked(&good(), Freshness::Time), Ok(NOW + BEHIND));
        let without_token = Expected { method: "POST", address: ADDRESS, access_token: None };
        let claims = good();
        let found = check(claims.as_object().unwrap(), &without_token, Freshness::Time, NOW).unwrap();
        assert_eq!((found.id, found.address.as_str()), ("1", ADDRESS));
    }

    #[test]
    fn each_claim_is_there_and_of_its_type() {
        for claim in ["jti", "htm", "htu", "iat", "ath"] {
            let missing = Err(BadProof::Claim { claim });
            let mut claims = good();
            claims.as_object_mut().unwrap().remove(claim);
            assert_eq!(checked(&claims, Freshness::Time), missing);
            assert_eq!(with(claim, json!([1])), missing);
        }
        for id in ["", &"x".repeat(LONGEST_ID + 1)] {
            assert_eq!(with("jti", json!(id)), Err(BadProof::Claim { claim: "jti" }));
        }
    }

    #[test]
    fn a_proof_for_another_call_does_not_count() {
        for method in ["GET", "post", ""] {
            assert_eq!(with("htm", json!(method)), Err(BadProof::Method), "{method}");
        }
        assert_eq!(with("ath", json!("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEp")), Err(BadProof::AccessToken));
    }

    #[test]
    fn one_address_may_be_spelt_in_several_ways() {
        for same in [
            "HTTPS://SERVER.EXAMPLE/token",
            "https://server.example:443/token",
            "https://server.example/token?a=b#c",
            "https://server.example/%74oken",
            "https://server.example/a/../token",
        ] {
            assert!(with("htu", json!(same)).is_ok(), "{same}");
        }
        for other in [
            "http://server.example/token",
            "https://server.example:8443/token",
            "https://server.example/token/",
            "https://server.example/TOKEN",
            "https://server.example/",
            "https://server.example.evil.example/token",
            "https://me@server.example/token",
            "https://server.example/%2Ftoken",
            "/token",
            "",
            "urn:token",
        ] {
            assert_eq!(with("htu", json!(other)), Err(BadProof::Address), "{other}");
        }
    }

    #[test]
    fn escapes_are_compared_by_what_they_stand_for() {
        for (path, expected) in
            [("/a%7Eb", "/a~b"), ("/%c3%a9", "/%C3%A9"), ("/%2f%2F", "/%2F%2F"), ("/%", "/%"), ("/%zz", "/%zz")]
        {
            assert_eq!(unescaped(path), expected);
        }
    }

    #[test]
    fn a_proof_is_made_just_now_or_a_nonce_says_so() {
        let at = |offset: i64| {
            let mut claims = good();
            claims["iat"] = json!(NOW.seconds() + offset);
            claims
        };
        for (offset, plain, fresh) in [
            (0, true, true),
            (10, true, true),
            (11, false, true),
            (-60, true, true),
            (-61, false, true),
            (300, false, true),
            (301, false, false),
            (-300, false, true),
            (-301, false, false),
        ] {
            assert_eq!(checked(&at(offset), Freshness::Time).is_ok(), plain, "{offset}");
            assert_eq!(checked(&at(offset), Freshness::Nonce).is_ok(), fresh, "{offset} with a nonce");
            assert_eq!(checked(&at(offset), Freshness::Nothing), Err(BadProof::Nonce), "{offset}");
        }
        assert_eq!(with("iat", json!(i64::MIN)), Err(BadProof::Time));
        assert_eq!(with("iat", json!(1e300)), Err(BadProof::Time));
    }

    #[test]
    fn a_nonce_is_a_text() {
        let read = |claims: &Value| nonce(claims.as_object().unwrap()).map(|found| found.map(str::to_owned));
        assert_eq!(read(&json!({})), Ok(None));
        assert_eq!(read(&json!({ "nonce": "n" })), Ok(Some("n".to_owned())));
        assert_eq!(read(&json!({ "nonce": 1 })), Err(BadProof::Claim { claim: "nonce" }));
    }
}
