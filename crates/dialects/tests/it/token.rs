//! Requests at the token endpoint.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use grantor_dialects::entra::errors::{self, Endpoint};
use grantor_dialects::{Dialect as _, Parameters, TokenCall};
use grantor_protocol::secret::sha256;
use grantor_rules::Refusal;
use grantor_rules::client::{Credentials, SecretPlace};
use grantor_rules::token::issued::{Grant, TokenRequest};

use crate::requests::{changed, told};
use crate::world::{CLIENT, client_id, dialect};

const CODE: [(&str, &str); 5] = [
    ("grant_type", "authorization_code"),
    ("client_id", CLIENT),
    ("code", "CODE"),
    ("redirect_uri", "https%3A%2F%2Fapp.example%2Fcb"),
    ("code_verifier", "vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv"),
];

const REFRESH: [(&str, &str); 4] = [
    ("grant_type", "refresh_token"),
    ("client_id", CLIENT),
    ("refresh_token", "TOKEN"),
    ("scope", "openid+profile+offline_access+User.Read"),
];

fn parse(parameters: &Parameters, authorization: Option<&str>) -> Result<TokenRequest, Refusal> {
    dialect().parse_token(&TokenCall { authorization, ..TokenCall::of(parameters) })
}

fn answer(parameters: &Parameters, authorization: Option<&str>) -> String {
    parse(parameters, authorization).map_or_else(|refusal| told(&refusal), |_| "ok".into())
}

