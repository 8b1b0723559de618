//! What an id_token must hold before it is believed (OpenID Connect Core §3.1.3.7).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_jose::{Expected, KeySet, VerifyError, base64url, verify_compact};
use grantor_protocol::Secret;
use grantor_protocol::claims::{name, names_audience, numeric_date};
use grantor_protocol::metadata::ProviderMetadata;
use serde_json::{Map, Value};

use crate::account::Account;
use crate::provider::{Provider, ProviderError};

/// An id_token that is not believed. The tokens that came with it are thrown away.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdTokenError {
    /// There is none.
    #[error("the provider sent no id_token; the application must be allowed to ask for `openid`")]
    Missing,
    /// Form, key, algorithm or signature.
    #[error("the id_token is not believed: {0}")]
    Unverified(VerifyError),
    /// A claim is missing or of the wrong type.
    #[error("the id_token is not believed: it has no usable claim {0}")]
    Claim(&'static str),
    /// `iss` is another.
    #[error("the id_token is not believed: it is of the issuer {found:?}, and {expected:?} was asked")]
    Issuer {
        /// Whom we asked.
        expected: String,
        /// The token's.
        found: String,
    },
    /// Not for this application.
    #[error("the id_token is not believed: it is for another application")]
    Audience,
    /// Its life is over, or has not begun.
    #[error("the id_token is not believed: it is not valid at this time; check this machine's clock")]
    Time,
    /// Not of this sign-in.
    #[error("the id_token is not believed: its nonce is not the one of this sign-in")]
    Nonce,
    /// A refresh brought another person's.
    #[error("the id_token is not believed: a refresh brought one of another person")]
    OtherSubject,
}

/// What an id_token is compared with.
pub struct Asked<'a> {
    pub client_id: &'a str,
    pub issuer: &'a str,
    /// `None` after a refresh, which has none (§12.2).
    pub nonce: Option<&'a Secret>,
    pub now: Timestamp,
    pub skew: Duration,
}

/// Why an id_token could not be checked or did not hold.
pub enum Failure {
    Provider(ProviderError),
    Token(IdTokenError),
}

/// Checks an id_token; a key that is not known is asked for once.
pub async fn check(
    token: &Secret,
    asked: &Asked<'_>,
    provider: &Provider,
    metadata: &ProviderMetadata,
) -> Result<Map<String, Value>, Failure> {
    let keys = provider.keys(metadata, false).await.map_err(Failure::Provider)?;
    let first = believed(token, asked, &keys);
    let result = match first {
        Err(IdTokenError::Unverified(VerifyError::UnknownKey { .. })) => {
            let keys = provider.keys(metadata, true).await.map_err(Failure::Provider)?;
            believed(token, asked, &keys)
        }
        other => other,
    };
    result.map_err(Failure::Token)
}

/// The list of §3.1.3.7, in its order; signature first, since nothing is worth reading before.
fn believed(token: &Secret, asked: &Asked<'_>, keys: &KeySet) -> Result<Map<String, Value>, IdTokenError> {
    let expected = Expected::types_or_none(&["JWT"]);
    let jws = verify_compact(token.expose(), keys, &expected).map_err(IdTokenError::Unverified)?;
    let claims = jws.claims().map_err(IdTokenError::Unverified)?;
    same_issuer(&claims, asked.issuer, jws.key_issuer())?;
    for_this_application(&claims, asked.client_id)?;
    in_its_life(&claims, asked)?;
    text(&claims, name::SUB)?;
    numeric_date(&claims, name::IAT).ok_or(IdTokenError::Claim(name::IAT))?;
    let nonce = claims.get(name::NONCE).and_then(Value::as_str).map(Secret::new);
    if asked.nonce.is_some_and(|expected| nonce.as_ref() != Some(expected)) {
        return Err(IdTokenError::Nonce);
    }
    Ok(claims)
}

