//! Applications that register themselves, and look after that (RFC 7591, RFC 7592).

use std::sync::Arc;
use std::time::Duration;

use grantor_rules::model::{RegistrationOpenTo, RegistrationPolicy};
use grantor_testkit::{Answer, CHRIS, CONTOSO, TestPlatform, initial_access_token, let_register, look_after, register};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{post, said};

const HOUR: Duration = Duration::from_hours(1);

async fn open_to(open_to: RegistrationOpenTo) -> TestPlatform {
    let platform = TestPlatform::start().await;
    let_register(&platform, RegistrationPolicy { open_to, ..RegistrationPolicy::default() }).await;
    platform
}

fn web() -> Value {
    json!({ "redirect_uris": ["https://app.example/cb"], "client_name": "Self-made" })
}

/// `web` with more members.
fn web_with(more: &Value) -> Value {
    let mut metadata = web();
    let members = metadata.as_object_mut().unwrap();
    members.extend(more.as_object().unwrap().clone());
    metadata
}

#[track_caller]
fn registered(answer: &Answer) -> Value {
    assert_eq!(answer.code(), 201, "{}", answer.text());
    assert_eq!(answer.header("cache-control"), "no-store, no-cache");
    answer.json()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}"))
}

async fn document(platform: &TestPlatform) -> Value {
    platform.get(&format!("/{}/oidc/.well-known/openid-configuration", CONTOSO.id), &[]).await.json()
}

/// What the application that registered itself asks for.
fn asking(registered: &Value, address: &str, more: &[(&str, &str)]) -> String {
    let challenge = grantor_jose::base64url::encode(grantor_protocol::secret::sha256(VERIFIER.as_bytes()));
    let mut pairs = vec![
        ("client_id", text(registered, "client_id")),
        ("redirect_uri", address),
        ("scope", "openid profile offline_access"),
        ("response_type", "code"),
        ("code_challenge", challenge.as_str()),
        ("code_challenge_method", "S256"),
        ("nonce", "n"),
        ("state", "s"),
    ];
    pairs.extend_from_slice(more);
    let pairs: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{name}={}", grantor_dialects::form::encode_component(value)))
        .collect();
    format!("/{}/oidc/authorize?{}", CONTOSO.id, pairs.join("&"))
}

const VERIFIER: &str = "verifier-of-an-application-that-registered-itself";

#[tokio::test]
async fn a_tenant_lets_nobody_register_unless_it_says_so() {
    let platform = TestPlatform::start().await;
    assert!(document(&platform).await.get("registration_endpoint").is_none());
    assert_eq!(said(&register(&platform, None, &web()).await), (403, "access_denied".into()));
    let token = initial_access_token(&platform, CONTOSO, 1, HOUR);
    assert_eq!(said(&register(&platform, Some(&token), &web()).await), (403, "access_denied".into()));
    for open_to in [RegistrationOpenTo::TokenHolders, RegistrationOpenTo::Everybody] {
        let_register(&platform, RegistrationPolicy { open_to, ..RegistrationPolicy::default() }).await;
        let endpoint = platform.public().at(&format!("/{}/oidc/register", CONTOSO.id));
        assert_eq!(document(&platform).await["registration_endpoint"], json!(endpoint));
    }
}

