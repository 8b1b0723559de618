//! Each kind of grant at the token endpoint, in both versions, and requests for device codes.

use grantor_dialects::entra::SIGN_IN;
use grantor_dialects::{Dialect, Parameters, TokenCall};
use grantor_protocol::Secret;
use grantor_rules::Refusal;
use grantor_rules::client::Credentials;
use grantor_rules::scopes::{ApiName, SignInScope, WantedScope, WantedScopes};
use grantor_rules::token::exchange::ACCESS_TOKEN;
use grantor_rules::token::issued::{Grant, GrantKind, TokenRequest};

use crate::requests::{changed, told};
use crate::world::{CLIENT, client_id, dialect, v1, versions};

const V1: &str = "entra-v1";
const V2: &str = "entra-v2";

fn call(parameters: &Parameters) -> TokenCall<'_> {
    TokenCall::of(parameters)
}

fn parse(dialect: &dyn Dialect, parameters: &Parameters) -> Result<TokenRequest, Refusal> {
    dialect.parse_token(&call(parameters))
}

/// The grants that the Microsoft dialects have.
fn kinds() -> impl Iterator<Item = GrantKind> {
    const NOT_HERE: [GrantKind; 3] = [GrantKind::BackchannelRequest, GrantKind::JwtBearer, GrantKind::TokenExchange];
    GrantKind::ALL.into_iter().filter(|kind| !NOT_HERE.contains(kind))
}

/// A good request of each kind, by the name of its grant; what it wants is named in either way.
fn good(kind: GrantKind) -> Vec<(&'static str, &'static str)> {
    let mut pairs = vec![("grant_type", kind.as_str()), ("client_id", CLIENT)];
    pairs.extend_from_slice(match kind {
        GrantKind::Code => &[("code", "SHOWN"), ("redirect_uri", "https%3A%2F%2Fapp.example%2Fcb")],
        GrantKind::ClientCredentials => &[("client_secret", "SECRET")],
        GrantKind::RefreshToken => &[("refresh_token", "SHOWN")],
        GrantKind::Password => &[("username", "ana%40contoso.example"), ("password", "SHOWN")],
        GrantKind::DeviceCode => &[("device_code", "SHOWN")],
        GrantKind::BackchannelRequest => &[("auth_req_id", "SHOWN")],
        GrantKind::JwtBearer => &[("assertion", "SHOWN"), ("client_secret", "SECRET")],
        GrantKind::TokenExchange => {
            &[("subject_token", "SHOWN"), ("subject_token_type", ACCESS_TOKEN), ("client_secret", "SECRET")]
        }
        GrantKind::OnBehalfOf => {
            &[("assertion", "SHOWN"), ("requested_token_use", "on_behalf_of"), ("client_secret", "SECRET")]
        }
    });
    pairs
}

const NAMING: [(&str, &str); 2] = [(V1, "resource=api://colors"), (V2, "scope=api://colors/.default")];

fn naming(dialect: &dyn Dialect) -> &'static str {
    NAMING.iter().find(|(name, _)| *name == dialect.name()).map(|(_, naming)| *naming).expect("both are there")
}

const fn shown(grant: &Grant) -> Option<&Secret> {
    match grant {
        Grant::Code { code, .. } | Grant::DeviceCode { code, .. } => Some(code),
        Grant::ClientCredentials => None,
        Grant::RefreshToken { token } => Some(token),
        Grant::BackchannelRequest { id } => Some(id),
        Grant::Password { password, .. } => Some(password),
        Grant::OnBehalfOf { assertion } | Grant::JwtBearer { assertion } => Some(assertion),
        Grant::TokenExchange(exchange) => Some(&exchange.subject),
    }
}

#[test]
fn each_kind_of_grant_is_read_in_both_versions() {
    for dialect in versions() {
        for kind in kinds() {
            let request = parse(&*dialect, &changed(&good(kind), naming(&*dialect))).unwrap();
            assert_eq!(
                (request.grant.kind(), &request.caller.client_id),
                (kind, &client_id(CLIENT)),
                "{}",
                dialect.name()
            );
            if kind != GrantKind::ClientCredentials {
                assert_eq!(shown(&request.grant).unwrap().expose(), "SHOWN", "{} {kind:?}", dialect.name());
            }
            let proven = matches!(kind, GrantKind::ClientCredentials | GrantKind::OnBehalfOf);
            assert_eq!(matches!(request.caller.credentials, Credentials::Secret { .. }), proven);
        }
    }
}

