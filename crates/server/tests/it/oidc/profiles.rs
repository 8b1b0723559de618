//! Applications that live by the FAPI 2.0 profiles: whatever else they are registered for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, SigningKey, sign_compact};
use grantor_protocol::RedirectUri;
use grantor_rules::model::{Application as Registered, AuthMethod, Platform, Profile, Redirect};
use grantor_testkit::{
    Answer, Application, Arrival, Authorize, CHRIS, CONTOSO, DpopKey, TestPlatform, TokenRequest, Tokens, WEB,
    unverified_claims, unverified_header,
};
use serde_json::{Map, Value, json};

use super::{asking, issuer, post, presenting, said};

/// The same application with an address by TLS and nothing but a key to prove itself.
const BANK: Application = Application { redirect_uri: "https://bank.example/cb", secret: None, ..WEB };

/// An application of the profile with its keys: the one that proves it, and the one that its tokens are bound to.
struct Scene {
    platform: TestPlatform,
    key: SigningKey,
    holder: DpopKey,
}

impl Scene {
    async fn of(profile: Profile) -> Self {
        Self::registered(profile, |_| ()).await
    }

    async fn registered(profile: Profile, change: impl FnOnce(&mut Registered)) -> Self {
        let platform = TestPlatform::start().await;
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let jwks = json!({ "keys": [key.public_jwk()] });
        platform
            .change_application(CONTOSO, BANK.client_id, |bank| {
                let uri = RedirectUri::parse(BANK.redirect_uri).unwrap();
                bank.redirects.push(Redirect { uri, platform: Platform::Web });
                bank.metadata.jwks = Some(jwks);
                bank.token_endpoint_auth_method = Some(AuthMethod::PrivateKeyJwt);
                bank.profile = profile;
                change(bank);
            })
            .await;
        Self { platform, key, holder: DpopKey::new(Algorithm::Es256) }
    }

    fn signed(&self, typ: &str, claims: &Value) -> String {
        let claims: Map<String, Value> = claims.as_object().cloned().unwrap();
        sign_compact(&self.key, &HeaderFields { typ, x5t: None }, &claims).unwrap()
    }