#[tokio::test]
async fn a_registration_tells_every_value_and_the_application_works() {
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let wanted = web_with(&json!({
        "grant_types": ["authorization_code", "refresh_token"],
        "logo_uri": "https://app.example/logo.png", "policy_uri": "https://app.example/policy",
        "tos_uri": "https://app.example/terms", "contacts": ["admin@app.example"], "userinfo_signed_response_alg": null,
        "x_unknown": "to be ignored", "client_name#ja": "\u{30af}",
    }));
    let client = registered(&register(&platform, None, &wanted).await);
    let now = platform.app.env.now().seconds();
    let expected = json!({
        "redirect_uris": ["https://app.example/cb"], "client_name": "Self-made", "application_type": "web",
        "token_endpoint_auth_method": "client_secret_basic", "response_types": ["code"],
        "grant_types": ["authorization_code", "refresh_token"], "subject_type": "pairwise",
        "id_token_signed_response_alg": "RS256", "client_id_issued_at": now, "client_secret_expires_at": 0,
        "logo_uri": "https://app.example/logo.png", "policy_uri": "https://app.example/policy",
        "tos_uri": "https://app.example/terms", "contacts": ["admin@app.example"],
    });
    for (name, value) in expected.as_object().unwrap() {
        assert_eq!(client[name], *value, "{name}");
    }
    let of_the_server = ["client_id", "client_secret", "registration_access_token", "registration_client_uri"];
    assert_eq!(client.as_object().unwrap().len(), expected.as_object().unwrap().len() + of_the_server.len());
    let own = platform.public().at(&format!("/{}/oidc/register/{}", CONTOSO.id, text(&client, "client_id")));
    assert_eq!(text(&client, "registration_client_uri"), own);

    let mut browser = platform.browser();
    let target = asking(&client, "https://app.example/cb", &[]);
    let arrival = browser.open(&target).await;
    let code = browser.go_on(arrival, CHRIS).await.code();
    let basic = format!(
        "Basic {}",
        base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            format!("{}:{}", text(&client, "client_id"), text(&client, "client_secret"))
        )
    );
    let body = format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}");
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("authorization", basic.as_str())];
    let target = format!("/{}/oidc/token", CONTOSO.id);
    let tokens = platform.send(platform.request("POST", &target, &headers, body.into())).await;
    assert_eq!(tokens.code(), 200, "{}", tokens.text());
    assert!(tokens.json()["id_token"].is_string() && tokens.json()["refresh_token"].is_string());
}

#[tokio::test]
async fn a_native_application_keeps_no_secret() {
    // 8252-08, 2.1-06
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let native =
        json!({ "redirect_uris": ["com.example.app:/cb", "http://127.0.0.1/cb"], "application_type": "native" });
    let client = registered(&register(&platform, None, &native).await);
    assert_eq!(text(&client, "token_endpoint_auth_method"), "none");
    assert!(client.get("client_secret").is_none() && client.get("client_secret_expires_at").is_none());
    let mut with_secret = native.clone();
    with_secret["token_endpoint_auth_method"] = json!("client_secret_basic");
    assert_eq!(said(&register(&platform, None, &with_secret).await), (400, "invalid_client_metadata".into()));

    let mut browser = platform.browser();
    let address = "http://127.0.0.1:50123/cb";
    let arrival = browser.open(&asking(&client, address, &[])).await;
    let code = browser.go_on(arrival, CHRIS).await.code();
    let id = text(&client, "client_id");
    let code = [("grant_type", "authorization_code"), ("code", &code), ("code_verifier", VERIFIER), ("client_id", id)];
    let tokens = post(&platform, "token", &code).await;
    assert_eq!((tokens.code(), tokens.json().get("refresh_token")), (200, None), "{}", tokens.text());
    // A web application that runs in a browser asks across origins, and shows nothing either.
    let web = web_with(&json!({ "token_endpoint_auth_method": "none" }));
    let client = registered(&register(&platform, None, &web).await);
    let arrival = browser.open(&asking(&client, "https://app.example/cb", &[])).await;
    let code = browser.go_on(arrival, CHRIS).await.code();
    let body = format!(
        "grant_type=authorization_code&code={code}&code_verifier={VERIFIER}&client_id={}",
        text(&client, "client_id")
    );
    let headers = [("content-type", "application/x-www-form-urlencoded"), ("origin", "https://app.example")];
    let target = format!("/{}/oidc/token", CONTOSO.id);
    let tokens = platform.send(platform.request("POST", &target, &headers, body.into())).await;
    assert_eq!(tokens.code(), 200, "{}", tokens.text());
}

