//! An application asks a person who is elsewhere, and waits (OpenID Connect Client-Initiated Backchannel Authentication).
//!
//! Such a request is a device code whose person is known from the start: [`crate::token::device`] says what it buys.

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::Secret;
use grantor_protocol::claims::numeric_date;
use serde_json::{Map, Value};

use crate::model::{Application, DeliveryMode};
use crate::scopes::WantedScopes;
use crate::token::issued::GrantKind;
use crate::{Refusal, Settings};

/// A request to a person who is elsewhere (CIBA §7.1).
#[derive(Clone, Debug)]
pub struct Request {
    /// What is asked for.
    pub wanted: WantedScopes,
    /// Who is meant.
    pub person: PersonHint,
    /// What the person compares with what the application shows.
    pub binding_message: Option<String>,
    /// What proves us to the application when it is told of the answer.
    pub notification_token: Option<Secret>,
    /// How long it shall wait.
    pub requested_expiry: Option<Duration>,
}

/// Who is meant.
#[derive(Clone, Debug)]
pub enum PersonHint {
    /// The person with this sign-in name.
    Name(String),
    /// The person of an id_token that the application has.
    IdToken(Secret),
}

/// How many characters a message may have that a person compares: more than fits on a small screen compares nobody.
pub const LONGEST_BINDING_MESSAGE: usize = 64;

/// Whether an application may ask people who are elsewhere, and how it learns of their answer. It is registered for that by its
/// delivery mode (CIBA §4), and by the grant where it lists its grants.
///
/// # Errors
/// [`Refusal::BackchannelNotRegistered`].
pub fn may_ask(application: &Application) -> Result<DeliveryMode, Refusal> {
    let grant = GrantKind::BackchannelRequest.as_str();
    let listed = application.metadata.grant_types.as_ref().is_none_or(|grants| grants.iter().any(|one| one == grant));
    let mode = application.metadata.backchannel_token_delivery_mode.filter(|_| listed);
    mode.ok_or(Refusal::BackchannelNotRegistered)
}

/// A message that every screen shows as it was sent: letters and digits of any script, spaces and common signs (CIBA §7.1).
///
/// # Errors
/// [`Refusal::BindingMessageInvalid`].
pub fn binding_message(text: &str) -> Result<String, Refusal> {
    let plain = |letter: char| letter.is_alphanumeric() || " .,:;!?'\"()/#&%+=@_*$€£-".contains(letter);
    let fits = text.chars().count() <= LONGEST_BINDING_MESSAGE && text.chars().all(plain) && text.trim() == text;
    if fits { Ok(text.to_owned()) } else { Err(Refusal::BindingMessageInvalid { longest: LONGEST_BINDING_MESSAGE }) }
}

/// What a bearer token may consist of, with which we prove ourselves to the application (RFC 6750 §2.1, CIBA §7.1).
pub fn is_bearer_token(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    !body.is_empty() && body.bytes().all(|letter| letter.is_ascii_alphanumeric() || b"-._~+/".contains(&letter))
}

/// How long a request waits: as long as the application wants, and never longer than any.
pub fn lifetime(requested: Option<Duration>, settings: &Settings) -> Duration {
    requested.map_or(settings.device_code_lifetime, |requested| requested.min(settings.device_code_lifetime))
}

/// What the claims of a signed request must say beside the request itself (CIBA §7.1.1): who made it, for whom, when, until
/// when, and which one it is. `audience` is our issuer. Gives what tells it from every other one, and when it ends.
///
/// # Errors
/// [`Refusal::ParameterMalformed`] for `request`, with what was expected.
pub fn signed_request(
    claims: &Map<String, Value>,
    application: &Application,
    audience: &str,
    now: Timestamp,
) -> Result<(String, Timestamp), Refusal> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("iss") != Some(application.client_id.as_str()) {
        return Err(not_signed_so("the claim iss to be the client id"));
    }
    let is_for_us = match claims.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(several)) => several.iter().any(|one| one == audience),
        _ => false,
    };
    if !is_for_us {
        return Err(not_signed_so("the claim aud to be the issuer"));
    }
    let at = |name: &'static str| numeric_date(claims, name).map(Timestamp::from_seconds);
    let missing = "the claims iat, nbf, exp and jti";
    let (Some(issued_at), Some(begins), Some(ends)) = (at("iat"), at("nbf"), at("exp")) else {
        return Err(not_signed_so(missing));
    };
    let id = text("jti").filter(|id| !id.is_empty() && id.len() <= 256).ok_or(not_signed_so(missing))?;
    if now >= ends {
        return Err(not_signed_so("a request whose time is not over"));
    }
    // Clocks differ a little.
    if begins > now + CLOCKS_DIFFER || issued_at > now + CLOCKS_DIFFER {
        return Err(not_signed_so("a request whose time has begun"));
    }
    if ends.since(begins) > LONGEST_SIGNED {
        return Err(not_signed_so("a request that is good for at most an hour"));
    }
    Ok((id.to_owned(), ends))
}