    /// What proves the application, once.
    fn assertion(&self) -> [(&'static str, String); 2] {
        static NAMES: AtomicU64 = AtomicU64::new(0);
        let now = self.platform.app.env.now().seconds();
        let assertion = self.signed(
            "JWT",
            &json!({
                "iss": BANK.client_id, "sub": BANK.client_id, "aud": issuer(&self.platform), "iat": now,
                "exp": now + 60, "jti": NAMES.fetch_add(1, Ordering::Relaxed).to_string(),
            }),
        );
        let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        [("client_assertion_type", kind.to_owned()), ("client_assertion", assertion)]
    }

    async fn push(&self, request: &Authorize) -> Answer {
        let own = request.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let proof = self.assertion();
        let pairs: Vec<(&str, &str)> = own.chain(proof.iter().map(|(name, value)| (*name, value.as_str()))).collect();
        post(&self.platform, "par", &pairs).await
    }

    /// The same request in a signed object.
    fn signing(&self, request: &Authorize) -> Authorize {
        let now = self.platform.app.env.now().seconds();
        let mut claims: Map<String, Value> =
            request.parameters.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
        claims.insert("iss".to_owned(), json!(BANK.client_id));
        claims.insert("aud".to_owned(), json!(issuer(&self.platform)));
        claims.insert("nbf".to_owned(), json!(now));
        claims.insert("exp".to_owned(), json!(now + 60));
        let object = self.signed("oauth-authz-req+jwt", &Value::Object(claims));
        let mut signed = request.clone();
        signed.parameters.retain(|(name, _)| name == "client_id");
        signed.with("request", &object)
    }

    /// What the browser is sent with once a request was pushed.
    async fn pushed(&self, request: &Authorize) -> Authorize {
        let answer = self.push(request).await;
        assert_eq!(answer.code(), 201, "{answer:?}");
        let place = answer.json()["request_uri"].as_str().unwrap().to_owned();
        let mut pointing = request.clone();
        pointing.parameters.retain(|(name, _)| name == "client_id");
        pointing.with("request_uri", &place)
    }

    /// The same at the token endpoint, proven and bound.
    fn proving(&self, request: TokenRequest) -> TokenRequest {
        let path = request.path();
        let proof = self.holder.proof(&self.platform, "POST", &path).signed();
        let request = self.assertion().iter().fold(request, |request, (name, value)| request.with(name, value));
        request.header("dpop", &proof)
    }

    async fn code(&self, request: &Authorize) -> String {
        self.platform.browser().walk(&self.pushed(request).await, CHRIS).await.code()
    }

    async fn tokens(&self, request: &Authorize) -> Tokens {
        let code = self.code(request).await;
        self.platform.tokens(&self.proving(request.redeem(&code))).await
    }
}

fn request() -> Authorize {
    asking(BANK).scope("openid offline_access")
}

#[tokio::test]
async fn an_application_of_the_profile_gets_tokens_that_are_bound_and_stay() {
    // fapi-04, fapi-05, fapi-15
    let scene = Scene::of(Profile::Fapi2Security).await;
    let nonce = "n".repeat(64);
    let tokens = scene.tokens(&request().with("nonce", &nonce)).await;
    assert_eq!(tokens.body["token_type"], "DPoP");
    assert_eq!(unverified_claims(&tokens.access_token)["cnf"]["jkt"], scene.holder.thumbprint());
    assert_eq!(unverified_header(&tokens.id_token)["alg"], "PS256");
    assert_eq!(unverified_claims(&tokens.id_token)["nonce"], nonce);
    let refresh = presenting(BANK, "refresh_token").with("refresh_token", &tokens.refresh_token);
    for _ in 0..3 {
        let renewed = scene.platform.tokens(&scene.proving(refresh.clone())).await;
        assert_eq!(renewed.body.get("refresh_token"), None, "the same one stays good: {:?}", renewed.body);
        scene.platform.advance(Duration::from_mins(10));
    }
    let request = request();
    let code = scene.code(&request).await;
    let unbound = scene.assertion().iter().fold(request.redeem(&code), |one, (name, value)| one.with(name, value));
    assert_eq!(said(&scene.platform.token(&unbound).await), (400, "invalid_dpop_proof".into()));
}

#[tokio::test]
async fn nothing_but_a_key_proves_it() {
    // fapi-01, fapi-02
    let scene = Scene::registered(Profile::Fapi2Security, |bank| {
        bank.token_endpoint_auth_method = Some(AuthMethod::ClientSecretPost);
    })
    .await;
    let by_secret = presenting(WEB, "client_credentials").with("resource", "api://colors");
    assert_eq!(said(&scene.platform.token(&by_secret).await), (401, "invalid_client".into()));
    let unproven = presenting(BANK, "client_credentials").with("resource", "api://colors");
    assert_eq!(said(&scene.platform.token(&unproven).await), (401, "invalid_client".into()));
    // It is proven all the same, by the key that it has.
    assert_eq!(scene.push(&request()).await.code(), 201);
    let by_password = presenting(BANK, "password").with("username", "chris").with("password", "x");
    assert_eq!(said(&scene.platform.token(&scene.proving(by_password)).await).1, "unsupported_grant_type");
}

#[tokio::test]
async fn a_public_address_is_none_of_its() {
    // fapi-01
    let public = "http://localhost:5999/cb";
    let scene = Scene::registered(Profile::Fapi2Security, |bank| {
        bank.allow_public_client_flows = true;
        let uri = RedirectUri::parse(public).unwrap();
        bank.redirects.push(Redirect { uri, platform: Platform::PublicClient });
    })
    .await;
    let answer = scene.push(&request().with("redirect_uri", public)).await;
    assert_eq!(answer.code(), 400, "{answer:?}");
}

#[tokio::test]
async fn only_pushed_requests_are_answered() {
    // fapi-07
    let scene = Scene::of(Profile::Fapi2Security).await;
    let error = match scene.platform.browser().authorize(&request()).await {
        Arrival::Page(page) => page.text_of("error-code").unwrap_or_default(),
        Arrival::Application(response) => response.get("error").to_owned(),
    };
    assert_eq!(error, "invalid_request");
    let answer = scene.push(&request()).await;
    assert!(answer.json()["expires_in"].as_u64().unwrap() < 600);
}

#[tokio::test]
async fn what_is_pushed_is_complete() {
    // fapi-08
    let scene = Scene::of(Profile::Fapi2Security).await;
    let rows = [
        (request().without("redirect_uri"), "invalid_request"),
        (request().without("code_challenge").without("code_challenge_method"), "invalid_request"),
        (request().without("code_challenge").without("code_challenge_method").with("nonce", "n"), "invalid_request"),
        (request().with("code_challenge_method", "plain"), "invalid_request"),
        (request().with("response_type", "code id_token").with("nonce", "n"), "unauthorized_client"),
    ];
    for (request, error) in rows {
        let answer = scene.push(&request).await;
        assert_eq!(answer.code(), 400, "{answer:?}");
        assert_eq!(answer.json()["error"], error, "{:?}", request.parameters);
    }
}

#[tokio::test]
async fn a_code_is_good_for_a_minute() {
    // fapi-06
    let scene = Scene::of(Profile::Fapi2Security).await;
    let request = request();
    let code = scene.code(&request).await;
    scene.platform.advance(Duration::from_secs(59));
    scene.platform.tokens(&scene.proving(request.redeem(&code))).await;
    let code = scene.code(&request).await;
    scene.platform.advance(Duration::from_secs(61));
    let late = scene.platform.token(&scene.proving(request.redeem(&code))).await;
    assert_eq!(said(&late), (400, "invalid_grant".into()));
}

#[tokio::test]
async fn an_api_of_ours_takes_its_tokens_by_header_and_key_alone() {
    // fapi-12
    let scene = Scene::of(Profile::Fapi2Security).await;
    let token = scene.tokens(&request()).await.access_token;
    let path = format!("/{}/oidc/userinfo", CONTOSO.id);
    let asked = async |path: &str, scheme: &str, proof: Option<String>| {
        let authorization = format!("{scheme} {token}");
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(proof.as_deref().map(|proof| ("dpop", proof)));
        scene.platform.get(path, &headers).await.code()
    };
    let proof = || scene.holder.proof(&scene.platform, "GET", &path).of(&token).signed();
    assert_eq!(asked(&path, "DPoP", Some(proof())).await, 200);
    assert_eq!(asked(&path, "Bearer", None).await, 401);
    let in_query = scene.platform.get(&format!("{path}?access_token={token}"), &[]).await;
    assert_eq!(in_query.code(), 401);
    scene.platform.advance(Duration::from_hours(2));
    assert_eq!(asked(&path, "DPoP", Some(proof())).await, 401, "it has expired");
}

#[tokio::test]
async fn under_message_signing_requests_and_answers_are_signed() {
    let scene = Scene::of(Profile::Fapi2MessageSigning).await;
    let answer = scene.push(&request().with("response_mode", "jwt")).await;
    assert_eq!(answer.code(), 400, "{answer:?}");
    let open = scene.push(&scene.signing(&request())).await;
    assert_eq!(open.json()["error"], "invalid_request", "the answer would not be signed");
    let signed = scene.push(&scene.signing(&request().with("response_mode", "jwt"))).await;
    assert_eq!(signed.code(), 201, "{signed:?}");
}
