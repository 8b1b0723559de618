//! Requests for admin consent and for signing out.

use grantor_dialects::entra::SIGN_IN;
use grantor_dialects::{Dialect, WayBack};
use grantor_protocol::Secret;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_rules::scopes::{ApiName, WantedScopes};

use crate::requests::{changed, told};
use crate::world::{CLIENT, client_id, dialect, parameters, v1, versions};

const ADMIN_CONSENT: [(&str, &str); 3] =
    [("client_id", CLIENT), ("redirect_uri", "https%3A%2F%2Fapp.example%2Fcb"), ("state", "a%2Bb")];

#[test]
fn a_request_for_admin_consent_is_read() {
    for dialect in versions() {
        let request = dialect.parse_admin_consent(&changed(&ADMIN_CONSENT, "")).unwrap();
        assert_eq!(request.prompt, Prompt::AdminConsent);
        assert_eq!((request.response_type, request.response_mode), (ResponseType::CODE, ResponseMode::Query));
        assert_eq!(request.state.as_deref(), Some("a+b"));
        // Nothing is named: everything that the registration requires is meant.
        assert_eq!(request.wanted, WantedScopes::default().with_sign_in(&SIGN_IN), "{}", dialect.name());
        assert_eq!(
            dialect.way_back(&changed(&ADMIN_CONSENT, "")),
            WayBack { mode: ResponseMode::Query, signed: false, state: Some("a+b".to_owned()) }
        );
    }
}

#[test]
fn what_an_administrator_is_asked_for_takes_in_signing_in() {
    let named = changed(&ADMIN_CONSENT, "scope=api://colors/.default+openid");
    let wanted = dialect().parse_admin_consent(&named).unwrap().wanted;
    assert_eq!(wanted.apis(), [&ApiName::Identifier("api://colors".into())]);
    assert_eq!(wanted.sign_in_scopes().len(), SIGN_IN.len());
    let named = changed(&ADMIN_CONSENT, "scope=User.Read");
    assert!(v1().parse_admin_consent(&named).unwrap().wanted.apis().is_empty(), "v1.0 reads no scope");
}

#[test]
fn each_mistake_in_a_request_for_admin_consent_has_its_refusal() {
    let rows = [
        ("", "ok"),
        ("scope=a%22b", "scope-malformed"),
        ("scope=a +scope=b", "parameter-repeated scope"),
        ("resource=api://colors", "parameter-not-supported resource"),
        ("+state=T", "parameter-repeated state"),
        ("state=*8193", "parameter-too-long state"),
    ];
    for (changes, expected) in rows {
        let read = dialect().parse_admin_consent(&changed(&ADMIN_CONSENT, changes));
        assert_eq!(read.map_or_else(|refusal| told(&refusal), |_| "ok".into()), expected, "{changes}");
    }
}

const SIGN_OUT: [(&str, &str); 5] = [
    ("post_logout_redirect_uri", "https%3A%2F%2Fapp.example%2Fbye"),
    ("id_token_hint", "TOKEN"),
    ("logout_hint", "SID"),
    ("client_id", CLIENT),
    ("state", "a%2Bb"),
];

#[test]
fn a_request_to_sign_out_is_read() {
    for dialect in versions() {
        let request = dialect.parse_sign_out(&changed(&SIGN_OUT, "")).unwrap();
        assert_eq!(request.post_logout_redirect_uri.unwrap().as_str(), "https://app.example/bye");
        assert_eq!(request.id_token_hint, Some(Secret::new("TOKEN")));
        assert_eq!((request.logout_hint.as_deref(), request.state.as_deref()), (Some("SID"), Some("a+b")));
        assert_eq!(request.client_id, Some(client_id(CLIENT)));
        let nothing = dialect.parse_sign_out(&parameters("unknown=1&instance_aware=true")).unwrap();
        assert!(nothing.post_logout_redirect_uri.is_none() && nothing.id_token_hint.is_none());
        assert!(nothing.client_id.is_none() && nothing.logout_hint.is_none() && nothing.state.is_none());
    }
}

/// Whoever wants to sign out is signed out, and then goes nowhere.
#[test]
fn an_address_that_cannot_be_used_does_not_keep_anybody_signed_in() {
    for bad in
        ["/bye", "javascript:alert(1)", "http://app.example/bye", "https://app.example/%23f", "https://*.example/"]
    {
        let request = changed(&SIGN_OUT, &format!("post_logout_redirect_uri={bad}"));
        assert_eq!(dialect().parse_sign_out(&request).unwrap().post_logout_redirect_uri, None, "{bad}");
    }
    assert_eq!(dialect().parse_sign_out(&changed(&SIGN_OUT, "client_id=a%20b")).unwrap().client_id, None);
    for (changes, expected) in [
        ("+post_logout_redirect_uri=https://evil.example/", "parameter-repeated post_logout_redirect_uri"),
        ("id_token_hint=*16385", "parameter-too-long id_token_hint"),
        ("+logout_hint=x", "parameter-repeated logout_hint"),
    ] {
        let refusal = dialect().parse_sign_out(&changed(&SIGN_OUT, changes)).unwrap_err();
        assert_eq!(told(&refusal), expected, "{changes}");
    }
}