#[tokio::test]
async fn an_application_looks_after_its_registration() {
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let wanted = web_with(&json!({ "contacts": ["admin@app.example"], "default_max_age": 60 }));
    let client = registered(&register(&platform, None, &wanted).await);
    let address = text(&client, "registration_client_uri");
    let token = Some(text(&client, "registration_access_token"));
    let read = look_after(&platform, "GET", address, token, None).await;
    assert_eq!((read.code(), read.header("cache-control")), (200, "no-store, no-cache"));
    // T65: of the secret a digest is kept, so it cannot be told again.
    let mut without = client.clone();
    without.as_object_mut().unwrap().remove("client_secret");
    without.as_object_mut().unwrap().remove("client_secret_expires_at");
    assert_eq!(read.json(), without);

    let id = text(&client, "client_id");
    let change = json!({
        "client_id": id, "client_secret": text(&client, "client_secret"),
        "redirect_uris": ["https://app.example/other"], "client_name": "Renamed",
    });
    let changed = look_after(&platform, "PUT", address, token, Some(&change)).await;
    assert_eq!(changed.code(), 200, "{}", changed.text());
    let changed = changed.json();
    assert_eq!(changed["redirect_uris"], json!(["https://app.example/other"]));
    for gone in ["contacts", "default_max_age", "client_secret"] {
        assert!(changed.get(gone).is_none(), "{gone}: what is left out is reset, and the secret stays");
    }
    assert_eq!(look_after(&platform, "GET", address, token, None).await.json(), changed);
    let mut browser = platform.browser();
    let page = browser.open(&asking(&client, "https://app.example/cb", &[])).await.page();
    assert_eq!(page.answer.code(), 400, "the old address is none any more");

    // RFC 7592 §2.2.
    for wrong in [
        json!({ "redirect_uris": ["https://app.example/"] }),
        json!({ "client_id": "another", "redirect_uris": ["https://app.example/"] }),
        json!({ "client_id": id, "client_secret": "another", "redirect_uris": ["https://app.example/"] }),
        json!({ "client_id": id, "client_id_issued_at": 1, "redirect_uris": ["https://app.example/"] }),
        json!({ "client_id": id, "registration_access_token": "x", "redirect_uris": ["https://app.example/"] }),
    ] {
        let refused = look_after(&platform, "PUT", address, token, Some(&wrong)).await;
        assert_eq!(said(&refused), (400, "invalid_client_metadata".into()), "{wrong}");
    }
    // Without a secret's need there is none, and with the need comes a new one.
    let public =
        json!({ "client_id": id, "redirect_uris": ["https://app.example/"], "token_endpoint_auth_method": "none" });
    assert_eq!(look_after(&platform, "PUT", address, token, Some(&public)).await.code(), 200);
    assert!(platform.application(CONTOSO, id).await.secrets.is_empty());
    let secret = json!({ "client_id": id, "redirect_uris": ["https://app.example/"] });
    let secret = look_after(&platform, "PUT", address, token, Some(&secret)).await.json();
    assert_ne!(text(&secret, "client_secret"), text(&client, "client_secret"));

    let gone = look_after(&platform, "DELETE", address, token, None).await;
    assert_eq!((gone.code(), gone.text()), (204, ""));
    for method in ["GET", "DELETE"] {
        let refused = look_after(&platform, method, address, token, None).await;
        assert_eq!(said(&refused), (401, "invalid_token".into()), "{method}");
    }
    let page = browser.open(&asking(&client, "https://app.example/other", &[])).await.page();
    assert_eq!(page.answer.code(), 400);
}

#[tokio::test]
async fn whoever_has_not_the_applications_own_token_is_refused() {
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let one = registered(&register(&platform, None, &web()).await);
    let other = registered(&register(&platform, None, &web()).await);
    let address = text(&one, "registration_client_uri");
    let unknown = format!("/{}/oidc/register/2f6d8a3e-0000-4000-8000-000000000000", CONTOSO.id);
    let from_a_file = format!("/{}/oidc/register/{}", CONTOSO.id, grantor_testkit::NATIVE.client_id);
    let (own, others) = (text(&one, "registration_access_token"), text(&other, "registration_access_token"));
    let rows = [
        (address, Some(others)),
        (address, Some("nonsense")),
        (address, Some(text(&one, "client_secret"))),
        (address, None),
        (unknown.as_str(), Some(own)),
        (from_a_file.as_str(), Some(own)),
    ];
    for (address, token) in rows {
        for method in ["GET", "PUT", "DELETE"] {
            let body = (method == "PUT").then(web);
            let refused = look_after(&platform, method, address, token, body.as_ref()).await;
            assert_eq!(said(&refused), (401, "invalid_token".into()), "{method} {address}");
            assert!(refused.header("www-authenticate").starts_with("Bearer"), "{method} {address}");
        }
    }
    assert_eq!(look_after(&platform, "GET", address, Some(own), None).await.code(), 200);
}

