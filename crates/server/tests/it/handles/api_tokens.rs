//! What an API of ours says to a token that is no good for it, and to one that was changed (T60).

use std::time::Duration;

use grantor_jose::base64url::encode;
use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_testkit::{Authorize, CHRIS, NATIVE, Options, TestPlatform, unverified_claims, unverified_header};
use serde_json::{Value, json};

use super::issued::Issued;
use super::kind::Kind;

#[tokio::test]
async fn a_wrong_token_at_an_api_says_what_is_wrong() {
    // 6750-05, 6750-06, 6750-07, 6750-10, 9068-06
    let platform = TestPlatform::with_permissions().await;
    let issued = Issued::new(&platform).await;
    let rows = [
        (Kind::ColorsToken, "The access token is for 'c0105000-0000-4000-8000-00000000a001', not for this API."),
        (Kind::IdToken, "The access token is for 'c0105000-0000-4000-8000-00000000a002', not for this API."),
        (Kind::RefreshToken, "The access token cannot be read."),
    ];
    for (credential, sentence) in rows {
        for target in ["/v1.0/me", "/oidc/userinfo"] {
            let answer = platform.call(target, issued.value(credential)).await;
            let error = &answer.json()["error"];
            assert_eq!((answer.code(), &error["message"]), (401, &json!(sentence)), "{credential:?}");
            assert_eq!(error["code"], "InvalidAuthenticationToken");
            assert_eq!(error["innerError"]["request-id"], answer.header("request-id"));
            let challenge = answer.header("www-authenticate");
            assert!(
                challenge.starts_with("Bearer realm=\"\", authorization_uri=\"https://localhost:8443/"),
                "{challenge}"
            );
            assert!(challenge.contains(", error=\"invalid_token\", error_description=\""), "{challenge}");
            assert_eq!(challenge.matches('"').count() % 2, 0, "{challenge}");
        }
    }
    let token = issued.value(Kind::DirectoryToken);
    let bearer = format!("Bearer {token}");
    let basic = format!("Basic {token}");
    let without: [(&str, &[(&str, &str)]); 5] = [
        ("/v1.0/me", &[]),
        ("/oidc/userinfo", &[]),
        ("/v1.0/me", &[("authorization", "")]),
        ("/v1.0/me", &[("authorization", "Bearer ")]),
        ("/v1.0/me", &[("authorization", basic.as_str())]),
    ];
    for (target, headers) in without {
        let answer = platform.get(target, headers).await;
        assert_eq!(answer.code(), 401, "{headers:?}");
        // No credential, no detail.
        let detailed = answer.header("www-authenticate").contains("error=");
        assert_eq!(detailed, !headers.is_empty(), "{headers:?}");
    }
    // 6750-02, 6750-03, 6750-04, 2.1-03: one header, and no other way.
    let answer = platform.get("/v1.0/me", &[("authorization", &bearer), ("authorization", &bearer)]).await;
    assert_eq!(answer.code(), 401);
    assert_eq!(platform.get(&format!("/v1.0/me?access_token={token}"), &[]).await.code(), 401);
    let form = [("content-type", "application/x-www-form-urlencoded")];
    let body = format!("access_token={token}").into();
    let answer = platform.send(platform.request("POST", "/oidc/userinfo", &form, body)).await;
    assert_eq!(answer.code(), 401);
}

#[tokio::test]
async fn a_token_without_the_permission_is_refused_with_403() {
    // 6750-06
    let platform = TestPlatform::start().await;
    let request = Authorize::by(NATIVE).scope("openid offline_access");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.call("/oidc/userinfo", &tokens.access_token).await.code(), 200);
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["code"]), (403, &json!("Authorization_RequestDenied")));
    let request = Authorize::by(NATIVE).scope("User.Read");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(platform.call("/oidc/userinfo", &tokens.access_token).await.code(), 403);
}

#[tokio::test]
async fn an_access_token_ends_when_it_says() {
    let platform = TestPlatform::start().await;
    let tokens = platform.signed_in(NATIVE, CHRIS).await;
    let life = tokens.body["expires_in"].as_u64().unwrap();
    platform.advance(Duration::from_secs(life - 1));
    assert_eq!(platform.call("/v1.0/me", &tokens.access_token).await.code(), 200);
    platform.advance(Duration::from_secs(1));
    let answer = platform.call("/v1.0/me", &tokens.access_token).await;
    assert_eq!((answer.code(), &answer.json()["error"]["message"]), (401, &json!("The access token has expired.")));
}

#[tokio::test]
async fn a_token_that_was_changed_anywhere_is_refused() {
    // T28, T60, 9068-05
    let platform = TestPlatform::start().await;
    let token = platform.signed_in(NATIVE, CHRIS).await.access_token;
    let parts: Vec<&str> = token.split('.').collect();
    let mut changed = Vec::new();
    // The last letter of a part holds bits that are not used; a change of those alone is malformed and refused too.
    for place in (0..token.len()).step_by(17).chain([token.len() - 1]) {
        let letter = if token[place..].starts_with('A') { "B" } else { "A" };
        changed.push(format!("{}{letter}{}", &token[..place], &token[place + 1..]));
    }
    let header = |members: Value| encode(members.to_string());
    let kid = unverified_header(&token)["kid"].clone();
    for alg in ["none", "None", "HS256", "RS512", "PS256", "ES256"] {
        let header = header(json!({"alg": alg, "typ": "JWT", "kid": kid}));
        changed.push(format!("{header}.{}.", parts[1]));
        changed.push(format!("{header}.{}.{}", parts[1], parts[2]));
    }
    for typ in [json!("at+jwt"), json!(null), json!("JWS")] {
        changed.push(format!("{}.{}.{}", header(json!({"alg": "RS256", "typ": typ, "kid": kid})), parts[1], parts[2]));
    }
    changed.push(format!("{}.{}", parts[0], parts[1]));
    changed.push(format!("{token}."));
    changed.push(format!("{token}.{}", parts[2]));
    changed.push(parts[..2].join(".") + ".");
    changed.push(format!("{token}{}", "A".repeat(64 * 1024)));
    // Signed by a stranger under our key's name, with the very same claims.
    let stranger = SigningKey::generate(Algorithm::Rs256).unwrap().with_key_id(kid.as_str().unwrap().to_owned());
    let fields = HeaderFields { typ: "JWT", x5t: None };
    changed.push(sign_compact(&stranger, &fields, &unverified_claims(&token)).unwrap());
    for changed in changed {
        let answer = platform.call("/v1.0/me", &changed).await;
        assert_eq!(answer.code(), 401, "{changed}");
    }
    assert_eq!(platform.call("/v1.0/me", &token).await.code(), 200);
}

#[tokio::test]
async fn a_token_of_the_same_keys_under_another_address_is_refused() {
    let options = Options { public: "https://other.example".to_owned(), ..Options::default() };
    let elsewhere = TestPlatform::with(&options).await;
    let token = elsewhere.signed_in(NATIVE, CHRIS).await.access_token;
    let answer = TestPlatform::start().await.call("/v1.0/me", &token).await;
    let expected = json!("The access token was not issued for this directory.");
    assert_eq!((answer.code(), &answer.json()["error"]["message"]), (401, &expected));
}