#[rustfmt::skip]
const WITH_A_CODE: &[(&str, &str)] = &[
    ("",                                  "ok"),
    ("-grant_type",                       "parameter-missing grant_type"),
    ("grant_type=",                       "parameter-missing grant_type"),
    ("+grant_type=authorization_code",    "parameter-repeated grant_type"),
    ("grant_type=*257",                   "parameter-too-long grant_type"),
    ("grant_type=Authorization_Code",     "grant-type-unknown"),
    ("grant_type=implicit",               "grant-type-unknown"),
    ("grant_type=user_fic",               "grant-type-unknown"),
    ("grant_type=urn:ietf:params:oauth:grant-type:saml2-bearer", "grant-type-unknown"),
    ("grant_type=urn:ietf:params:oauth:grant-type:saml1_1-bearer", "grant-type-unknown"),
    ("grant_type=urn:ietf:params:oauth:grant-type:token-exchange", "grant-type-unknown"),
    ("-client_id",                        "parameter-missing client_id"),
    ("client_id=",                        "parameter-missing client_id"),
    ("+client_id=other",                  "parameter-repeated client_id"),
    ("client_id=*257",                    "parameter-too-long client_id"),
    ("client_id=*129",                    "client-id-malformed"),
    ("client_id=a%20b",                   "client-id-malformed"),
    ("client_secret=S",                   "ok"),
    ("client_secret=",                    "ok"),
    ("client_secret=S +client_secret=T",  "parameter-repeated client_secret"),
    ("client_secret=*4097",               "parameter-too-long client_secret"),
    ("client_assertion=J client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "ok"),
    ("client_assertion=J",                "parameter-missing client_assertion_type"),
    ("client_assertion=J client_assertion_type=urn:ietf:params:oauth:client-assertion-type:saml2-bearer", "parameter-malformed client_assertion_type"),
    ("client_assertion= client_assertion_type=x", "ok"),
    ("client_assertion=J +client_assertion=K", "parameter-repeated client_assertion"),
    ("client_assertion=*16385",           "parameter-too-long client_assertion"),
    ("client_secret=S client_assertion=J", "two-credentials"),
    ("-code",                             "parameter-missing code"),
    ("code=",                             "parameter-missing code"),
    ("+code=OTHER",                       "parameter-repeated code"),
    ("code=*4097",                        "parameter-too-long code"),
    ("-redirect_uri",                     "ok"),
    ("+redirect_uri=https://evil.example/", "parameter-repeated redirect_uri"),
    ("redirect_uri=*2049",                "parameter-too-long redirect_uri"),
    ("redirect_uri=cb",                   "redirect-malformed"),
    ("-code_verifier",                    "ok"),
    ("code_verifier=",                    "ok"),
    ("code_verifier=*128",                "ok"),
    ("code_verifier=*42",                 "verifier-malformed"),
    ("code_verifier=*129",                "verifier-malformed"),
    ("code_verifier=*257",                "parameter-too-long code_verifier"),
    ("code_verifier=vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv%20", "verifier-malformed"),
    ("+code_verifier=*43",                "parameter-repeated code_verifier"),
    ("scope=openid",                      "ok"),
    ("scope=",                            "ok"),
    ("scope=+",                           "ok"),
    ("scope=a%22b",                       "scope-malformed"),
    ("scope=api://colors/",               "scope-malformed"),
    ("scope=*4097",                       "parameter-too-long scope"),
    ("scope=openid +scope=openid",        "parameter-repeated scope"),
    ("resource=https://graph.microsoft.com", "parameter-not-supported resource"),
    ("resource=",                         "ok"),
    ("claims=%7B%7D",                     "ok"),
    ("claims=x",                          "parameter-malformed claims"),
    ("claims=*16385",                     "parameter-too-long claims"),
    ("client_info=1 x-client-SKU=MSAL.Python unknown=1 +unknown=2", "ok"),
    // The kind of grant comes first, then who asks.
    ("grant_type=implicit -client_id",    "grant-type-unknown"),
    ("-client_id -code",                  "parameter-missing client_id"),
];

#[rustfmt::skip]
const WITH_A_REFRESH_TOKEN: &[(&str, &str)] = &[
    ("",                                  "ok"),
    ("-scope",                            "ok"),
    ("-refresh_token",                    "parameter-missing refresh_token"),
    ("refresh_token=",                    "parameter-missing refresh_token"),
    ("+refresh_token=OTHER",              "parameter-repeated refresh_token"),
    ("refresh_token=*4096",               "ok"),
    ("refresh_token=*4097",               "parameter-too-long refresh_token"),
    // MSAL Browser sends one, and it means nothing here.
    ("redirect_uri=cb",                   "ok"),
    ("code_verifier=short",               "ok"),
    ("scope=a%5Cb",                       "scope-malformed"),
];

#[test]
fn each_mistake_in_a_request_has_its_refusal() {
    for (changes, expected) in WITH_A_CODE {
        assert_eq!(answer(&changed(&CODE, changes), None), *expected, "code: {changes}");
    }
    for (changes, expected) in WITH_A_REFRESH_TOKEN {
        assert_eq!(answer(&changed(&REFRESH, changes), None), *expected, "refresh token: {changes}");
    }
}

#[test]
fn an_empty_form_misses_the_grant_type_by_number() {
    // What a body of JSON comes down to.
    let refusal = parse(&Parameters::default(), None).unwrap_err();
    assert_eq!(told(&refusal), "parameter-missing grant_type");
    let report = errors::of(&refusal, Endpoint::Token);
    assert_eq!((report.code, report.error, report.status), (900_144, "invalid_request", 400));
    let unknown = parse(&changed(&CODE, "grant_type=implicit"), None).unwrap_err();
    let report = errors::of(&unknown, Endpoint::Token);
    assert_eq!((report.code, report.error, report.status), (70_003, "unsupported_grant_type", 400));
}

#[test]
fn a_request_with_a_code_is_read() {
    let parameters = changed(&CODE, "client_secret=a%2Bb scope=api://colors/Colors.Read");
    let call = TokenCall { origin: Some("https://spa.example"), ..TokenCall::of(&parameters) };
    let request = dialect().parse_token(&call).unwrap();
    assert_eq!(request.caller.client_id, client_id(CLIENT));
    assert_eq!(request.caller.credentials, Credentials::Secret { digest: sha256(b"a+b"), place: SecretPlace::Body });
    assert_eq!(request.caller.origin.as_deref(), Some("https://spa.example"));
    assert_eq!(request.wanted.unwrap().apis().len(), 1);
    let Grant::Code { code, redemption } = request.grant else { panic!("another grant") };
    assert_eq!(code.expose(), "CODE");
    assert_eq!(redemption.redirect_uri.unwrap().as_str(), "https://app.example/cb");
    assert_eq!(redemption.verifier.unwrap().secret().expose(), "v".repeat(43));
    assert!(redemption.names_scopes);
}

#[test]
fn a_request_with_a_refresh_token_is_read() {
    let request = parse(&changed(&REFRESH, ""), None).unwrap();
    assert_eq!((request.caller.credentials, request.caller.origin), (Credentials::Nothing, None));
    assert_eq!(request.wanted.unwrap().apis().len(), 1);
    let Grant::RefreshToken { token } = request.grant else { panic!("another grant") };
    assert_eq!(token.expose(), "TOKEN");
    for nothing in ["-scope", "scope=", "scope=+"] {
        assert!(parse(&changed(&REFRESH, nothing), None).unwrap().wanted.is_none(), "{nothing}");
    }
}

#[test]
fn the_permissions_of_signing_in_alone_do_not_name_an_api() {
    for (scope, names) in [
        ("scope=openid+profile+offline_access", false),
        ("scope=openid+User.Read", true),
        ("scope=api://colors/.default", true),
        ("scope=+", false),
    ] {
        let Grant::Code { redemption, .. } = parse(&changed(&CODE, scope), None).unwrap().grant else {
            panic!("another grant")
        };
        assert_eq!(redemption.names_scopes, names, "{scope}");
    }
}

fn basic(text: &str) -> String {
    format!("Basic {}", STANDARD.encode(text))
}

/// Both halves are form-encoded before base64 (RFC 6749 §2.3.1); the first colon divides.
#[test]
fn a_secret_may_come_by_basic_authentication() {
    let rows: [(&str, &[u8]); 9] = [
        ("secret", b"secret"),
        ("a:b", b"a:b"),
        (":", b":"),
        ("a%3Ab", b"a:b"),
        ("a%25b", b"a%b"),
        ("a%2Bb", b"a+b"),
        ("a+b", b"a b"),
        ("a%C3%A9", "a\u{e9}".as_bytes()),
        // Not encoded, as many a client sends it.
        ("a&b=c~%", b"a&b=c~%"),
    ];
    for (sent, expected) in rows {
        for header in
            [basic(&format!("{CLIENT}:{sent}")), basic(&format!("{CLIENT}:{sent}")).replace("Basic", "bAsIc ")]
        {
            for parameters in [changed(&CODE, "-client_id"), changed(&CODE, "")] {
                let request = parse(&parameters, Some(&header)).unwrap_or_else(|refusal| panic!("{sent}: {refusal:?}"));
                assert_eq!(request.caller.client_id, client_id(CLIENT), "{sent}");
                assert_eq!(
                    request.caller.credentials,
                    Credentials::Secret { digest: sha256(expected), place: SecretPlace::Header },
                    "{sent}"
                );
            }
        }
    }
}

#[test]
fn nothing_behind_the_colon_is_no_secret() {
    let request = parse(&changed(&CODE, "-client_id"), Some(&basic(&format!("{CLIENT}:")))).unwrap();
    assert_eq!((request.caller.client_id, request.caller.credentials), (client_id(CLIENT), Credentials::Nothing));
}

#[test]
fn a_header_that_does_not_fit_is_refused() {
    let upper = CLIENT.to_uppercase();
    let rows: [(&str, String, &str); 17] = [
        ("", basic(&format!("{CLIENT}:s")), "ok"),
        ("", basic(&format!("{upper}:s")), "ok"),
        ("client_id=C0105000-0000-4000-8000-00000000A001", basic(&format!("{CLIENT}:s")), "ok"),
        ("", basic("another:s"), "two-credentials"),
        ("client_secret=s", basic(&format!("{CLIENT}:s")), "two-credentials"),
        ("client_secret=s", basic(&format!("{CLIENT}:")), "two-credentials"),
        (
            "client_assertion=J client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            basic(&format!("{CLIENT}:s")),
            "two-credentials",
        ),
        ("client_id=a%20b", basic(&format!("{CLIENT}:s")), "client-id-malformed"),
        ("-client_id", basic(":s"), "client-id-malformed"),
        ("-client_id", basic("a%20b:s"), "client-id-malformed"),
        ("-client_id", basic(CLIENT), "parameter-malformed Authorization"),
        ("", basic(&format!("{CLIENT}:%FF")), "parameter-malformed Authorization"),
        ("", "Bearer x".into(), "parameter-malformed Authorization"),
        ("", "Basic".into(), "parameter-malformed Authorization"),
        ("", "Basic !!!".into(), "parameter-malformed Authorization"),
        ("", String::new(), "parameter-malformed Authorization"),
        ("client_secret=s", "Bearer x".into(), "parameter-malformed Authorization"),
    ];
    for (changes, header, expected) in rows {
        assert_eq!(answer(&changed(&CODE, changes), Some(&header)), expected, "{changes} {header}");
    }
}