#[test]
fn what_is_wanted_must_be_said_where_nothing_was_asked_before() {
    for kind in kinds() {
        let request = |dialect: &dyn Dialect| {
            parse(dialect, &changed(&good(kind), "")).map(|request| request.wanted).map_err(|refusal| told(&refusal))
        };
        let (first, second) = (request(&v1()), request(&dialect()));
        let sign_in = WantedScopes::default().with_sign_in(&SIGN_IN);
        match kind {
            GrantKind::Code
            | GrantKind::RefreshToken
            | GrantKind::DeviceCode
            | GrantKind::BackchannelRequest
            | GrantKind::JwtBearer
            | GrantKind::TokenExchange => {
                assert_eq!((first, second), (Ok(None), Ok(None)), "{kind:?}");
            }
            GrantKind::Password => {
                assert_eq!((first, second), (Ok(Some(sign_in)), Err("parameter-missing scope".into())));
            }
            GrantKind::ClientCredentials | GrantKind::OnBehalfOf => {
                let missing = |name| Err(format!("parameter-missing {name}"));
                assert_eq!((first, second), (missing("resource"), missing("scope")), "{kind:?}");
            }
        }
    }
}

/// Signing in goes with everything of v1.0 that is a person's, and with nothing that is an application's.
#[test]
fn a_resource_brings_signing_in_for_people_alone() {
    let spelled = "api://colors".to_owned();
    let all = WantedScope::AllGranted { api: ApiName::Identifier(spelled.clone()), spelled };
    for kind in kinds() {
        let wanted = parse(&v1(), &changed(&good(kind), "resource=api://colors scope=openid")).unwrap().wanted;
        let alone = WantedScopes::new(vec![all.clone()]);
        let expected = if kind == GrantKind::ClientCredentials { alone } else { alone.with_sign_in(&SIGN_IN) };
        assert_eq!(wanted, Some(expected), "{kind:?}");
    }
}

#[test]
fn a_code_names_its_api_again_only_where_the_request_does() {
    for (dialect, without, with) in
        [(&v1() as &dyn Dialect, "", "resource=api://colors"), (&dialect(), "scope=openid", "scope=api://colors/A")]
    {
        for (changes, expected) in [(without, false), (with, true)] {
            let request = parse(dialect, &changed(&good(GrantKind::Code), changes)).unwrap();
            let Grant::Code { redemption, .. } = request.grant else { panic!("another grant") };
            assert_eq!(redemption.names_scopes, expected, "{} {changes}", dialect.name());
        }
    }
}

