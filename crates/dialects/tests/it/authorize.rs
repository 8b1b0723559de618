//! Requests at the authorization endpoint.

use std::time::Duration;

use grantor_dialects::{Dialect as _, Parameters, WayBack, form};
use grantor_protocol::RedirectUri;
use grantor_protocol::pkce::{ChallengeMethod, CodeChallenge};
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::{ResponseMode, ResponseType};
use grantor_rules::authorize::Request;
use grantor_rules::scopes::{ApiName, SignInScope, WantedScope, WantedScopes};

use crate::requests::{changed, told};
use crate::world::{CLIENT, client_id, dialect, parameters};

const GOOD: [(&str, &str); 6] = [
    ("client_id", CLIENT),
    ("response_type", "code"),
    ("redirect_uri", "https%3A%2F%2Fapp.example%2Fcb"),
    ("scope", "openid+User.Read"),
    ("state", "S"),
    ("nonce", "N"),
];

/// `ok`, or the refusal: on a `page` when the way back is not known, `back` to the application otherwise.
fn answer(parameters: &Parameters) -> String {
    if let Err(refusal) = dialect().identify(parameters) {
        return format!("page: {}", told(&refusal));
    }
    match dialect().parse_authorize(parameters) {
        Ok(_) => "ok".into(),
        Err(refusal) => format!("back: {}", told(&refusal)),
    }
}

fn read(changes: &str) -> Request {
    dialect().parse_authorize(&changed(&GOOD, changes)).unwrap_or_else(|refusal| panic!("{changes}: {refusal:?}"))
}