/// The issuer, byte for byte. Where the metadata say `{tenantid}`, the token's own `tid` stands in its place; it must be
/// one path segment, so that it cannot name another issuer.
pub fn issuer_for(template: &str, claims: &Map<String, Value>) -> String {
    let tenant = claims.get(name::TID).and_then(Value::as_str).unwrap_or_default();
    let plain = tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if plain && !tenant.is_empty() { template.replace("{tenantid}", tenant) } else { template.to_owned() }
}

fn same_issuer(claims: &Map<String, Value>, asked: &str, of_key: Option<&str>) -> Result<(), IdTokenError> {
    let found = text(claims, name::ISS)?;
    let expected = issuer_for(asked, claims);
    if found == expected && of_key.is_none_or(|of_key| issuer_for(of_key, claims) == found) {
        return Ok(());
    }
    Err(IdTokenError::Issuer { expected, found: found.to_owned() })
}

fn for_this_application(claims: &Map<String, Value>, client_id: &str) -> Result<(), IdTokenError> {
    if !names_audience(claims, client_id) {
        return Err(IdTokenError::Audience);
    }
    let several = claims.get(name::AUD).and_then(Value::as_array).is_some_and(|all| all.len() > 1);
    match claims.get("azp") {
        Some(party) if party.as_str() == Some(client_id) => Ok(()),
        None if !several => Ok(()),
        _ => Err(IdTokenError::Audience),
    }
}