/// That the `request` is not what it must be.
pub const fn not_signed_so(expected: &'static str) -> Refusal {
    Refusal::ParameterMalformed { name: "request", expected, found: String::new() }
}

const CLOCKS_DIFFER: Duration = Duration::from_mins(1);
/// FAPI: CIBA §5.2.2.
const LONGEST_SIGNED: Duration = Duration::from_hours(1);

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_protocol::{ClientId, TenantId};
    use serde_json::json;

    fn application() -> Application {
        Application::new(ClientId::parse("app").unwrap(), TenantId::from_random([1; 16]), "App")
    }

    #[test]
    fn the_delivery_mode_registers_an_application() {
        let mut app = application();
        assert_eq!(may_ask(&app), Err(Refusal::BackchannelNotRegistered));
        app.metadata.backchannel_token_delivery_mode = Some(DeliveryMode::Ping);
        assert_eq!(may_ask(&app), Ok(DeliveryMode::Ping));
        app.metadata.grant_types = Some(vec!["authorization_code".into()]);
        assert_eq!(may_ask(&app), Err(Refusal::BackchannelNotRegistered));
        app.metadata.grant_types = Some(vec!["urn:openid:params:grant-type:ciba".into()]);
        assert_eq!(may_ask(&app), Ok(DeliveryMode::Ping));
    }

    #[test]
    fn a_binding_message_is_short_and_plain() {
        for good in ["W4SCT", "Pay 20.50 € to Zoë", "支払い 1234", &"x".repeat(64)] {
            assert_eq!(binding_message(good).as_deref(), Ok(good));
        }
        let long = "x".repeat(65);
        for bad in [&*long, "a\nb", "a\u{202e}b", "<b>", "👍", " a", "a ", "\u{200b}"] {
            assert_eq!(binding_message(bad), Err(Refusal::BindingMessageInvalid { longest: 64 }), "{bad:?}");
        }
    }

    #[test]
    fn a_notification_token_is_a_bearer_token() {
        for good in ["8d67dc78-7faa-4d41-aabd-67707b374255", "a+/~._-==", "x"] {
            assert!(is_bearer_token(good), "{good}");
        }
        for bad in ["", "=", "a b", "a\r\nX: y", "ä", "a=b"] {
            assert!(!is_bearer_token(bad), "{bad:?}");
        }
    }

    #[test]
    fn it_waits_as_long_as_is_wanted_and_no_longer_than_any() {
        let settings = Settings::default();
        assert_eq!(lifetime(None, &settings), settings.device_code_lifetime);
        assert_eq!(lifetime(Some(Duration::from_secs(30)), &settings), Duration::from_secs(30));
        assert_eq!(lifetime(Some(Duration::from_hours(90)), &settings), settings.device_code_lifetime);
    }

    #[test]
    fn a_signed_request_says_who_for_whom_and_when() {
        let now = Timestamp::from_seconds(1000);
        let good = json!({ "iss": "app", "aud": "us", "iat": 990, "nbf": 990, "exp": 1300, "jti": "1" });
        let check = |claims: &Value| signed_request(claims.as_object().unwrap(), &application(), "us", now);
        assert_eq!(check(&good), Ok(("1".to_owned(), Timestamp::from_seconds(1300))));
        let changes = [
            ("iss", json!("other")),
            ("aud", json!("them")),
            ("aud", json!([])),
            ("iat", json!(null)),
            ("iat", json!(2000)),
            ("nbf", json!(2000)),
            ("nbf", json!("990")),
            ("exp", json!(1000)),
            ("exp", json!(990 + 3601)),
            ("jti", json!("")),
            ("jti", json!(7)),
        ];
        for (name, value) in changes {
            let mut claims = good.clone();
            claims[name] = value;
            let refused = matches!(check(&claims), Err(Refusal::ParameterMalformed { name: "request", .. }));
            assert!(refused, "{claims}");
        }
        let mut claims = good;
        claims["aud"] = json!(["them", "us"]);
        assert!(check(&claims).is_ok());
    }
}