#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    ("", "ok"),
    // Who asks.
    ("-client_id",                          "page: parameter-missing client_id"),
    ("client_id=",                          "page: parameter-missing client_id"),
    ("+client_id=other",                    "page: parameter-repeated client_id"),
    ("+client_id=",                         "page: parameter-repeated client_id"),
    ("client_id=*128",                      "ok"),
    ("client_id=*129",                      "page: client-id-malformed"),
    ("client_id=*257",                      "page: parameter-too-long client_id"),
    ("client_id=a%20b",                     "page: client-id-malformed"),
    ("client_id=%C3%A9",                    "page: client-id-malformed"),
    ("client_id=a%00b",                     "page: client-id-malformed"),
    // Where the answer goes.
    ("-redirect_uri",                       "ok"),
    ("redirect_uri=",                       "ok"),
    ("+redirect_uri=https://evil.example/", "page: parameter-repeated redirect_uri"),
    ("redirect_uri=*2049",                  "page: parameter-too-long redirect_uri"),
    ("redirect_uri=/cb",                    "page: redirect-malformed"),
    ("redirect_uri=javascript:alert(1)",    "page: redirect-malformed"),
    ("redirect_uri=JaVaScRiPt:alert(1)",    "page: redirect-malformed"),
    ("redirect_uri=data:text/html,x",       "page: redirect-malformed"),
    ("redirect_uri=http://app.example/cb",  "page: redirect-malformed"),
    ("redirect_uri=https://a@app.example/", "page: redirect-malformed"),
    ("redirect_uri=https://*.app.example/", "page: redirect-malformed"),
    ("redirect_uri=https://app.example/%23f", "page: redirect-malformed"),
    ("redirect_uri=https://app.example/a/../b", "page: redirect-malformed"),
    ("redirect_uri=https://app.example%5C@evil.example/", "page: redirect-malformed"),
    ("redirect_uri=http://localhost:5000",  "ok"),
    ("redirect_uri=msal.app://auth",        "ok"),
    // What comes back.
    ("-response_type",                      "back: parameter-missing response_type"),
    ("response_type=",                      "back: parameter-missing response_type"),
    ("+response_type=code",                 "back: parameter-repeated response_type"),
    ("response_type=*257",                  "back: parameter-too-long response_type"),
    ("response_type=+code+",                "ok"),
    ("response_type=+",                     "back: response-type-unknown"),
    ("response_type=none",                  "back: response-type-unknown"),
    ("response_type=Code",                  "back: response-type-unknown"),
    ("response_type=code,id_token",         "back: response-type-unknown"),
    ("response_type=code+none",             "back: response-type-unknown"),
    // What the application may have of these is the rules' to say.
    ("response_type=token",                 "ok"),
    ("response_type=id_token",              "ok"),
    ("response_type=code+id_token",         "ok"),
    ("response_type=id_token+token",        "ok"),
    ("response_type=token+id_token+code",   "ok"),
    ("response_type=code+code",             "ok"),
    ("response_type=id_token+Token",        "back: response-type-unknown"),
    ("response_type=id_token+token+refresh_token", "back: response-type-unknown"),
    // How it comes back.
    ("response_mode=query",                 "ok"),
    ("response_mode=fragment",              "ok"),
    ("response_mode=form_post",             "ok"),
    ("response_mode=",                      "ok"),
    ("response_mode=web_message",           "back: response-mode-unknown"),
    ("response_mode=Query",                 "back: response-mode-unknown"),
    ("response_mode=form_post.jwt",         "back: response-mode-unknown"),
    ("response_mode=query +response_mode=fragment", "back: parameter-repeated response_mode"),
    ("response_mode=*257",                  "back: parameter-too-long response_mode"),
    // What is asked for.
    ("-scope",                              "back: parameter-missing scope"),
    ("scope=",                              "back: parameter-missing scope"),
    ("scope=+%20+",                         "back: parameter-missing scope"),
    ("+scope=openid",                       "back: parameter-repeated scope"),
    ("scope=*4096",                         "ok"),
    ("scope=*4097",                         "back: parameter-too-long scope"),
    ("scope=a%22b",                         "back: scope-malformed"),
    ("scope=a%5Cb",                         "back: scope-malformed"),
    ("scope=a%0Ab",                         "back: scope-malformed"),
    ("scope=%C3%A9",                        "back: scope-malformed"),
    ("scope=api://colors/",                 "back: scope-malformed"),
    ("scope=/Colors.Read",                  "back: scope-malformed"),
    ("scope=a/1+b/1+c/1+d/1+e/1+f/1+g/1+h/1+i/1+j/1+k/1+l/1+m/1+n/1+o/1+p/1", "ok"),
    ("scope=a/1+b/1+c/1+d/1+e/1+f/1+g/1+h/1+i/1+j/1+k/1+l/1+m/1+n/1+o/1+p/1+q/1", "back: too-many-apis"),
    // What belongs to the application alone.
    ("state=*8192",                         "ok"),
    ("state=*8193",                         "back: parameter-too-long state"),
    ("+state=T",                            "back: parameter-repeated state"),
    ("-state -nonce",                       "ok"),
    ("+nonce=M",                            "back: parameter-repeated nonce"),
    ("nonce=*1025",                         "back: parameter-too-long nonce"),
    // Who is meant.
    ("prompt=",                             "ok"),
    ("prompt=none",                         "ok"),
    ("prompt=create",                       "back: prompt-unknown"),
    ("prompt=admin_consent",                "back: prompt-unknown"),
    ("prompt=Login",                        "back: prompt-unknown"),
    ("prompt=login+consent",                "back: prompt-unknown"),
    ("prompt=none +prompt=login",           "back: parameter-repeated prompt"),
    ("prompt=*257",                         "back: parameter-too-long prompt"),
    ("login_hint=ana%40contoso.example",    "ok"),
    ("login_hint=a +login_hint=b",          "back: parameter-repeated login_hint"),
    ("login_hint=*1025",                    "back: parameter-too-long login_hint"),
    ("sid=S",                               "ok"),
    ("sid=a +sid=b",                        "back: parameter-repeated sid"),
    ("sid=*1025",                           "back: parameter-too-long sid"),
    ("max_age=0",                           "ok"),
    ("max_age=",                            "ok"),
    ("max_age=18446744073709551615",        "ok"),
    ("max_age=18446744073709551616",        "back: parameter-malformed max_age"),
    ("max_age=-1",                          "back: parameter-malformed max_age"),
    ("max_age=1.5",                         "back: parameter-malformed max_age"),
    ("max_age=soon",                        "back: parameter-malformed max_age"),
    ("max_age=1 +max_age=1",                "back: parameter-repeated max_age"),
    // The proof key.
    ("code_challenge=*43 code_challenge_method=S256", "ok"),
    ("code_challenge=*43 code_challenge_method=plain", "ok"),
    ("code_challenge=*128",                 "ok"),
    ("code_challenge= code_challenge_method=", "ok"),
    ("code_challenge=*42 code_challenge_method=S256", "back: challenge-malformed"),
    ("code_challenge=*129",                 "back: challenge-malformed"),
    ("code_challenge=*1025",                "back: parameter-too-long code_challenge"),
    ("code_challenge=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa%2B code_challenge_method=S256", "back: challenge-malformed"),
    ("code_challenge=*43 +code_challenge=*43", "back: parameter-repeated code_challenge"),
    ("code_challenge_method=S256",          "back: challenge-missing"),
    ("code_challenge= code_challenge_method=plain", "back: challenge-missing"),
    ("code_challenge=*43 code_challenge_method=s256", "back: challenge-method-unknown"),
    ("code_challenge=*43 code_challenge_method=S512", "back: challenge-method-unknown"),
    ("code_challenge=*43 code_challenge_method=S256 +code_challenge_method=plain", "back: parameter-repeated code_challenge_method"),
    // Claims: tolerated while they are an object.
    ("claims=%7B%7D",                       "ok"),
    ("claims=%7B%22access_token%22%3A%7B%22xms_cc%22%3A%7B%22values%22%3A%5B%22CP1%22%5D%7D%7D%7D", "ok"),
    ("claims=",                             "ok"),
    ("claims=%5B%5D",                       "back: parameter-malformed claims"),
    ("claims=null",                         "back: parameter-malformed claims"),
    ("claims=%7B",                          "back: parameter-malformed claims"),
    ("claims=%7B%7D +claims=%7B%7D",        "back: parameter-repeated claims"),
    ("claims=*16385",                       "back: parameter-too-long claims"),
    // What would change the meaning of the request.
    ("resource=https://graph.microsoft.com", "back: parameter-not-supported resource"),
    ("request=eyJ",                         "back: parameter-not-supported request"),
    ("request_uri=https://x.example/",      "back: parameter-not-supported request_uri"),
    ("resource= request= request_uri=",     "ok"),
    // What nobody knows is nobody's business.
    ("client_info=1 x-client-SKU=msal.js.browser x-client-VER=3 client-request-id=1 instance_aware=true", "ok"),
    ("domain_hint=organizations ui_locales=de acr_values=1 display=popup id_token_hint=x sid=1", "ok"),
    ("unknown=1 +unknown=2",                "ok"),
    // The way back is read first, so an error of the rest can come back.
    ("response_type=none response_mode=bogus", "back: response-type-unknown"),
    ("-scope response_mode=bogus",          "back: response-mode-unknown"),
    ("-client_id -scope",                   "page: parameter-missing client_id"),
];

