//! The exact replies of the token endpoint and of the discovery addresses.

use std::time::Duration;

use grantor_dialects::entra_v2::metadata;
use grantor_dialects::{Dialect as _, IssuedCode, form};
use grantor_protocol::{Secret, TenantId};
use grantor_rules::Refusal;
use grantor_rules::token::issued::IssuedTokens;
use serde_json::json;

use crate::snapshot::{self, shown};
use crate::world::{dialect, ids, parameters, public, tenant, user_id};

fn issued() -> IssuedTokens {
    IssuedTokens {
        tenant: tenant(),
        user: Some(user_id()),
        access_token: Secret::new("ACCESS"),
        expires_in: Duration::from_millis(4_321_999),
        id_token: Some(Secret::new("ID")),
        refresh_token: Some(Secret::new("REFRESH")),
        refresh_token_expires_in: Some(Duration::from_secs(86_399)),
        scope: vec!["api://colors/Colors.Read".into(), "openid".into(), "profile".into()],
    }
}

#[test]
fn the_token_endpoint_answers_word_for_word() {
    let dialect = dialect();
    let least = IssuedTokens { id_token: None, refresh_token: None, refresh_token_expires_in: None, ..issued() };
    let mut text = shown("tokens, with everything", &dialect.token_success(&parameters("client_info=1"), &issued()));
    text += &shown("tokens, with the least", &dialect.token_success(&parameters("client_info=0"), &least));
    text += &shown(
        "a refusal with a suberror",
        &dialect.token_refusal(&Refusal::ConsentRequired { missing: vec!["Colors · Colors.Write".into()] }, &ids()),
    );
    text += &shown("a failed proof", &dialect.token_refusal(&Refusal::ClientSecretWrong, &ids()));
    text += &shown("not by POST", &dialect.token_refusal(&Refusal::MethodNotPost, &ids()));
    text += &shown("a fault", &dialect.token_fault(None, &ids()));
    text += &shown("a fault that waiting helps", &dialect.token_fault(Some(5), &ids()));
    snapshot::assert_same("entra_v2_token.txt", &text);
}

#[test]
fn the_discovery_addresses_answer_word_for_word() {
    let key = json!({"kty": "RSA", "use": "sig", "kid": "K", "x5t": "K", "n": "N", "e": "AQAB", "x5c": ["C"]});
    let mut text = shown("metadata", &metadata::document(&public(), &tenant().to_string()));
    text += &shown("keys", &metadata::keys(&public(), vec![key.clone(), json!({"kid": "NEXT", "issuer": "foreign"})]));
    text += &shown("no keys", &metadata::keys(&public(), vec![]));
    snapshot::assert_same("entra_v2_metadata.txt", &text);
}

#[test]
fn the_metadata_that_is_written_once_is_the_same_for_every_tenant() {
    let once = metadata::MetadataText::new(&public());
    for tenant in [tenant(), TenantId::from_random([0; 16]), TenantId::from_random([0xff; 16])] {
        assert_eq!(once.of(tenant), metadata::document(&public(), &tenant.to_string()).body.to_string());
    }
}

/// The members of the reply that MSAL for Python and for JavaScript cannot do without, and those that lead them astray.
#[test]
fn the_metadata_names_this_host_and_no_other() {
    let body = metadata::document(&public(), &tenant().to_string()).body;
    for member in ["issuer", "authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
        let address = body[member].as_str().unwrap_or_else(|| panic!("{member} is missing"));
        assert!(address.starts_with("https://localhost:8443/"), "{member}: {address}");
    }
    assert!(!body.to_string().contains("microsoft"), "{body}");
    assert_eq!(body.get("cloud_instance_host_name"), None);
}

#[test]
fn client_info_comes_only_where_it_was_asked_for() {
    let code = IssuedCode { tenant: tenant(), user: user_id(), code: Secret::new("CODE"), session_state: "S".into() };
    let client_info = "eyJ1aWQiOiJhYWFhYWFhYS0wMDAwLTQwMDAtODAwMC0wMDAwMDAwMGExMWEiLCJ1dGlkIjoiOGVhZWYwMjMtMmIzNC00ZGExLTliYWEtOGJjOGM5ZDZhNDkwIn0";
    assert_eq!(
        dialect().authorize_success(&parameters("client_info=1"), &code),
        [
            ("code", "CODE".into()),
            ("client_info", client_info.into()),
            ("session_state", "S".into()),
            ("iss", "https://localhost:8443/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0".into())
        ]
    );
    for without in ["", "client_info=0", "client_info=", "client_info=true", "client_info=1&client_info=1"] {
        assert_eq!(
            dialect().authorize_success(&parameters(without), &code),
            [
                ("code", "CODE".into()),
                ("session_state", "S".into()),
                ("iss", "https://localhost:8443/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0".into())
            ],
            "{without}"
        );
        assert_eq!(dialect().token_success(&parameters(without), &issued()).body.get("client_info"), None, "{without}");
    }
    assert_eq!(dialect().token_success(&parameters("client_info=1"), &issued()).body["client_info"], client_info);
}

#[test]
fn a_refusal_comes_back_with_its_number_last() {
    assert_eq!(
        dialect().authorize_refusal(&Refusal::ConsentDeclined, tenant(), &ids()),
        [
            ("error", "access_denied".to_owned()),
            (
                "error_description",
                "AADSTS65004: The person declined to consent.\r\n\
                 Trace ID: 11111111-1111-4111-8111-111111111111\r\n\
                 Correlation ID: 22222222-2222-4222-8222-222222222222\r\n\
                 Timestamp: 2024-05-01 10:12:12Z"
                    .to_owned()
            ),
            ("error_uri", "https://localhost:8443/error?code=65004".to_owned()),
            ("error_subcode", "cancel".to_owned()),
            ("iss", "https://localhost:8443/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0".to_owned()),
        ]
    );
    let login = dialect().authorize_refusal(&Refusal::LoginRequired, tenant(), &ids());
    assert_eq!(login.len(), 4, "{login:?}");
    let encoded = form::encode(&login);
    assert!(!encoded.contains(['\r', '\n', ' ', '"', '<']), "{encoded}");
}
