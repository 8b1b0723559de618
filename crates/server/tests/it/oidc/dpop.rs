//! Tokens that only whoever holds a key can use (RFC 9449).

use std::sync::Arc;
use std::time::Duration;

use grantor_jose::Algorithm;
use grantor_rules::directory::DirectoryChange;
use grantor_rules::model::DpopNoncePolicy;
use grantor_testkit::{
    Answer, Authorize, CHRIS, CONTOSO, DAEMON, DeviceRequest, DpopKey, DpopProof, NATIVE, TestPlatform, TokenRequest,
    Tokens, WEB, unverified_claims,
};
use serde_json::{Value, json};

use super::{asking, post, presenting, said};
use crate::support::renewal;

const COLORS: &str = "api://colors";
const GRAPH: &str = "https://graph.microsoft.com";

fn token_path() -> String {
    format!("/{}/oidc/token", CONTOSO.id)
}

fn userinfo_path() -> String {
    format!("/{}/oidc/userinfo", CONTOSO.id)
}

fn key() -> DpopKey {
    DpopKey::new(Algorithm::Es256)
}

/// The same request with a good proof of `key`.
fn proving(platform: &TestPlatform, key: &DpopKey, request: TokenRequest) -> TokenRequest {
    let path = request.path();
    request.header("dpop", &key.proof(platform, "POST", &path).signed())
}

/// Whether a program that acts for itself gets a token with this proof; it always could otherwise.
async fn tried(platform: &TestPlatform, proof: &DpopProof<'_>) -> Answer {
    tried_text(platform, &proof.signed()).await
}

async fn tried_text(platform: &TestPlatform, proof: &str) -> Answer {
    let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    platform.token(&request.header("dpop", proof)).await
}

/// What Chris's sign-in buys `key` with a proof.
async fn bought_by(platform: &TestPlatform, key: &DpopKey, request: &Authorize) -> Tokens {
    let code = platform.browser().walk(request, CHRIS).await.code();
    platform.tokens(&proving(platform, key, request.redeem(&code))).await
}

/// A call with a token by its scheme and, if there is one, with a proof.
async fn called(platform: &TestPlatform, path: &str, scheme: &str, token: &str, proofs: &[&str]) -> Answer {
    let authorization = format!("{scheme} {token}");
    let mut headers = vec![("authorization", authorization.as_str())];
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    platform.get(path, &headers).await
}

/// The same with a good proof of `key`.
async fn called_by(platform: &TestPlatform, key: &DpopKey, path: &str, token: &str) -> Answer {
    let proof = key.proof(platform, "GET", path).of(token).signed();
    called(platform, path, "DPoP", token, &[&proof]).await
}

#[track_caller]
fn challenged(answer: &Answer, error: &str) {
    assert_eq!(answer.code(), 401, "{}", answer.text());
    let challenge = answer.header("www-authenticate");
    assert!(challenge.starts_with(&format!("DPoP error=\"{error}\", error_description=\"")), "{challenge}");
    assert!(
        challenge.ends_with(", algs=\"RS256 RS384 RS512 ES256 ES384 ES512 PS256 PS384 PS512 EdDSA\""),
        "{challenge}"
    );
    assert_eq!(challenge.matches('"').count(), 6, "{challenge}");
}

async fn demand_nonces(platform: &TestPlatform) {
    let name = grantor_rules::model::TenantName::Id(CONTOSO.tenant_id());
    let found = platform.app.env.storage.find_tenant(&name).await.unwrap().unwrap();
    let mut tenant = Arc::unwrap_or_clone(found);
    tenant.policy.dpop_nonces = DpopNoncePolicy::Required;
    platform.change(DirectoryChange { tenants: vec![tenant], ..DirectoryChange::default() }).await;
}