#[rustfmt::skip]
const MISTAKES: &[(GrantKind, &str, &str)] = &[
    (GrantKind::Password,          "-username",                          "parameter-missing username"),
    (GrantKind::Password,          "username=a +username=b",             "parameter-repeated username"),
    (GrantKind::Password,          "username=*1025",                     "parameter-too-long username"),
    (GrantKind::Password,          "-password",                          "parameter-missing password"),
    (GrantKind::Password,          "password=",                          "parameter-missing password"),
    (GrantKind::Password,          "password=a +password=b",             "parameter-repeated password"),
    (GrantKind::Password,          "password=*4097",                     "parameter-too-long password"),
    // MSAL for Node sends one.
    (GrantKind::Password,          "response_type=id_token+token",       "ok"),
    (GrantKind::DeviceCode,        "-device_code",                       "parameter-missing device_code"),
    (GrantKind::DeviceCode,        "-device_code code=SHOWN",            "ok"),
    (GrantKind::DeviceCode,        "code=SHOWN",                         "ok"),
    (GrantKind::DeviceCode,        "device_code= code=",                 "parameter-missing device_code"),
    (GrantKind::DeviceCode,        "grant_type=device_code",             "ok"),
    (GrantKind::DeviceCode,        "grant_type=device_code -device_code code=SHOWN", "ok"),
    (GrantKind::DeviceCode,        "grant_type=Device_Code",             "grant-type-unknown"),
    (GrantKind::DeviceCode,        "device_code=*4097",                  "parameter-too-long device_code"),
    (GrantKind::OnBehalfOf,        "-assertion",                         "parameter-missing assertion"),
    (GrantKind::OnBehalfOf,        "assertion=*16385",                   "parameter-too-long assertion"),
    (GrantKind::OnBehalfOf,        "-requested_token_use",               "parameter-missing requested_token_use"),
    (GrantKind::OnBehalfOf,        "requested_token_use=impersonation",  "parameter-malformed requested_token_use"),
    (GrantKind::OnBehalfOf,        "requested_token_use=On_Behalf_Of",   "parameter-malformed requested_token_use"),
    (GrantKind::RefreshToken,      "-refresh_token",                     "parameter-missing refresh_token"),
    (GrantKind::ClientCredentials, "client_info=1",                      "ok"),
    (GrantKind::ClientCredentials, "-client_id",                         "parameter-missing client_id"),
    (GrantKind::ClientCredentials, "client_assertion=J",                 "two-credentials"),
    (GrantKind::Code,              "-code",                              "parameter-missing code"),
];

#[test]
fn each_mistake_in_a_grant_has_its_refusal_in_both_versions() {
    for dialect in versions() {
        for (kind, changes, expected) in MISTAKES {
            let parameters = changed(&good(*kind), &format!("{} {changes}", naming(&*dialect)));
            let found = parse(&*dialect, &parameters).map_or_else(|refusal| told(&refusal), |_| "ok".into());
            assert_eq!(found, *expected, "{} {kind:?}: {changes}", dialect.name());
        }
    }
}

#[test]
fn an_assertion_proves_the_application_as_it_was_sent() {
    let with = "-client_secret client_assertion=eyJ.A%3D.B \
                client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
    for dialect in versions() {
        let parameters = changed(&good(GrantKind::ClientCredentials), &format!("{} {with}", naming(&*dialect)));
        let request = parse(&*dialect, &parameters).unwrap();
        assert_eq!(
            request.caller.credentials,
            Credentials::Assertion { text: Secret::new("eyJ.A=.B") },
            "{}",
            dialect.name()
        );
    }
}

const DEVICE: [(&str, &str); 1] = [("client_id", CLIENT)];

#[test]
fn a_request_for_a_device_code_is_read() {
    for dialect in versions() {
        let parameters = changed(&DEVICE, naming(&*dialect));
        let request = dialect.parse_device(&call(&parameters)).unwrap();
        assert_eq!(request.client_id, client_id(CLIENT));
        let wanted = request.asked.unwrap().wanted;
        assert_eq!(wanted.apis(), [&ApiName::Identifier("api://colors".into())]);
        assert_eq!(wanted.signs_in_with(SignInScope::OfflineAccess), dialect.name() == V1);
    }
}

#[test]
fn each_mistake_in_a_request_for_a_device_code_has_its_refusal() {
    let rows = [
        ("scope=openid resource=api://colors -client_id", "parameter-missing client_id", "parameter-missing client_id"),
        ("client_id=a%20b", "client-id-malformed", "client-id-malformed"),
        ("", "ok", "parameter-missing scope"),
        ("scope=openid", "ok", "ok"),
        ("scope=openid claims=%7B%7D mkt=de-DE unknown=1", "ok", "ok"),
        ("scope=openid claims=x", "parameter-malformed claims", "parameter-malformed claims"),
        ("resource=api://colors", "ok", "parameter-not-supported resource"),
        ("scope=a%22b", "ok", "scope-malformed"),
    ];
    for (changes, first, second) in rows {
        let parameters = changed(&DEVICE, changes);
        let found = |dialect: &dyn Dialect| {
            dialect.parse_device(&call(&parameters)).map_or_else(|refusal| told(&refusal), |_| "ok".into())
        };
        assert_eq!((found(&v1()).as_str(), found(&dialect()).as_str()), (first, second), "{changes}");
    }
}