fn in_its_life(claims: &Map<String, Value>, asked: &Asked<'_>) -> Result<(), IdTokenError> {
    let exp = numeric_date(claims, name::EXP).ok_or(IdTokenError::Claim(name::EXP))?;
    let over = asked.now >= Timestamp::from_seconds(exp) + asked.skew;
    let from = numeric_date(claims, name::NBF).map(Timestamp::from_seconds);
    let not_begun = from.is_some_and(|from| asked.now + asked.skew < from);
    if over || not_begun { Err(IdTokenError::Time) } else { Ok(()) }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &'static str) -> Result<&'a str, IdTokenError> {
    claims.get(name).and_then(Value::as_str).filter(|text| !text.is_empty()).ok_or(IdTokenError::Claim(name))
}

/// The account of a believed id_token. Microsoft's `client_info` (base64url JSON with `uid` and `utid`) names the person's
/// home; without it, issuer and subject do.
pub fn account(claims: &Map<String, Value>, client_info: Option<&str>, client_id: &str, authority: &str) -> Account {
    let find = |name: &str| claims.get(name).and_then(Value::as_str).map(str::to_owned);
    let issuer = find(name::ISS).unwrap_or_default();
    let subject = find(name::SUB).unwrap_or_default();
    Account {
        home_account_id: client_info.and_then(home).unwrap_or_else(|| format!("{issuer}|{subject}")),
        client_id: client_id.to_owned(),
        authority: authority.to_owned(),
        tenant_id: find(name::TID),
        username: ["preferred_username", "upn", "email"].into_iter().find_map(find),
        name: find("name"),
        issuer,
        subject,
    }
}

fn home(client_info: &str) -> Option<String> {
    let json: Map<String, Value> =
        serde_json::from_slice(&base64url::decode_padded_tolerant(client_info).ok()?).ok()?;
    let part = |name: &str| json.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    Some(format!("{}.{}", part("uid")?, part("utid")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_jose::{Algorithm, HeaderFields, Jwk, SigningKey, VerifyingKey, sign_compact};
    use serde_json::json;

    const ISSUER: &str = "https://id.example/t";

    fn good() -> Map<String, Value> {
        json!({"iss": ISSUER, "aud": "app", "sub": "s", "iat": 1000, "exp": 2000, "nonce": "n"})
            .as_object()
            .unwrap()
            .clone()
    }

    fn judged(claims: &Map<String, Value>) -> Result<(), IdTokenError> {
        judged_with_key_of(None, claims)
    }

    fn judged_with_key_of(reserved: Option<&str>, claims: &Map<String, Value>) -> Result<(), IdTokenError> {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwk = Jwk { issuer: reserved.map(str::to_owned), ..key.public_jwk() };
        let keys = KeySet::new(vec![VerifyingKey::from_jwk(&jwk).unwrap()]);
        let token = sign_compact(&key, &HeaderFields { typ: "JWT", x5t: None }, claims).unwrap();
        let nonce = Secret::new("n");
        let now = Timestamp::from_seconds(1500);
        let asked = Asked { client_id: "app", issuer: ISSUER, nonce: Some(&nonce), now, skew: Duration::ZERO };
        believed(&Secret::new(token), &asked, &keys).map(drop)
    }

    #[test]
    fn each_claim_is_checked() {
        assert_eq!(judged(&good()), Ok(()));
        let rows: [(&str, Value, IdTokenError); 13] = [
            ("aud", json!("other"), IdTokenError::Audience),
            ("aud", json!(["app", "other"]), IdTokenError::Audience),
            ("azp", json!("other"), IdTokenError::Audience),
            ("azp", json!(1), IdTokenError::Audience),
            ("exp", json!(1500), IdTokenError::Time),
            ("nbf", json!(1501), IdTokenError::Time),
            ("exp", json!("2000"), IdTokenError::Claim("exp")),
            ("iat", json!(null), IdTokenError::Claim("iat")),
            ("sub", json!(""), IdTokenError::Claim("sub")),
            ("nonce", json!("other"), IdTokenError::Nonce),
            ("nonce", json!(null), IdTokenError::Nonce),
            ("iss", json!(null), IdTokenError::Claim("iss")),
            (
                "iss",
                json!("https://id.example/t/"),
                IdTokenError::Issuer { expected: ISSUER.to_owned(), found: "https://id.example/t/".to_owned() },
            ),
        ];
        for (name, value, expected) in rows {
            let mut claims = good();
            claims.insert(name.to_owned(), value.clone());
            assert_eq!(judged(&claims), Err(expected), "{name} {value}");
        }
    }

    #[test]
    fn a_key_that_is_reserved_for_another_issuer_does_not_count() {
        let mut claims = good();
        claims.insert("tid".to_owned(), json!("t"));
        assert_eq!(judged_with_key_of(Some(ISSUER), &claims), Ok(()));
        assert_eq!(judged_with_key_of(Some("https://id.example/{tenantid}"), &claims), Ok(()));
        let other = judged_with_key_of(Some("https://id.example/other"), &claims);
        assert!(matches!(other, Err(IdTokenError::Issuer { .. })), "{other:?}");
    }

    #[test]
    fn several_audiences_need_us_as_the_authorized_party() {
        let mut claims = good();
        claims.insert("aud".to_owned(), json!(["app", "other"]));
        claims.insert("azp".to_owned(), json!("app"));
        assert_eq!(judged(&claims), Ok(()));
    }

    #[test]
    fn a_tenant_fills_the_template_but_cannot_leave_its_place() {
        let template = "https://id.example/{tenantid}/v2.0";
        let with = |tid: Value| json!({"tid": tid}).as_object().unwrap().clone();
        assert_eq!(issuer_for(template, &with(json!("a-1"))), "https://id.example/a-1/v2.0");
        for bad in [json!("a/b"), json!("../x"), json!(""), json!(1)] {
            assert_eq!(issuer_for(template, &with(bad)), template);
        }
    }

    #[test]
    fn the_home_account_comes_from_client_info_or_from_issuer_and_subject() {
        let claims = good();
        let info = base64url::encode(r#"{"uid":"u","utid":"t"}"#);
        assert_eq!(account(&claims, Some(&info), "app", "a").home_account_id, "u.t");
        assert_eq!(account(&claims, Some(&format!("{info}==")), "app", "a").home_account_id, "u.t");
        for bad in [None, Some("!"), Some("e30"), Some("")] {
            assert_eq!(account(&claims, bad, "app", "a").home_account_id, "https://id.example/t|s");
        }
    }
}