#[test]
fn each_mistake_in_a_request_has_its_refusal() {
    for (changes, expected) in TABLE {
        assert_eq!(answer(&changed(&GOOD, changes)), *expected, "{changes}");
    }
}

#[test]
fn what_a_request_says_is_what_is_read() {
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    let request = read(&format!(
        "response_mode=form_post code_challenge={challenge} code_challenge_method=S256 prompt=select_account \
         login_hint=ana%40contoso.example sid=SID max_age=600 scope=User.Read+api://colors/Colors.Read+.default+openid"
    ));
    assert_eq!(request.response_mode, ResponseMode::FormPost);
    assert_eq!((request.state.as_deref(), request.nonce.as_deref()), (Some("S"), Some("N")));
    assert_eq!(request.challenge, CodeChallenge::parse(ChallengeMethod::S256, challenge).ok());
    assert_eq!(request.prompt, Prompt::SelectAccount);
    assert_eq!(request.login_hint.as_deref(), Some("ana@contoso.example"));
    assert_eq!(request.sid.as_deref(), Some("SID"));
    assert_eq!(request.response_type, ResponseType::CODE);
    assert_eq!(request.max_age, Some(Duration::from_mins(10)));
    let expected = WantedScopes::new(vec![
        WantedScope::Named { api: ApiName::Directory, value: "User.Read".into(), spelled: "User.Read".into() },
        WantedScope::Named {
            api: ApiName::Identifier("api://colors".into()),
            value: "Colors.Read".into(),
            spelled: "api://colors/Colors.Read".into(),
        },
        WantedScope::AllGranted { api: ApiName::Directory, spelled: ".default".into() },
        WantedScope::SignIn(SignInScope::OpenId),
    ]);
    assert_eq!(request.wanted, expected);
}

