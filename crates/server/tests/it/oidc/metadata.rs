//! What the server says of itself, and that it is true.

use grantor_dialects::oidc::metadata::GRANTS;
use grantor_testkit::{Authorize, CHRIS, CONTOSO, NATIVE, TestPlatform, unverified_claims};
use grantor_web::Route;
use serde_json::{Value, json};

use super::{issuer, presenting, said};

async fn document(platform: &TestPlatform) -> Value {
    platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json()
}

#[tokio::test]
async fn the_document_stands_under_the_issuer_and_where_other_servers_have_it() {
    // disc-01, disc-02, 8414-01, 8414-02, 8414-03, 8414-06, 9207-02
    let platform = TestPlatform::start().await;
    let found = document(&platform).await;
    assert_eq!(found["issuer"], issuer(&platform));
    for target in [
        format!("/.well-known/oauth-authorization-server/{}/oidc", CONTOSO.id),
        format!("/.well-known/openid-configuration/{}/oidc", CONTOSO.id),
        format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.domain),
    ] {
        let answer = platform.get(&target, &[]).await;
        assert_eq!((answer.code(), answer.json()), (200, found.clone()), "{target}");
    }
    for several in ["common", "organizations"] {
        let answer = platform.get(&format!("/{several}/oidc/.well-known/openid-configuration"), &[]).await;
        assert_eq!(answer.code(), 400, "a document is one tenant's");
    }
    for (name, value) in found.as_object().unwrap() {
        assert!(value.as_array().is_none_or(|list| !list.is_empty()), "{name}");
    }
    assert!(found["id_token_signing_alg_values_supported"].as_array().unwrap().contains(&json!("RS256")));
    assert_eq!(found["authorization_response_iss_parameter_supported"], json!(true));
}

#[tokio::test]
async fn every_address_in_it_is_one() {
    // 8414-05
    let platform = TestPlatform::start().await;
    let found = document(&platform).await;
    let ends: Vec<&str> = found
        .as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| name.ends_with("_endpoint") || *name == "jwks_uri")
        .map(|(_, address)| address.as_str().unwrap())
        .collect();
    assert_eq!(ends.len(), 10);
    for address in ends {
        let path = address.strip_prefix(platform.public().origin()).unwrap();
        assert!(Route::find(path).is_some(), "{path}");
    }
}

#[tokio::test]
async fn the_grants_that_it_lists_are_served_and_no_others() {
    let platform = TestPlatform::start().await;
    let listed: Vec<String> =
        serde_json::from_value(document(&platform).await["grant_types_supported"].clone()).unwrap();
    let mut known: Vec<&str> = GRANTS.iter().map(|grant| grant.as_str()).collect();
    known.push("implicit");
    assert_eq!(listed, known);
    for grant in grantor_rules::token::issued::GrantKind::ALL {
        let answer = platform.token(&presenting(NATIVE, grant.as_str())).await;
        let (_, error) = said(&answer);
        assert_eq!(error != "unsupported_grant_type", known.contains(&grant.as_str()), "{grant:?}: {error}");
    }
}

#[tokio::test]
async fn the_ways_to_ask_that_it_lists_are_taken_and_no_others() {
    let platform = TestPlatform::start().await;
    let found = document(&platform).await;
    let silent = || Authorize::by(NATIVE).oidc().tenant(CONTOSO.id).scope("openid").with("prompt", "none");
    let asked = async |request: &Authorize| platform.browser().authorize(request).await.response();
    for mode in found["response_modes_supported"].as_array().unwrap() {
        let mode = mode.as_str().unwrap();
        let response = asked(&silent().with("response_mode", mode)).await;
        let place = match mode.strip_suffix("jwt") {
            Some(place) => place.strip_suffix('.').unwrap_or("query"),
            None => mode,
        };
        assert_eq!(response.mode, place, "{mode}");
        let error = if mode.ends_with("jwt") {
            unverified_claims(response.get("response"))["error"].clone()
        } else {
            json!(response.get("error"))
        };
        assert_eq!(error, "login_required", "{mode}");
    }
    let unknown = asked(&silent().with("response_mode", "web_message")).await;
    assert_eq!(unknown.get("error"), "invalid_request");
    for kind in found["response_types_supported"].as_array().unwrap() {
        let response =
            asked(&silent().with("response_type", kind.as_str().unwrap()).with("response_mode", "fragment")).await;
        let expected = if kind == "code" { "login_required" } else { "unauthorized_client" };
        assert_eq!(response.get("error"), expected, "{kind}: it exists, and the app is not registered for it");
    }
    assert_eq!(asked(&silent().with("response_type", "id")).await.get("error"), "unsupported_response_type");
    assert_eq!(found["code_challenge_methods_supported"], json!(["S256"]));
    let plain = asked(&silent().with("code_challenge_method", "plain")).await;
    assert_eq!(plain.get("error"), "invalid_request");
    for (parameter, error) in [
        ("request", "invalid_request_object"),
        ("request_uri", "invalid_request_uri"),
        ("registration", "registration_not_supported"),
    ] {
        // core-17
        assert_eq!(asked(&silent().with(parameter, "x")).await.get("error"), error);
    }
    for supported in ["request_parameter_supported", "request_uri_parameter_supported"] {
        assert_eq!(found[supported], json!(true));
    }
    assert_eq!(
        found["request_object_encryption_alg_values_supported"],
        json!(grantor_flows::RequestKeys::algorithms())
    );
    let encryptions = grantor_jose::ContentEncryption::ALL.map(grantor_jose::ContentEncryption::name);
    assert_eq!(found["request_object_encryption_enc_values_supported"], json!(encryptions));
}

#[tokio::test]
async fn the_keys_prove_its_tokens_and_show_nothing_private() {
    // disc-04, core-11
    let platform = TestPlatform::start().await;
    let keys = platform.get(&format!("/{}/oidc/keys", CONTOSO.id), &[]).await.json();
    let keys = keys["keys"].as_array().unwrap();
    let ids: std::collections::BTreeSet<_> = keys.iter().map(|key| key["kid"].to_string()).collect();
    assert_eq!(ids.len(), keys.len());
    for key in keys {
        for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
            assert!(key.get(private).is_none(), "{private}");
        }
    }
    let request = super::asking(NATIVE).scope("openid");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert!(ids.contains(&super::header_of(&tokens.id_token)["kid"].to_string()));
}