#[tokio::test]
async fn an_initial_access_token_is_good_for_its_tenant_its_time_and_its_uses() {
    let platform = open_to(RegistrationOpenTo::TokenHolders).await;
    let bare = register(&platform, None, &web()).await;
    assert_eq!((said(&bare), bare.header("www-authenticate")), ((401, "invalid_token".into()), "Bearer"));
    let mut token = initial_access_token(&platform, CONTOSO, 2, HOUR);
    // What is refused for another reason spends nothing.
    for _ in 0..3 {
        let wrong = register(&platform, Some(&token), &json!({ "redirect_uris": ["http://app.example/"] })).await;
        assert_eq!(said(&wrong), (400, "invalid_redirect_uri".into()));
    }
    for _ in 0..2 {
        registered(&register(&platform, Some(&token), &web()).await);
    }
    assert_eq!(said(&register(&platform, Some(&token), &web()).await), (401, "invalid_token".into()));
    let elsewhere = initial_access_token(&platform, grantor_testkit::FABRIKAM, 1, HOUR);
    let late = initial_access_token(&platform, CONTOSO, 1, HOUR);
    token.pop();
    platform.advance(HOUR);
    for wrong in [elsewhere, late, token, "nonsense".to_owned()] {
        let refused = register(&platform, Some(&wrong), &web()).await;
        assert_eq!(said(&refused), (401, "invalid_token".into()));
        assert!(!refused.text().contains(&wrong));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_hundreds_who_come_at_once_with_one_token_one_registers() {
    let platform = Arc::new(open_to(RegistrationOpenTo::TokenHolders).await);
    for uses in [1, 7] {
        let token = initial_access_token(&platform, CONTOSO, uses, HOUR);
        let mut all = JoinSet::new();
        for _ in 0..200 {
            let (platform, token) = (Arc::clone(&platform), token.clone());
            all.spawn(async move { register(&platform, Some(&token), &web()).await.code() });
        }
        let answers = all.join_all().await;
        let count = |code| answers.iter().filter(|answer| **answer == code).count();
        assert_eq!((count(201), count(401)), (usize::from(uses), 200 - usize::from(uses)));
    }
}

#[tokio::test]
async fn redirect_addresses_that_could_be_somebody_elses_are_refused() {
    // 6749-05, 6749-06, T01, T04, T06, T08
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let bad = [
        "",
        "app",
        "/cb",
        "https://app.example/#x",
        "https://*.example/",
        "https://*/",
        "https://app.example*",
        "http://app.example/",
        "http://127.0.0.1.evil.example/",
        "http://localhost.evil.example/",
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "urn:ietf:wg:oauth:2.0:oob",
        "com.example.app:/cb",
        "https://u:p@app.example/",
        "https://app.example/?code=1",
        "https://app.example/?a&st%61te=1",
        "https://app.example\\@evil.example/",
        "https://app.example/a/../b",
    ];
    for uri in bad {
        let refused = register(&platform, None, &json!({ "redirect_uris": [uri] })).await;
        assert_eq!(said(&refused), (400, "invalid_redirect_uri".into()), "{uri}");
    }
    for uris in
        [json!([]), json!("https://app.example/"), json!([1]), json!(["https://a.example/", "https://a.example/"])]
    {
        let refused = register(&platform, None, &json!({ "redirect_uris": uris })).await;
        assert_eq!(said(&refused), (400, "invalid_redirect_uri".into()), "{uris}");
    }
    let front = json!({
        "redirect_uris": ["http://localhost/cb"], "grant_types": ["implicit"], "response_types": ["id_token"],
    });
    assert_eq!(said(&register(&platform, None, &front).await), (400, "invalid_redirect_uri".into()));
    let many: Vec<String> = (0..257).map(|number| format!("https://app.example/{number}")).collect();
    assert_eq!(
        said(&register(&platform, None, &json!({ "redirect_uris": many })).await),
        (400, "invalid_redirect_uri".into())
    );
}

#[tokio::test]
async fn a_tenant_says_which_schemes_and_hosts_it_takes() {
    // T01
    let platform = TestPlatform::start().await;
    let policy = RegistrationPolicy {
        open_to: RegistrationOpenTo::Everybody,
        redirect_schemes: vec!["https".to_owned()],
        redirect_hosts: vec!["app.example".to_owned(), ".apps.example".to_owned()],
    };
    let_register(&platform, policy).await;
    let rows = [
        ("https://app.example/cb", true),
        ("https://APP.example/cb", true),
        ("https://one.apps.example/cb", true),
        ("https://apps.example/cb", false),
        ("https://evilapps.example/cb", false),
        ("https://app.example.evil.example/cb", false),
        ("https://sub.app.example/cb", false),
        ("http://localhost/cb", false),
        ("com.example.app:/cb", false),
    ];
    for (uri, taken) in rows {
        let kind = if uri.starts_with("com.") { "native" } else { "web" };
        let answer = register(&platform, None, &json!({ "redirect_uris": [uri], "application_type": kind })).await;
        assert_eq!(answer.code() == 201, taken, "{uri}: {}", answer.text());
    }
    let out = web_with(&json!({ "post_logout_redirect_uris": ["https://evil.example/out"] }));
    assert_eq!(said(&register(&platform, None, &out).await), (400, "invalid_client_metadata".into()));
}

#[tokio::test]
async fn metadata_that_cannot_be_is_refused_by_name() {
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let key = json!({ "kty": "EC", "crv": "P-256", "x": "AA", "y": "AA" });
    let rows = [
        json!({ "token_endpoint_auth_method": "magic" }),
        json!({ "token_endpoint_auth_method": "private_key_jwt" }),
        json!({ "application_type": "toaster" }),
        json!({ "id_token_signed_response_alg": "none" }),
        json!({ "id_token_signed_response_alg": "HS256" }),
        json!({ "grant_types": ["password"] }),
        json!({ "grant_types": ["authorization_code"], "response_types": ["id_token"] }),
        json!({ "response_types": ["magic"] }),
        json!({ "jwks_uri": "http://app.example/jwks" }),
        json!({ "jwks": { "keys": [key] } }),
        json!({ "jwks": { "keys": [{ "kty": "oct", "k": "AAAA" }] } }),
        json!({ "jwks_uri": "https://app.example/jwks", "jwks": { "keys": [] } }),
        json!({ "logo_uri": "javascript:alert(1)" }),
        json!({ "client_uri": "http://app.example/" }),
        json!({ "client_name": "" }),
        json!({ "client_name": "a\u{202e}b" }),
        json!({ "client_name": 1 }),
        json!({ "contacts": "admin@app.example" }),
        json!({ "dpop_bound_access_tokens": "yes" }),
        json!({ "subject_type": "private" }),
        json!({ "subject_type": "pairwise", "redirect_uris": ["https://a.example/", "https://b.example/"] }),
        json!({ "frontchannel_logout_uri": "https://other.example/out" }),
        json!({ "post_logout_redirect_uris": ["https://app.example/#x"] }),
        json!({ "default_max_age": -1 }),
    ];
    for row in rows {
        let refused = register(&platform, None, &web_with(&row)).await;
        assert_eq!(said(&refused), (400, "invalid_client_metadata".into()), "{row}");
        let named: Vec<&String> = row.as_object().unwrap().keys().collect();
        let description = refused.json()["error_description"].to_string();
        let told =
            named.iter().any(|name| description.contains(name.as_str())) || description.contains("sector_identifier");
        assert!(told, "{row}: {description}");
    }
    // What is wrong in several ways answers with the first (RFC 7591 §3.2.2).
    let wrong = json!({ "redirect_uris": ["x"], "software_statement": "a.b.c", "logo_uri": "x" });
    assert_eq!(said(&register(&platform, None, &wrong).await), (400, "invalid_redirect_uri".into()));
    let not_approved = web_with(&json!({ "software_statement": "a.b.c" }));
    assert_eq!(said(&register(&platform, None, &not_approved).await), (400, "unapproved_software_statement".into()));
    let malformed = web_with(&json!({ "software_statement": "nonsense" }));
    assert_eq!(said(&register(&platform, None, &malformed).await), (400, "invalid_software_statement".into()));
    for body in ["", "[]", "{", "{\"redirect_uris\":[],\"redirect_uris\":[]}", "redirect_uris=x"] {
        let headers = [("content-type", "application/json")];
        let target = format!("/{}/oidc/register", CONTOSO.id);
        let answer = platform.send(platform.request("POST", &target, &headers, body.to_owned().into())).await;
        assert_eq!(said(&answer), (400, "invalid_request".into()), "{body}");
    }
}

#[tokio::test]
async fn what_a_change_takes_a_registration_takes_and_neither_reaches_what_administrators_laid_down() {
    // T54
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let client = registered(&register(&platform, None, &web()).await);
    let (id, address) = (text(&client, "client_id"), text(&client, "registration_client_uri"));
    let token = Some(text(&client, "registration_access_token"));
    let laid_down = |application: &mut grantor_rules::model::Application| {
        application.assignment_required = true;
        application.profile = grantor_rules::model::Profile::Fapi2Security;
        application.sign_in_audience = grantor_rules::model::SignInAudience::ThisOrganization;
    };
    platform.change_application(CONTOSO, id, laid_down).await;
    let attempts = json!({
        "profile": "oauth2.1", "assignment_required": false, "granted_app_roles": ["graph/User.Read.All"],
        "sign_in_audience": "any-organization", "identifier_uris": ["api://colors"], "disabled": false,
        "scopes": [{ "value": "x" }], "pre_authorized": [], "publisher": "x", "secrets": [], "registration": null,
    });
    let mut change = web_with(&attempts);
    change["client_id"] = json!(id);
    let answer = look_after(&platform, "PUT", address, token, Some(&change)).await;
    assert_eq!(answer.code(), 200, "{}", answer.text());
    for name in attempts.as_object().unwrap().keys() {
        assert!(answer.json().get(name).is_none(), "{name} is not known, and not told again");
    }
    let application = platform.application(CONTOSO, id).await;
    assert!(application.assignment_required && application.identifier_uris.is_empty() && application.scopes.is_empty());
    assert_eq!(application.profile, grantor_rules::model::Profile::Fapi2Security);
    assert_eq!(application.granted_app_roles, []);

    for row in [json!({ "jwks_uri": "http://x.example/" }), json!({ "logo_uri": "data:x" }), json!({ "contacts": [1] })]
    {
        let mut change = web_with(&row);
        change["client_id"] = json!(id);
        let changed = look_after(&platform, "PUT", address, token, Some(&change)).await;
        assert_eq!(said(&changed), said(&register(&platform, None, &web_with(&row)).await), "{row}");
    }
}

#[tokio::test]
async fn addresses_that_share_a_sector_stand_in_its_list() {
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let sector = "https://app.example/sector.json";
    let wanted = json!({
        "redirect_uris": ["https://a.example/", "https://b.example/"],
        "subject_type": "pairwise", "sector_identifier_uri": sector,
    });
    assert_eq!(
        said(&register(&platform, None, &wanted).await),
        (400, "invalid_client_metadata".into()),
        "nobody answers"
    );
    for (published, taken) in [
        (json!(["https://a.example/"]), false),
        (json!({ "a": 1 }), false),
        (json!(["https://b.example/", "https://a.example/", "https://c.example/"]), true),
    ] {
        platform.others.withdraw(sector);
        platform.others.publish(sector, published.to_string());
        assert_eq!(register(&platform, None, &wanted).await.code() == 201, taken, "{published}");
    }
}

#[tokio::test]
async fn what_discovery_lists_can_be_registered_and_nothing_else() {
    // 8414-05
    let platform = open_to(RegistrationOpenTo::Everybody).await;
    let found = document(&platform).await;
    let list = |name: &str| found[name].as_array().cloned().unwrap_or_default();
    let taken = async |more: Value| register(&platform, None, &web_with(&more)).await;
    for grant in list("grant_types_supported") {
        let answer = taken(json!({ "grant_types": [grant], "response_types": [] })).await;
        assert_eq!(answer.code(), 201, "{grant}: {}", answer.text());
    }
    for kind in list("response_types_supported") {
        let more = json!({ "grant_types": ["authorization_code", "implicit"], "response_types": [kind] });
        assert_eq!(taken(more).await.code(), 201, "{kind}");
    }
    for alg in list("id_token_signing_alg_values_supported") {
        assert_eq!(taken(json!({ "id_token_signed_response_alg": alg })).await.code(), 201, "{alg}");
    }
    for kind in list("subject_types_supported") {
        assert_eq!(taken(json!({ "subject_type": kind })).await.code(), 201, "{kind}");
    }
    for method in list("token_endpoint_auth_methods_supported") {
        let more = json!({
            "token_endpoint_auth_method": method, "jwks_uri": "https://app.example/jwks",
            "tls_client_auth_san_dns": (method == "tls_client_auth").then_some("app.example"),
        });
        let answer = taken(more).await;
        assert_eq!(answer.code(), 201, "{method}: {}", answer.text());
    }
}