#[test]
fn what_a_request_does_not_say_has_its_default() {
    let request = read("-state -nonce");
    assert_eq!(request.response_mode, ResponseMode::Query, "a code comes back in the query");
    assert_eq!((request.state, request.nonce, request.challenge), (None, None, None));
    assert_eq!((request.prompt, request.login_hint, request.sid), (Prompt::AsNeeded, None, None));
    assert_eq!(request.max_age, None);
    for kind in ["token", "id_token", "code+id_token", "code+token", "id_token+token", "code+id_token+token"] {
        let mode = read(&format!("response_type={kind}")).response_mode;
        assert_eq!(mode, ResponseMode::Fragment, "tokens come back where no server sees them: {kind}");
    }
    let plain = read("code_challenge=*43").challenge.unwrap();
    assert_eq!(plain.method(), ChallengeMethod::Plain, "RFC 7636 §4.3");
}

#[test]
fn each_prompt_is_read() {
    for (word, prompt) in Prompt::VALUES {
        assert_eq!(read(&format!("prompt={word}")).prompt, prompt);
    }
}

#[test]
fn who_asks_is_read_before_anything_else() {
    let read = dialect().identify(&changed(&GOOD, "client_id=C0105000-0000-4000-8000-00000000A001")).unwrap();
    assert_eq!(read.client_id, client_id(CLIENT), "in either case");
    assert_eq!(read.redirect_uri.unwrap().as_str(), "https://app.example/cb");
    assert_eq!(dialect().identify(&changed(&GOOD, "-redirect_uri")).unwrap().redirect_uri, None);
}

#[test]
fn the_way_back_is_known_even_if_the_rest_is_wrong() {
    let rows: [(&str, ResponseMode, Option<&str>); 14] = [
        ("", ResponseMode::Query, Some("S")),
        ("-scope", ResponseMode::Query, Some("S")),
        ("response_mode=form_post -scope", ResponseMode::FormPost, Some("S")),
        ("response_mode=fragment", ResponseMode::Fragment, Some("S")),
        ("response_mode=bogus", ResponseMode::Query, Some("S")),
        ("response_mode=query +response_mode=fragment", ResponseMode::Query, Some("S")),
        // Tokens would come back in the fragment, and so do the errors of a request for them.
        ("response_type=token", ResponseMode::Fragment, Some("S")),
        ("response_type=code+id_token", ResponseMode::Fragment, Some("S")),
        ("response_type=id_token response_mode=form_post", ResponseMode::FormPost, Some("S")),
        ("-response_type", ResponseMode::Query, Some("S")),
        ("-state", ResponseMode::Query, None),
        ("state=", ResponseMode::Query, None),
        ("+state=T", ResponseMode::Query, None),
        ("state=*8193", ResponseMode::Query, None),
    ];
    for (changes, mode, state) in rows {
        let found = dialect().way_back(&changed(&GOOD, changes));
        assert_eq!(found, WayBack { mode, signed: false, state: state.map(str::to_owned) }, "{changes}");
    }
}

#[test]
fn the_way_back_and_the_request_agree() {
    for (changes, expected) in TABLE {
        let parameters = changed(&GOOD, changes);
        if let ("ok", Ok(request)) = (*expected, dialect().parse_authorize(&parameters)) {
            assert_eq!(
                dialect().way_back(&parameters),
                WayBack { mode: request.response_mode, signed: false, state: request.state },
                "{changes}"
            );
        }
    }
}

/// MSAL for JavaScript sends base64 and a bar; others send what they like.
#[test]
fn a_state_comes_back_byte_for_byte() {
    for state in ["eyJpZCI6Ij8+In0=|a+b/c==", "a b", "%2B", "+", "é✓", "a&b=c#d?e", "<\"'>", "\r\n"] {
        let sent = form::encode(&[("client_id", CLIENT.into()), ("scope", "openid".into()), ("state", state.into())]);
        let found = dialect().way_back(&parameters(&sent)).state;
        assert_eq!(found.as_deref(), Some(state));
        let answered = form::encode(&[("state", found.unwrap())]);
        assert!(!answered.contains(['+', ' ', '&', '#', '"', '<', '\r', '\n']), "{answered}");
        assert_eq!(parameters(&answered).sole("state"), Some(state));
    }
    let found = dialect().way_back(&parameters("state=a%2Bb+c")).state;
    assert_eq!(found.as_deref(), Some("a+b c"));
}

#[test]
fn our_landing_page_is_built_in() {
    let dialect = dialect();
    let addresses: Vec<&str> = dialect.built_in_redirects().iter().map(RedirectUri::as_str).collect();
    assert_eq!(addresses, ["https://localhost:8443/common/oauth2/nativeclient"]);
}
