//! What id_tokens are signed with.

use grantor_jose::{Algorithm, Expected, JwkSet, KeySet, verify_compact};
use grantor_rules::model::{FrontChannel, SigningAlg};
use grantor_testkit::{Authorize, CHRIS, CONTOSO, TestPlatform, WEB};

use super::{asking, header_of};
use crate::support::bought;

#[tokio::test]
async fn keys_that_were_fetched_once_prove_what_is_signed_with_any_algorithm() {
    let platform = TestPlatform::start().await;
    let fetch = async || -> JwkSet {
        let keys = platform.get(&format!("/{}/oidc/keys", CONTOSO.id), &[]).await.json();
        serde_json::from_value(keys).unwrap()
    };
    let before = fetch().await.keys.len();
    let env = &platform.app.env;
    for _ in 0..2 {
        env.keys.prepare(env.storage.as_ref(), env.now(), env.entropy.as_ref()).await.unwrap();
    }
    let keys = fetch().await;
    assert!(before < keys.keys.len());
    for (name, alg) in SigningAlg::NAMES {
        platform.change_application(CONTOSO, WEB.client_id, |web| web.id_token_signing_alg = alg).await;
        let id_token = bought(&platform, &asking(WEB).scope("openid"), CHRIS).await.id_token;
        let known = KeySet::from_jwk_set(&keys, Algorithm::parse(name).unwrap());
        verify_compact(&id_token, &known, &Expected::types(&["JWT"])).unwrap();
    }
    assert_eq!(fetch().await.keys.len(), keys.keys.len(), "none was made twice");
}

#[tokio::test]
async fn an_application_has_its_id_tokens_signed_as_it_is_registered() {
    let platform = TestPlatform::start().await;
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    let listed: Vec<String> =
        serde_json::from_value(document["id_token_signing_alg_values_supported"].clone()).unwrap();
    assert_eq!(listed, SigningAlg::NAMES.map(|(name, _)| name));
    for (name, alg) in SigningAlg::NAMES {
        let front = FrontChannel { id_tokens: true, access_tokens: true };
        platform
            .change_application(CONTOSO, WEB.client_id, |web| {
                (web.id_token_signing_alg, web.front_channel) = (alg, front);
            })
            .await;
        let request = asking(WEB).scope("openid");
        let id_token = bought(&platform, &request, CHRIS).await.id_token;
        assert_eq!(header_of(&id_token)["alg"], name);
        let keys = platform.get(&format!("/{}/oidc/keys", CONTOSO.id), &[]).await.json();
        let keys: JwkSet = serde_json::from_value(keys).unwrap();
        let keys = KeySet::from_jwk_set(&keys, Algorithm::parse(name).unwrap());
        verify_compact(&id_token, &keys, &Expected::types(&["JWT"])).unwrap();

        // core-09
        let hybrid = request.clone().with("response_type", "code id_token token").with("response_mode", "fragment");
        let mut browser = platform.browser();
        let response = browser.walk(&hybrid, CHRIS).await.response();
        let claims =
            verify_compact(response.get("id_token"), &keys, &Expected::types(&["JWT"])).unwrap().claims().unwrap();
        let bytes = if name == "EdDSA" {
            43
        } else if name == "ES384" {
            32
        } else {
            22
        };
        for hash in ["c_hash", "at_hash"] {
            assert_eq!(claims[hash].as_str().unwrap().len(), bytes, "{name} {hash}");
        }
        let vendor = bought(&platform, &Authorize::by(WEB).tenant(CONTOSO.id).scope("openid"), CHRIS).await;
        assert_eq!(header_of(&vendor.id_token)["alg"], "RS256", "the Microsoft dialects have no other");
    }
}