#[tokio::test]
async fn a_token_is_bound_to_the_key_that_asks_for_it() {
    // 9449-03, 9700-09
    let platform = TestPlatform::start().await;
    for algorithm in Algorithm::ALL {
        let key = DpopKey::new(algorithm);
        let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
        let tokens = platform.tokens(&proving(&platform, &key, request)).await;
        assert_eq!(tokens.body["token_type"], "DPoP");
        assert_eq!(unverified_claims(&tokens.access_token)["cnf"], json!({ "jkt": key.thumbprint() }), "{algorithm}");
    }
    let request = asking(NATIVE).scope("openid offline_access");
    let key = key();
    let tokens = bought_by(&platform, &key, &request).await;
    assert_eq!(tokens.body["token_type"], "DPoP");
    assert_eq!(unverified_claims(&tokens.access_token)["cnf"]["jkt"], key.thumbprint());
    assert!(!unverified_claims(&tokens.id_token).contains_key("cnf"));

    let device = DeviceRequest::by(NATIVE).oidc().tenant(CONTOSO.id).with("scope", "openid").begin(&platform).await;
    device.approve(&mut platform.browser(), CHRIS).await;
    let tokens = platform.tokens(&proving(&platform, &key, device.redeem())).await;
    assert_eq!(unverified_claims(&tokens.access_token)["cnf"]["jkt"], key.thumbprint());
}

#[tokio::test]
async fn introspection_tells_what_a_token_is_bound_to() {
    // 9449-03
    let platform = TestPlatform::start().await;
    let (key, path) = (key(), token_path());
    let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    let bound = platform.tokens(&request.clone().header("dpop", &key.proof(&platform, "POST", &path).signed())).await;
    let unbound = platform.tokens(&request).await;
    let asked = async |token: &str| {
        let secret = DAEMON.secret.unwrap();
        let form = [("client_id", DAEMON.client_id), ("client_secret", secret), ("token", token)];
        post(&platform, "introspect", &form).await.json()
    };
    let told = asked(&bound.access_token).await;
    assert_eq!((&told["active"], &told["token_type"]), (&json!(true), &json!("DPoP")));
    assert_eq!(told["cnf"], json!({ "jkt": key.thumbprint() }));
    let told = asked(&unbound.access_token).await;
    assert_eq!((&told["token_type"], told.get("cnf")), (&json!("Bearer"), None));
}

