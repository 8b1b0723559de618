//! Requests at the authorization endpoint of v1.0: where they differ from those of v2.0.

use grantor_dialects::Dialect as _;
use grantor_dialects::entra::SIGN_IN;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::ResponseMode;
use grantor_rules::scopes::{ApiName, WantedScope, WantedScopes};

use crate::requests::{changed, told};
use crate::world::{CLIENT, dialect, v1};

const GOOD: [(&str, &str); 5] = [
    ("client_id", CLIENT),
    ("response_type", "code"),
    ("redirect_uri", "https%3A%2F%2Fapp.example%2Fcb"),
    ("resource", "https%3A%2F%2Fapi.example%2F"),
    ("state", "S"),
];

fn answer(changes: &str) -> String {
    v1().parse_authorize(&changed(&GOOD, changes)).map_or_else(|refusal| told(&refusal), |_| "ok".into())
}

fn wanted(changes: &str) -> WantedScopes {
    v1().parse_authorize(&changed(&GOOD, changes)).unwrap_or_else(|refusal| panic!("{changes}: {refusal:?}")).wanted
}

fn everything_of(name: &str) -> WantedScopes {
    let spelled = name.to_owned();
    let all = WantedScope::AllGranted { api: ApiName::Identifier(spelled.clone()), spelled };
    WantedScopes::new(vec![all]).with_sign_in(&SIGN_IN)
}

#[test]
fn a_resource_means_everything_that_is_required_of_it_and_signing_in() {
    assert_eq!(wanted(""), everything_of("https://api.example/"), "byte for byte, slash and all");
    assert_eq!(wanted("resource=API%3A%2F%2Fcolors"), everything_of("API://colors"), "case and all");
    // What OpenID Connect libraries send as `scope` says nothing of APIs here.
    for scope in ["scope=openid", "scope=User.Read", "scope=a%22b", "scope=https://other.example/Mail.Read"] {
        assert_eq!(wanted(scope), everything_of("https://api.example/"), "{scope}");
    }
}

#[test]
fn without_a_resource_signing_in_alone_is_asked() {
    let sign_in = WantedScopes::default().with_sign_in(&SIGN_IN);
    for changes in ["-resource", "resource=", "-resource scope=openid"] {
        assert_eq!(wanted(changes), sign_in, "{changes}");
    }
}

#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("",                                   "ok"),
    ("+resource=https://other.example",    "parameter-repeated resource"),
    ("resource=*1024",                     "ok"),
    ("resource=*1025",                     "parameter-too-long resource"),
    ("resource=a%20b",                     "parameter-malformed resource"),
    ("resource=a%0Ab",                     "parameter-malformed resource"),
    ("resource=a%22b",                     "parameter-malformed resource"),
    ("resource=%3Cscript%3E",              "parameter-malformed resource"),
    ("resource=%C3%A9",                    "parameter-malformed resource"),
    ("prompt=admin_consent",               "ok"),
    ("prompt=consent",                     "ok"),
    ("prompt=Admin_Consent",               "prompt-unknown"),
    ("prompt=admin_consent+login",         "prompt-unknown"),
    ("-response_type",                     "parameter-missing response_type"),
    ("response_mode=bogus",                "response-mode-unknown"),
    ("request=eyJ",                        "parameter-not-supported request"),
    ("claims=x",                           "parameter-malformed claims"),
    ("code_challenge=*43 code_challenge_method=S256", "ok"),
    ("code_challenge=*42",                 "challenge-malformed"),
    ("unknown=1 +unknown=2",               "ok"),
];

#[test]
fn each_mistake_in_a_request_has_its_refusal() {
    for (changes, expected) in TABLE {
        assert_eq!(answer(changes), *expected, "{changes}");
    }
}

#[test]
fn an_administrator_is_asked_for_everyone_in_this_version_alone() {
    let parameters = changed(&GOOD, "prompt=admin_consent");
    assert_eq!(v1().parse_authorize(&parameters).unwrap().prompt, Prompt::AdminConsent);
    let in_v2 = changed(&GOOD, "-resource scope=openid prompt=admin_consent");
    assert_eq!(told(&dialect().parse_authorize(&in_v2).unwrap_err()), "prompt-unknown");
}

#[test]
fn everything_else_is_read_as_in_the_other_version() {
    let changes = "response_mode=form_post nonce=N login_hint=ana sid=SID max_age=60 prompt=login";
    let here = v1().parse_authorize(&changed(&GOOD, changes)).unwrap();
    let there = dialect().parse_authorize(&changed(&GOOD, &format!("{changes} -resource scope=openid"))).unwrap();
    assert_eq!(here.response_mode, ResponseMode::FormPost);
    let rest = |request: &grantor_rules::authorize::Request| {
        let request = request.clone();
        let hints = (request.login_hint, request.sid, request.max_age, request.prompt);
        (request.response_type, request.response_mode, request.state, request.nonce, hints)
    };
    assert_eq!(rest(&here), rest(&there));
}
