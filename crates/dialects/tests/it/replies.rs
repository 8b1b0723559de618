//! The exact replies of the endpoints, in both versions.

use std::fmt::Write as _;
use std::time::Duration;

use grantor_dialects::entra::metadata::Several;
use grantor_dialects::entra::realm;
use grantor_dialects::{Authorized, Dialect, IssuedDeviceCode, entra_v1, entra_v2, form};
use grantor_protocol::dpop::Scheme;
use grantor_protocol::{ClientId, Secret, TenantId};
use grantor_rules::consent::{ConsentQuestion, PermissionAsked};
use grantor_rules::model::Risk;
use grantor_rules::scopes::ApiName;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::{Refusal, directory_api};
use serde_json::{Value, json};

use crate::snapshot::{self, shown};
use crate::world::{NOW, client_id, dialect, ids, parameters, public, tenant, user_id, v1, versions};

fn issued() -> IssuedTokens {
    IssuedTokens {
        tenant: tenant(),
        user: Some(user_id()),
        access_token: Secret::new("ACCESS"),
        issued_at: NOW,
        expires_in: Duration::from_millis(4_321_999),
        api: ApiName::Identifier("https://API.example/".into()),
        id_token: Some(Secret::new("ID")),
        refresh_token: Some(Secret::new("REFRESH")),
        refresh_token_expires_in: Some(Duration::from_secs(86_399)),
        scope: vec!["api://colors/Colors.Read".into(), "openid".into(), "profile".into()],
        details: Vec::new(),
        granted: vec!["Colors.Read".into(), "Colors.Write".into()],
        sign_in: Vec::new(),
        scheme: Scheme::Bearer,
        dpop_nonce: None,
        exchanged: false,
    }
}

/// What an application has for itself.
fn own() -> IssuedTokens {
    IssuedTokens {
        user: None,
        id_token: None,
        refresh_token: None,
        refresh_token_expires_in: None,
        api: ApiName::Directory,
        scope: vec![],
        details: Vec::new(),
        granted: vec![],
        ..issued()
    }
}

#[test]
fn the_token_endpoint_answers_word_for_word() {
    for dialect in versions() {
        let least = IssuedTokens { id_token: None, refresh_token: None, refresh_token_expires_in: None, ..issued() };
        let tokens = |title: &str, query: &str, issued: &IssuedTokens| {
            shown(title, &dialect.token_success(&parameters(query), issued))
        };
        let mut text = tokens("tokens, with everything", "client_info=1", &issued());
        text += &tokens("tokens, with the least", "client_info=0", &least);
        text += &tokens("an application's own, which has no person", "client_info=1", &own());
        text += &shown(
            "a refusal with a suberror",
            &dialect.token_refusal(&Refusal::ConsentRequired { missing: vec!["Colors · Colors.Write".into()] }, &ids()),
        );
        text += &shown("a failed proof", &dialect.token_refusal(&Refusal::ClientSecretWrong, &ids()));
        text += &shown("an expired code", &dialect.token_refusal(&Refusal::CodeExpired, &ids()));
        text +=
            &shown("not by POST", &dialect.token_refusal(&Refusal::MethodNotPost { code_in_address: false }, &ids()));
        text += &shown("a device that waits", &dialect.token_refusal(&Refusal::DevicePending, &ids()));
        text += &shown("a fault", &dialect.token_fault(None, &ids()));
        text += &shown("a fault that waiting helps", &dialect.token_fault(Some(5), &ids()));
        snapshot::assert_same(&format!("{}_token.txt", dialect.name().replace('-', "_")), &text);
    }
}

/// ADAL keeps strings, MSAL for Node adds and multiplies: each version's numbers have one type.
#[test]
fn numbers_are_strings_in_version_1_and_numbers_in_version_2() {
    for dialect in versions() {
        let is_first = dialect.name() == "entra-v1";
        let device = dialect.device_success(&device_code()).body;
        let tokens = dialect.token_success(&parameters(""), &issued()).body;
        for value in [&device["expires_in"], &device["interval"], &tokens["expires_in"], &tokens["ext_expires_in"]] {
            assert_eq!((value.is_string(), value.is_u64()), (is_first, !is_first), "{value}");
            let number = value.as_u64().or_else(|| value.as_str()?.parse().ok());
            assert!(number.is_some_and(|number| number > 0), "{value}");
        }
        for name in ["expires_on", "not_before", "resource"] {
            assert_eq!(tokens[name].is_string(), is_first, "{name}");
        }
        assert!(!device.to_string().contains("slow_down"));
    }
    let body = v1().token_success(&parameters(""), &issued()).body;
    assert_eq!(body["expires_on"], (NOW.seconds() + 4321).to_string());
    assert_eq!(body["not_before"], (NOW.seconds() - 300).to_string());
    assert_eq!(body["resource"], "https://API.example/", "byte for byte as it was asked");
    assert_eq!(body["scope"], "Colors.Read Colors.Write", "the permissions' own names");
    let unnamed = v1().token_success(&parameters(""), &own()).body;
    assert_eq!((&unnamed["resource"], unnamed.get("scope")), (&json!(directory_api::CLIENT_ID), None));
}