#[tokio::test]
async fn each_member_of_a_proof_counts() {
    // 9449-02
    let platform = TestPlatform::start().await;
    let (own, other) = (key(), key());
    let path = token_path();
    let good = || own.proof(&platform, "POST", &path);
    assert_eq!(tried(&platform, &good()).await.code(), 200);
    let private = {
        let mut jwk = good().header["jwk"].clone();
        jwk["d"] = json!("AAAA");
        jwk
    };
    let others_key = other.proof(&platform, "POST", &path).header["jwk"].clone();
    let now = platform.app.env.now().seconds();
    let at = |path: &str| json!(platform.public().at(path));
    for (what, spoilt) in [
        ("typ", good().header("typ", json!("JWT"))),
        ("no typ", good().header("typ", Value::Null)),
        ("alg none", good().header("alg", json!("none"))),
        ("a shared secret's alg", good().header("alg", json!("HS256"))),
        ("another key's alg", good().header("alg", json!("ES384"))),
        ("no jwk", good().header("jwk", Value::Null)),
        ("a private jwk", good().header("jwk", private)),
        ("a symmetric jwk", good().header("jwk", json!({ "kty": "oct", "k": "AAAA" }))),
        ("another key in jwk", good().header("jwk", others_key)),
        ("another key's signature", good().signed_by(&other)),
        ("crit", good().header("crit", json!(["x"])).header("x", json!(1))),
        ("no jti", good().claim("jti", Value::Null)),
        ("an empty jti", good().claim("jti", json!(""))),
        ("jti is a number", good().claim("jti", json!(1))),
        ("no htm", good().claim("htm", Value::Null)),
        ("another htm", good().claim("htm", json!("GET"))),
        ("htm in lower case", good().claim("htm", json!("post"))),
        ("no htu", good().claim("htu", Value::Null)),
        ("another path", good().claim("htu", at(&userinfo_path()))),
        ("the path in capitals", good().claim("htu", at(&path.to_ascii_uppercase()))),
        ("another scheme", good().claim("htu", json!(format!("http://localhost:8443{path}")))),
        ("another port", good().claim("htu", json!(format!("https://localhost{path}")))),
        ("another host", good().claim("htu", json!(format!("https://evil.example:8443{path}")))),
        ("no iat", good().claim("iat", Value::Null)),
        ("iat is a text", good().claim("iat", json!(now.to_string()))),
        ("too old", good().claim("iat", json!(now - 61))),
        ("too far ahead", good().claim("iat", json!(now + 11))),
        ("nonce is a number", good().claim("nonce", json!(1))),
    ] {
        assert_eq!(said(&tried(&platform, &spoilt).await), (400, "invalid_dpop_proof".into()), "{what}");
    }
    // The same request as it could also be written.
    for (what, same) in [
        ("host and scheme in capitals", json!(format!("HTTPS://LOCALHOST:8443{path}"))),
        ("query and fragment", json!(format!("https://localhost:8443{path}?a=b#c"))),
        ("escapes", json!(format!("https://localhost:8443{}", path.replace('t', "%74")))),
    ] {
        assert_eq!(tried(&platform, &good().claim("htu", same)).await.code(), 200, "{what}");
    }
    for offset in [-60, 10] {
        assert_eq!(tried(&platform, &good().claim("iat", json!(now + offset))).await.code(), 200, "{offset}");
    }
    // What else the header names has no say.
    let named = good().header("kid", json!(other.thumbprint())).header("jku", json!("https://evil.example/keys"));
    let tokens = Tokens::of(tried(&platform, &named).await);
    assert_eq!(unverified_claims(&tokens.access_token)["cnf"]["jkt"], own.thumbprint());
}

#[tokio::test]
async fn there_is_one_proof_and_it_is_one_that_can_be_read() {
    // 9449-02
    let platform = TestPlatform::start().await;
    let (key, path) = (key(), token_path());
    let proof = || key.proof(&platform, "POST", &path).signed();
    let twice = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    let twice = twice.header("dpop", &proof()).header("dpop", &proof());
    assert_eq!(said(&platform.token(&twice).await), (400, "invalid_dpop_proof".into()));
    let long = key.proof(&platform, "POST", &path).claim("x", json!("x".repeat(9000))).signed();
    for bad in ["", "x", "a.b.c", &format!("{},{}", proof(), proof()), &format!("{}.x", proof()), &long] {
        assert_eq!(said(&tried_text(&platform, bad).await), (400, "invalid_dpop_proof".into()), "{bad:.40}");
    }
}

#[tokio::test]
async fn the_address_is_the_public_one_whatever_a_header_says() {
    // 9449-02
    let platform = TestPlatform::start().await;
    let (key, path) = (key(), token_path());
    let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    let at_evil = |proof: &DpopProof<'_>| {
        let headers = [("host", "evil.example"), ("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "http")];
        let request = request.clone().header("dpop", &proof.signed());
        headers.into_iter().fold(request, |request, (name, value)| request.header(name, value))
    };
    let good = key.proof(&platform, "POST", &path);
    platform.tokens(&at_evil(&good)).await;
    let of_evil = key.proof(&platform, "POST", &path).claim("htu", json!(format!("https://evil.example{path}")));
    assert_eq!(said(&platform.token(&at_evil(&of_evil)).await), (400, "invalid_dpop_proof".into()));
    // By the tenant's other name it is another address, and a proof for it counts there.
    let by_domain = presenting(DAEMON, "client_credentials").with("resource", COLORS).tenant(CONTOSO.domain);
    platform.tokens(&proving(&platform, &key, by_domain.clone())).await;
    let by_id = by_domain.header("dpop", &key.proof(&platform, "POST", &path).signed());
    assert_eq!(said(&platform.token(&by_id).await), (400, "invalid_dpop_proof".into()));
}

#[tokio::test]
async fn a_proof_counts_once_and_an_old_one_not_again() {
    // 9449-10
    let platform = TestPlatform::start().await;
    let (own, path) = (key(), token_path());
    let proof = own.proof(&platform, "POST", &path).claim("jti", json!("the same"));
    assert_eq!(tried(&platform, &proof).await.code(), 200);
    let again = tried(&platform, &proof).await;
    assert_eq!(said(&again), (400, "invalid_dpop_proof".into()));
    // The id alone is what counts, until its time is over: not the signature, which differs each time.
    assert_eq!(said(&tried(&platform, &proof.clone().claim("x", json!(1))).await), (400, "invalid_dpop_proof".into()));
    // Of another key, or at another address, it is another proof.
    let of_other = key();
    let of_other = of_other.proof(&platform, "POST", &path).claim("jti", json!("the same"));
    assert_eq!(tried(&platform, &of_other).await.code(), 200);
    platform.advance(Duration::from_secs(61));
    assert_eq!(said(&tried(&platform, &proof).await), (400, "invalid_dpop_proof".into()));
}

#[tokio::test]
async fn of_hundreds_at_once_one_counts() {
    // 9449-10
    let platform = Arc::new(TestPlatform::start().await);
    let proof = key().proof(&platform, "POST", &token_path()).signed();
    let tries: Vec<_> = (0..300)
        .map(|_| {
            let (platform, proof) = (Arc::clone(&platform), proof.clone());
            tokio::spawn(async move { tried_text(&platform, &proof).await.code() })
        })
        .collect();
    let mut codes = Vec::new();
    for one in tries {
        codes.push(one.await.unwrap());
    }
    assert_eq!(codes.iter().filter(|code| **code == 200).count(), 1);
    assert_eq!(codes.iter().filter(|code| **code == 400).count(), 299);
}

#[tokio::test]
async fn a_failed_request_does_not_use_a_proof_up_before_the_app_is_proven() {
    let platform = TestPlatform::start().await;
    let proof = key().proof(&platform, "POST", &token_path()).signed();
    let wrong = presenting(DAEMON, "client_credentials").with("resource", COLORS).with("client_secret", "wrong");
    assert_eq!(said(&platform.token(&wrong.header("dpop", &proof)).await), (401, "invalid_client".into()));
    assert_eq!(tried_text(&platform, &proof).await.code(), 200);
}

#[tokio::test]
async fn userinfo_and_the_directory_api_take_a_bound_token_from_its_holder_alone() {
    // 9449-05, 9700-09
    let platform = TestPlatform::start().await;
    let (own, other) = (key(), key());
    let for_userinfo = bought_by(&platform, &own, &asking(NATIVE).scope("openid profile")).await.access_token;
    let for_me = asking(NATIVE).scope("User.Read").with("resource", GRAPH);
    let for_me = bought_by(&platform, &own, &for_me).await.access_token;
    for (path, token) in [(userinfo_path(), &for_userinfo), ("/v1.0/me".to_owned(), &for_me)] {
        let answer = called_by(&platform, &own, &path, token).await;
        assert_eq!(answer.code(), 200, "{path}: {}", answer.text());
        let proof = || own.proof(&platform, "GET", &path).of(token);
        // Whoever only has the token.
        challenged(&called(&platform, &path, "Bearer", token, &[]).await, "invalid_token");
        challenged(&called(&platform, &path, "Bearer", token, &[&proof().signed()]).await, "invalid_token");
        challenged(&called(&platform, &path, "DPoP", token, &[]).await, "invalid_dpop_proof");
        challenged(&called_by(&platform, &other, &path, token).await, "invalid_token");
        let two = [proof().signed(), proof().signed()];
        challenged(&called(&platform, &path, "DPoP", token, &[&two[0], &two[1]]).await, "invalid_dpop_proof");
        for (what, spoilt) in [
            ("another token", proof().of("another")),
            ("no ath", proof().claim("ath", Value::Null)),
            ("another method", proof().claim("htm", json!("POST"))),
            ("another address", proof().claim("htu", json!(platform.public().at(&token_path())))),
            ("too old", proof().claim("iat", json!(platform.app.env.now().seconds() - 61))),
        ] {
            let answer = called(&platform, &path, "DPoP", token, &[&spoilt.signed()]).await;
            assert_eq!(answer.code(), 401, "{what}");
            challenged(&answer, "invalid_dpop_proof");
        }
        let once = proof().signed();
        assert_eq!(called(&platform, &path, "dpop", token, &[&once]).await.code(), 200);
        challenged(&called(&platform, &path, "DPoP", token, &[&once]).await, "invalid_dpop_proof");
    }
    // By POST, the proof is for that.
    let proof = own.proof(&platform, "POST", &userinfo_path()).of(&for_userinfo).signed();
    let authorization = format!("DPoP {for_userinfo}");
    let headers = [("authorization", authorization.as_str()), ("dpop", &proof)];
    assert_eq!(platform.send(platform.request("POST", &userinfo_path(), &headers, "".into())).await.code(), 200);
}

#[tokio::test]
async fn a_token_that_is_bound_to_nothing_goes_as_a_bearer_token() {
    // 9449-05
    let platform = TestPlatform::start().await;
    let key = key();
    let request = asking(NATIVE).scope("openid");
    let code = platform.browser().walk(&request, CHRIS).await.code();
    let tokens = platform.tokens(&request.redeem(&code)).await;
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert_eq!(called(&platform, &userinfo_path(), "Bearer", &tokens.access_token, &[]).await.code(), 200);
    challenged(&called_by(&platform, &key, &userinfo_path(), &tokens.access_token).await, "invalid_token");
    let anonymous = platform.get(&userinfo_path(), &[]).await;
    assert!(anonymous.header("www-authenticate").starts_with("Bearer, DPoP algs=\"RS256 "), "{anonymous:?}");
}

#[tokio::test]
async fn refresh_tokens_of_those_without_a_secret_are_bound_to_their_key() {
    // 9449-04
    let platform = TestPlatform::start().await;
    let (own, other) = (key(), key());
    let request = asking(NATIVE).scope("openid offline_access");
    let tokens = bought_by(&platform, &own, &request).await;
    let renewing = renewal(&request, &tokens);
    assert_eq!(said(&platform.token(&renewing).await), (400, "invalid_grant".into()), "without a proof");
    let by_other = platform.token(&proving(&platform, &other, renewing.clone())).await;
    assert_eq!(said(&by_other), (400, "invalid_grant".into()));
    let at_entra = TokenRequest::refresh(NATIVE, &tokens.refresh_token).tenant(CONTOSO.id);
    let at_entra = at_entra.with("scope", "openid");
    let path = at_entra.path();
    let at_entra = at_entra.header("dpop", &own.proof(&platform, "POST", &path).signed());
    assert_eq!(platform.token(&at_entra).await.json()["error"], "invalid_grant", "there no proof is read");
    let renewed = platform.tokens(&proving(&platform, &own, renewing)).await;
    assert_eq!(unverified_claims(&renewed.access_token)["cnf"]["jkt"], own.thumbprint());
    platform.tokens(&proving(&platform, &own, renewal(&request, &renewed))).await;

    // Whoever proves itself may have another key each time, or none.
    let request = asking(WEB).scope("openid offline_access");
    let tokens = bought_by(&platform, &own, &request).await;
    let renewed = platform.tokens(&proving(&platform, &other, renewal(&request, &tokens))).await;
    assert_eq!(unverified_claims(&renewed.access_token)["cnf"]["jkt"], other.thumbprint());
    let renewed = platform.tokens(&renewal(&request, &renewed)).await;
    assert_eq!(renewed.body["token_type"], "Bearer");
}

#[tokio::test]
async fn a_code_is_bound_to_the_key_that_the_request_names() {
    // 9449-09, fapi-15, T13
    let platform = TestPlatform::start().await;
    let (own, other) = (key(), key());
    let nonce = "n".repeat(64);
    let request = asking(WEB).scope("openid").with("dpop_jkt", &own.thumbprint()).with("nonce", &nonce);
    let mut browser = platform.browser();
    let code = browser.walk(&request, CHRIS).await.code();
    let by_other = platform.token(&proving(&platform, &other, request.redeem(&code))).await;
    assert_eq!(said(&by_other), (400, "invalid_grant".into()));
    let code = browser.authorize(&request).await.code();
    assert_eq!(said(&platform.token(&request.redeem(&code)).await), (400, "invalid_grant".into()), "without a proof");
    let code = browser.authorize(&request).await.code();
    let tokens = platform.tokens(&proving(&platform, &own, request.redeem(&code))).await;
    assert_eq!(tokens.body["token_type"], "DPoP");
    assert_eq!(unverified_claims(&tokens.id_token)["nonce"], nonce);
    for bad in ["x", &own.thumbprint()[1..], &format!("{}A", own.thumbprint()), &"+".repeat(43)] {
        let refused = browser.authorize(&request.clone().with("dpop_jkt", bad)).await.response();
        assert_eq!(refused.get("error"), "invalid_request", "{bad}");
    }
}

/// Leaves a request with these proofs.
async fn pushed(platform: &TestPlatform, request: &Authorize, proofs: &[&str]) -> Answer {
    let path = format!("/{}/oidc/par", CONTOSO.id);
    let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
    headers.extend(proofs.iter().map(|proof| ("dpop", *proof)));
    platform.send(platform.request("POST", &path, &headers, request.encoded().into())).await
}

#[tokio::test]
async fn a_pushed_request_binds_the_code_to_the_key_that_pushed_it() {
    // 9449-09
    let platform = TestPlatform::start().await;
    let (own, other) = (key(), key());
    let path = format!("/{}/oidc/par", CONTOSO.id);
    let proof = || own.proof(&platform, "POST", &path).signed();
    let request = asking(NATIVE).scope("openid");
    let named = request.clone().with("dpop_jkt", &own.thumbprint());
    for (request, proofs) in [(&request, vec![proof()]), (&named, vec![proof()]), (&named, vec![])] {
        let proofs: Vec<&str> = proofs.iter().map(String::as_str).collect();
        let answer = pushed(&platform, request, &proofs).await;
        assert_eq!(answer.code(), 201, "{}", answer.text());
        let mut pointing = request.clone();
        pointing.parameters.retain(|(name, _)| name == "client_id");
        let pointing = pointing.with("request_uri", answer.json()["request_uri"].as_str().unwrap());
        let mut browser = platform.browser();
        let code = browser.walk(&pointing, CHRIS).await.code();
        let by_other = platform.token(&proving(&platform, &other, request.redeem(&code))).await;
        assert_eq!(said(&by_other), (400, "invalid_grant".into()));
        let again = proof();
        let answer = pushed(&platform, request, &[&again]).await;
        let pointing = pointing.with("request_uri", answer.json()["request_uri"].as_str().unwrap());
        let code = browser.authorize(&pointing).await.code();
        platform.tokens(&proving(&platform, &own, request.redeem(&code))).await;
    }
    let of_other = other.proof(&platform, "POST", &path).signed();
    assert_eq!(said(&pushed(&platform, &named, &[&of_other]).await), (400, "invalid_request".into()), "they differ");
    assert_eq!(said(&pushed(&platform, &request, &["x"]).await), (400, "invalid_dpop_proof".into()));
    demand_nonces(&platform).await;
    let first = pushed(&platform, &request, &[&proof()]).await;
    assert_eq!(said(&first), (400, "use_dpop_nonce".into()));
    let nonce = json!(first.header("dpop-nonce"));
    let second = own.proof(&platform, "POST", &path).claim("nonce", nonce.clone()).signed();
    let second = pushed(&platform, &request, &[&second]).await;
    assert_eq!((second.code(), json!(second.header("dpop-nonce"))), (201, nonce));
}

#[tokio::test]
async fn an_app_that_is_registered_for_it_always_proves_its_key() {
    // 9449-03
    let platform = TestPlatform::start().await;
    let request = presenting(DAEMON, "client_credentials").with("resource", COLORS);
    platform
        .change_application(CONTOSO, DAEMON.client_id, |daemon| daemon.metadata.dpop_bound_access_tokens = true)
        .await;
    assert_eq!(said(&platform.token(&request).await), (400, "invalid_dpop_proof".into()));
    platform.tokens(&proving(&platform, &key(), request.clone())).await;
    let entra = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
    assert_ne!(platform.token(&entra).await.code(), 200, "nor elsewhere without");
    // In front of the browser nobody can show a key.
    platform
        .change_application(CONTOSO, WEB.client_id, |web| {
            web.front_channel = grantor_rules::model::FrontChannel { id_tokens: true, access_tokens: true };
            web.metadata.dpop_bound_access_tokens = true;
        })
        .await;
    let front = asking(WEB).scope("openid").with("response_type", "token").with("response_mode", "fragment");
    let refused = platform.browser().walk(&front, CHRIS).await.response();
    assert_eq!(refused.get("error"), "invalid_request");
}

#[tokio::test]
async fn where_nonces_are_demanded_the_first_proof_without_one_learns_it() {
    // 9449-06, 9449-07
    let platform = TestPlatform::start().await;
    demand_nonces(&platform).await;
    let (key, path) = (key(), token_path());
    let proof = || key.proof(&platform, "POST", &path);
    let first = tried(&platform, &proof()).await;
    assert_eq!(said(&first), (400, "use_dpop_nonce".into()));
    let nonce = first.header("dpop-nonce").to_owned();
    assert!(first.header("access-control-expose-headers").contains("dpop-nonce"));
    let second = tried(&platform, &proof().claim("nonce", json!(nonce))).await;
    assert_eq!((second.code(), second.header("dpop-nonce")), (200, nonce.as_str()), "{}", second.text());
    for bad in ["", "x", &nonce[1..], &nonce.to_ascii_lowercase()] {
        assert_eq!(said(&tried(&platform, &proof().claim("nonce", json!(bad))).await), (400, "use_dpop_nonce".into()));
    }
    // A wrong clock is excused by a nonce, and only so.
    let late = json!(platform.app.env.now().seconds() - 200);
    let excused = proof().claim("iat", late.clone()).claim("nonce", json!(nonce));
    assert_eq!(tried(&platform, &excused).await.code(), 200);
    assert_eq!(said(&tried(&platform, &excused).await), (400, "invalid_dpop_proof".into()), "once, too");
    assert_eq!(said(&tried(&platform, &proof().claim("iat", late)).await), (400, "use_dpop_nonce".into()));
    // It changes with time, and is good for a while after.
    platform.advance(Duration::from_mins(5));
    let third = tried(&platform, &proof().claim("nonce", json!(nonce))).await;
    assert_eq!(third.code(), 200);
    assert_ne!(third.header("dpop-nonce"), nonce);
    platform.advance(Duration::from_mins(10));
    assert_eq!(said(&tried(&platform, &proof().claim("nonce", json!(nonce))).await), (400, "use_dpop_nonce".into()));
    // Who proves no key needs none.
    platform.tokens(&presenting(DAEMON, "client_credentials").with("resource", COLORS)).await;
}

#[tokio::test]
async fn our_own_apis_demand_nonces_too() {
    // 9449-07
    let platform = TestPlatform::start().await;
    let key = key();
    let for_userinfo = bought_by(&platform, &key, &asking(NATIVE).scope("openid")).await.access_token;
    let for_me = asking(NATIVE).scope("User.Read").with("resource", GRAPH);
    let for_me = bought_by(&platform, &key, &for_me).await.access_token;
    demand_nonces(&platform).await;
    for (path, token) in [(userinfo_path(), &for_userinfo), ("/v1.0/me".to_owned(), &for_me)] {
        let first = called_by(&platform, &key, &path, token).await;
        challenged(&first, "use_dpop_nonce");
        let nonce = first.header("dpop-nonce").to_owned();
        let proof = key.proof(&platform, "GET", &path).of(token).claim("nonce", json!(nonce)).signed();
        let second = called(&platform, &path, "DPoP", token, &[&proof]).await;
        assert_eq!((second.code(), second.header("dpop-nonce")), (200, nonce.as_str()), "{path}");
    }
}

#[tokio::test]
async fn a_nonce_that_nobody_demanded_must_be_ours_all_the_same() {
    // 9449-02
    let platform = TestPlatform::start().await;
    let (key, path) = (key(), token_path());
    let foreign = tried(&platform, &key.proof(&platform, "POST", &path).claim("nonce", json!("foreign"))).await;
    assert_eq!(said(&foreign), (400, "use_dpop_nonce".into()));
    let nonce = json!(foreign.header("dpop-nonce"));
    let ours = tried(&platform, &key.proof(&platform, "POST", &path).claim("nonce", nonce)).await;
    assert_eq!(ours.code(), 200);
    let without = tried(&platform, &key.proof(&platform, "POST", &path)).await;
    assert_eq!(without.code(), 200);
    assert!(without.headers.get("dpop-nonce").is_none(), "nobody asked for one");
}

#[tokio::test]
async fn the_microsoft_dialects_read_no_proofs() {
    let platform = TestPlatform::start().await;
    let request = TokenRequest::by(DAEMON, "client_credentials").with("scope", "api://colors/.default");
    let tokens = platform.tokens(&request.header("dpop", "nonsense")).await;
    assert_eq!(tokens.body["token_type"], "Bearer");
    assert!(!unverified_claims(&tokens.access_token).contains_key("cnf"));
}

#[tokio::test]
async fn scripts_of_other_origins_may_send_proofs_and_read_nonces() {
    let platform = TestPlatform::start().await;
    for path in [token_path(), userinfo_path()] {
        let headers = [
            ("origin", "https://spa.example"),
            ("access-control-request-method", "POST"),
            ("access-control-request-headers", "dpop, authorization"),
        ];
        let answer = platform.send(platform.request("OPTIONS", &path, &headers, "".into())).await;
        assert_eq!((answer.code(), answer.header("access-control-allow-headers")), (204, "dpop, authorization"));
        let bare = platform.send(platform.request("OPTIONS", &path, &headers[..1], "".into())).await;
        assert!(bare.header("access-control-allow-headers").contains("dpop"));
    }
    let answer = platform.get(&userinfo_path(), &[("origin", "https://spa.example")]).await;
    let exposed = answer.header("access-control-expose-headers");
    assert!(exposed.contains("dpop-nonce") && exposed.contains("www-authenticate"), "{exposed}");
}

#[tokio::test]
async fn the_document_names_the_algorithms_of_proofs() {
    let platform = TestPlatform::start().await;
    let document = platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json();
    let named = document["dpop_signing_alg_values_supported"].as_array().unwrap();
    let all: Vec<Value> = Algorithm::ALL.iter().map(|algorithm| json!(algorithm.name())).collect();
    assert_eq!(*named, all);
}