fn device_code() -> IssuedDeviceCode {
    IssuedDeviceCode {
        device_code: Secret::new("DEVICE"),
        user_code: "BCDF-GHJK".into(),
        verification_uri: "https://localhost:8443/devicelogin".into(),
        expires_in: Duration::from_mins(15),
        interval: Duration::from_secs(5),
    }
}

fn question() -> ConsentQuestion {
    let asked = |api: &ClientId, value: &str, as_application| PermissionAsked {
        client: client_id(crate::world::CLIENT),
        api: api.clone(),
        api_name: "API".into(),
        value: value.into(),
        words: "Words".into(),
        description: None,
        risk: Risk::Low,
        for_administrators: false,
        as_application,
    };
    let (directory, colors) = (directory_api::client_id(), client_id("c0105000-0000-4000-8000-0000000000a1"));
    ConsentQuestion {
        permissions: vec![
            asked(&colors, "Colors.Read", false),
            asked(&directory, "Mail.Read", false),
            asked(&directory, "Mail.Read", true),
            asked(&directory, "openid", false),
            asked(&directory, "offline_access", false),
        ],
        for_everyone: true,
        may_be_for_everyone: false,
        details: Vec::new(),
    }
}

fn listed(title: &str, answer: &[(&'static str, String)]) -> String {
    let mut text = format!("== {title}\n");
    for (name, value) in answer {
        let _ = writeln!(text, "{name}={}", value.replace("\r\n", "\\r\\n"));
    }
    text + "\n"
}

#[test]
fn the_other_endpoints_answer_word_for_word() {
    for dialect in versions() {
        let refused = |refusal: &Refusal| dialect.admin_consent_refusal(refusal, tenant(), &ids());
        let mut text = shown("a device code", &dialect.device_success(&device_code()));
        text += &listed("an administrator said yes", &dialect.admin_consent_success(&question(), tenant()));
        text += &listed("an administrator said no", &refused(&Refusal::ConsentDeclined));
        text += &listed("admin consent for what there is not", &refused(&Refusal::ApiUnknown { asked: "x".into() }));
        for (title, query, authorized) in answers() {
            text += &listed(title, &dialect.authorize_success(&parameters(query), &authorized));
        }
        let refused = |refusal: &Refusal| dialect.authorize_refusal(refusal, tenant(), &ids());
        text += &listed("nobody is signed in", &refused(&Refusal::LoginRequired));
        text += &listed("a parameter is missing", &refused(&Refusal::ParameterMissing { name: "response_type" }));
        snapshot::assert_same(&format!("{}_answers.txt", dialect.name().replace('-', "_")), &text);
    }
}

fn answers() -> Vec<(&'static str, &'static str, Authorized)> {
    let nothing = || Authorized {
        tenant: tenant(),
        user: user_id(),
        code: None,
        id_token: None,
        access_token: None,
        session_state: "S".into(),
    };
    let token = |text: &str| Some(Secret::new(text));
    vec![
        ("a code", "prompt=consent", Authorized { code: token("CODE"), ..nothing() }),
        (
            "a code after admin consent",
            "prompt=admin_consent&client_info=1",
            Authorized { code: token("CODE"), ..nothing() },
        ),
        ("an id_token", "", Authorized { id_token: token("ID"), ..nothing() }),
        ("an access token", "", Authorized { access_token: Some(issued()), ..nothing() }),
        (
            "code, id_token and access token",
            "client_info=1",
            Authorized { code: token("CODE"), id_token: token("ID"), access_token: Some(issued()), ..nothing() },
        ),
    ]
}

/// What comes through the browser is never a refresh token (Source: entra-dialect 6.3).
#[test]
fn no_refresh_token_goes_through_the_browser() {
    for dialect in versions() {
        for (title, query, authorized) in answers() {
            let answer = dialect.authorize_success(&parameters(query), &authorized);
            assert!(answer.iter().all(|(name, value)| !name.contains("refresh") && value != "REFRESH"), "{title}");
        }
    }
}

#[test]
fn the_discovery_addresses_answer_word_for_word() {
    let key = json!({"kty": "RSA", "use": "sig", "kid": "K", "x5t": "K", "n": "N", "e": "AQAB", "x5c": ["C"]});
    let keys = || vec![key.clone(), json!({"kid": "NEXT"})];
    let document = |text: &str| serde_json::from_str::<Value>(text).expect("it is JSON");
    let consumers = TenantId::from_uuid(uuid::uuid!("9188040d-6c67-4c5b-b112-36a304b66dad"));

    let once = entra_v2::metadata::MetadataText::new(&public());
    let mut text = shown("metadata", &entra_v2::metadata::document(&public(), &tenant().to_string()));
    for several in [Several::Common, Several::Organizations] {
        let _ = writeln!(text, "== metadata of {}\n{:#}\n", several.as_str(), document(once.of_several(several)));
    }
    let _ = writeln!(text, "== metadata of consumers\n{:#}\n", document(&once.of_consumers(consumers)));
    text += &shown("keys", &entra_v2::metadata::keys(&public(), keys()));
    text += &shown("foreign words in a key", &entra_v2::metadata::keys(&public(), vec![json!({"issuer": "foreign"})]));
    text += &shown("no keys", &entra_v2::metadata::keys(&public(), vec![]));
    snapshot::assert_same("entra_v2_metadata.txt", &text);

    let once = entra_v1::metadata::MetadataText::new(&public());
    let mut text = shown("metadata", &entra_v1::metadata::document(&public(), &tenant().to_string()));
    let _ = writeln!(text, "== metadata of common\n{:#}\n", document(once.of_several(Several::Common)));
    let _ = writeln!(text, "== metadata of consumers\n{:#}\n", document(&once.of_consumers(consumers)));
    text += &shown("keys", &entra_v1::metadata::keys(keys()));
    snapshot::assert_same("entra_v1_metadata.txt", &text);
}

#[test]
fn the_metadata_that_is_written_once_is_the_same_for_every_tenant() {
    let (first, second) =
        (entra_v1::metadata::MetadataText::new(&public()), entra_v2::metadata::MetadataText::new(&public()));
    for tenant in [tenant(), TenantId::from_random([0; 16]), TenantId::from_random([0xff; 16])] {
        let id = tenant.to_string();
        assert_eq!(first.of(tenant), entra_v1::metadata::document(&public(), &id).body.to_string());
        assert_eq!(second.of(tenant), entra_v2::metadata::document(&public(), &id).body.to_string());
    }
}

/// The members that MSAL for Python and for JavaScript cannot do without, and those that lead them astray.
#[test]
fn the_metadata_names_this_host_and_no_other() {
    for body in [
        entra_v1::metadata::document(&public(), &tenant().to_string()).body,
        entra_v2::metadata::document(&public(), &tenant().to_string()).body,
    ] {
        let endpoints = [
            "authorization_endpoint",
            "token_endpoint",
            "device_authorization_endpoint",
            "end_session_endpoint",
            "userinfo_endpoint",
        ];
        for member in endpoints.into_iter().chain(["issuer", "jwks_uri"]) {
            let address = body[member].as_str().unwrap_or_else(|| panic!("{member} is missing"));
            assert!(address.starts_with("https://localhost:8443/"), "{member}: {address}");
        }
        // MSAL for JavaScript finds the device endpoint by putting its name in the token endpoint's place.
        let token = body["token_endpoint"].as_str().unwrap();
        assert_eq!(body["device_authorization_endpoint"], token.replacen("/token", "/devicecode", 1));
        let named = body.as_object().unwrap().iter().filter(|(name, _)| !name.starts_with("microsoft_"));
        assert!(named.clone().all(|(_, value)| !value.to_string().contains("microsoft")), "{body}");
        assert_eq!(body.get("cloud_instance_host_name"), None);
    }
}

/// A reader puts the token's tenant into the template; what is none of an answer's issuers is not promised to be compared.
#[test]
fn an_address_for_several_tenants_has_an_issuer_for_any() {
    let first = entra_v1::metadata::MetadataText::new(&public());
    let second = entra_v2::metadata::MetadataText::new(&public());
    for several in [Several::Common, Several::Organizations] {
        for (text, issuer) in [
            (first.of_several(several), "https://localhost:8443/{tenantid}/"),
            (second.of_several(several), "https://localhost:8443/{tenantid}/v2.0"),
        ] {
            let body: Value = serde_json::from_str(text).unwrap();
            assert_eq!(body["issuer"], issuer);
            assert_eq!(body.get("authorization_response_iss_parameter_supported"), None);
            let place = format!("https://localhost:8443/{}/oauth2/", several.as_str());
            assert!(body["token_endpoint"].as_str().unwrap().starts_with(&place), "{body}");
        }
    }
}

#[test]
fn a_client_assertion_may_name_the_token_endpoint_in_any_way() {
    use grantor_rules::layout::TokenLayout as _;
    let audiences = dialect().accepted_assertions(&crate::world::contoso()).audiences;
    assert_eq!(audiences, v1().accepted_assertions(&crate::world::contoso()).audiences, "in either version");
    let id = tenant().to_string();
    for name in [id.as_str(), "contoso.example", "common", "organizations", "consumers"] {
        for end in ["oauth2/token", "oauth2/v2.0/token"] {
            let address = format!("https://localhost:8443/{name}/{end}");
            assert!(audiences.contains(&address), "{address}");
        }
    }
    for issuer in [format!("https://localhost:8443/{id}/"), format!("https://localhost:8443/{id}/v2.0")] {
        assert!(audiences.contains(&issuer), "{issuer}");
    }
    assert!(audiences.iter().all(|one| one.starts_with("https://localhost:8443/")), "{audiences:?}");
}

/// ADAL demands one of two words and goes on only with these; a federated one would send it elsewhere.
#[test]
fn the_realm_of_a_name_is_ours_or_nobody_s() {
    let ours = realm::reply(&public(), "Ana@Contoso.Example", true);
    assert_eq!(ours.status, 200);
    assert_eq!(
        ours.body,
        json!({
            "ver": "1.0",
            "account_type": "Managed",
            "domain_name": "contoso.example",
            "cloud_instance_name": "localhost:8443",
            "cloud_audience_urn": "urn:federation:MicrosoftOnline",
        })
    );
    for (name, is_ours) in [("ana@other.example", false), ("ana", false)] {
        assert_eq!(realm::reply(&public(), name, is_ours).body, json!({"ver": "1.0", "account_type": "Unknown"}));
    }
}

#[test]
fn client_info_comes_only_where_it_was_asked_for() {
    let client_info = "eyJ1aWQiOiJhYWFhYWFhYS0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMGExMWEiLCJ1dGlkIjoiOGVhZWYwMjMtMmIzNC00ZGExLTliYWEtOGJjOGM5ZDZhNDkwIn0";
    let code = || Authorized {
        tenant: tenant(),
        user: user_id(),
        code: Some(Secret::new("CODE")),
        id_token: None,
        access_token: None,
        session_state: "S".into(),
    };
    for dialect in versions() {
        let answered = |query: &str| {
            let answer = dialect.authorize_success(&parameters(query), &code());
            let at_authorize = answer.into_iter().find(|(name, _)| *name == "client_info").map(|(_, value)| value);
            let body = dialect.token_success(&parameters(query), &issued()).body;
            (at_authorize, body["client_info"].as_str().map(str::to_owned))
        };
        assert_eq!(answered("client_info=1"), (Some(client_info.into()), Some(client_info.into())));
        for without in ["", "client_info=0", "client_info=", "client_info=true", "client_info=1&client_info=1"] {
            assert_eq!(answered(without), (None, None), "{without}");
        }
        // MSAL for Python asks for it there, too.
        assert_eq!(dialect.token_success(&parameters("client_info=1"), &own()).body.get("client_info"), None);
    }
}

#[test]
fn a_refusal_comes_back_with_its_number_last() {
    for dialect in versions() {
        let answer = dialect.authorize_refusal(&Refusal::ConsentDeclined, tenant(), &ids());
        assert_eq!(
            answer[..4],
            [
                ("error", "access_denied".to_owned()),
                (
                    "error_description",
                    "AADSTS65004: The person said no: nothing was allowed.\r\n\
                     Trace ID: 11111111-1111-4111-8111-111111111111\r\n\
                     Correlation ID: 22222222-2222-4222-8222-222222222222\r\n\
                     Timestamp: 2024-05-01 10:12:12Z"
                        .to_owned()
                ),
                ("error_uri", "https://localhost:8443/error?code=65004".to_owned()),
                ("error_subcode", "cancel".to_owned()),
            ]
        );
        let issuer = if dialect.name() == "entra-v1" { "" } else { "v2.0" };
        assert_eq!(answer[4..], [("iss", format!("https://localhost:8443/{}/{issuer}", tenant()))]);
        let login = dialect.authorize_refusal(&Refusal::LoginRequired, tenant(), &ids());
        assert_eq!(login.len(), 4, "{login:?}");
        let encoded = form::encode(&login);
        assert!(!encoded.contains(['\r', '\n', ' ', '"', '<']), "{encoded}");
    }
}
