//! Which tokens are good.

use std::time::Duration;

use grantor_jose::{Algorithm, HeaderFields, SigningKey, VerifyError, base64url, sign_compact};
use grantor_resource_server::{InvalidToken, Rejection, Requirement, VerifierSettings};
use serde_json::json;

use crate::stub::{AUDIENCE, Issuer};

/// What the verifier says of a token with these claims, `Ok` as `None`.
async fn judged(issuer: &Issuer, settings: VerifierSettings, token: &str) -> Option<InvalidToken> {
    match issuer.verifier(settings).verify_token(token).await {
        Ok(_) => None,
        Err(Rejection::Invalid(invalid)) => Some(invalid),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_good_token_gives_its_facts() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    let token = verifier.verify_token(&issuer.sign(&issuer.claims())).await.unwrap();
    assert_eq!((token.subject(), token.client_id(), token.issuer()), (Some("s"), Some("app"), issuer.name().as_str()));
    assert_eq!(token.permissions().scopes, ["Colors.Read"]);
    assert_eq!(token.expires_at().seconds(), 1_003_600);
    assert!(!format!("{token:?}").contains("Colors"));
}

#[tokio::test]
async fn each_claim_is_checked() {
    let issuer = Issuer::start().await;
    let missing = |name| InvalidToken::MissingClaim { name };
    let audience = |found: &[&str]| InvalidToken::Audience {
        expected: vec![AUDIENCE.to_owned(), "api://colors".to_owned()],
        found: found.iter().map(|&one| one.to_owned()).collect(),
    };
    let other_issuer = |found: String| InvalidToken::Issuer { expected: issuer.name(), found };
    let at = grantor_environment::Timestamp::from_seconds;
    let rows = [
        ("aud", json!("api://colors"), None),
        ("aud", json!(["x", AUDIENCE]), None),
        ("aud", json!("other"), Some(audience(&["other"]))),
        ("aud", json!(["x", "y"]), Some(audience(&["x", "y"]))),
        ("aud", json!(null), Some(missing("aud"))),
        ("iss", json!(format!("{}/", issuer.name())), Some(other_issuer(format!("{}/", issuer.name())))),
        ("iss", json!("https://evil.example"), Some(other_issuer("https://evil.example".to_owned()))),
        ("iss", json!(null), Some(missing("iss"))),
        ("exp", json!(1_000_000), Some(InvalidToken::Expired { at: at(1_000_000) })),
        ("exp", json!(1_000_001), None),
        ("exp", json!(null), Some(missing("exp"))),
        ("exp", json!("1000001"), Some(missing("exp"))),
        ("nbf", json!(1_000_001), Some(InvalidToken::NotYetValid { from: at(1_000_001) })),
        ("nbf", json!(null), None),
        ("nbf", json!("x"), Some(missing("nbf"))),
        ("nonce", json!("n"), Some(InvalidToken::NotAnAccessToken { claim: "nonce" })),
        ("at_hash", json!("h"), Some(InvalidToken::NotAnAccessToken { claim: "at_hash" })),
        ("events", json!({}), Some(InvalidToken::NotAnAccessToken { claim: "events" })),
    ];
    for (name, value, expected) in rows {
        let token = issuer.sign(&issuer.claims_but(name, value.clone()));
        assert_eq!(judged(&issuer, issuer.settings(), &token).await, expected, "{name} {value}");
    }
}

#[tokio::test]
async fn the_clock_may_be_off_by_what_is_set() {
    let issuer = Issuer::start().await;
    let settings = VerifierSettings { clock_skew: Duration::from_secs(10), ..issuer.settings() };
    for (name, value, good) in
        [("exp", 999_991, true), ("exp", 999_990, false), ("nbf", 1_000_010, true), ("nbf", 1_000_011, false)]
    {
        let token = issuer.sign(&issuer.claims_but(name, json!(value)));
        assert_eq!(judged(&issuer, settings.clone(), &token).await.is_none(), good, "{name} {value}");
    }
}

#[tokio::test]
async fn the_type_must_be_one_of_the_accepted() {
    // T31
    let issuer = Issuer::start().await;
    for typ in ["JWT", "at+jwt", "application/at+jwt", "jwt"] {
        assert_eq!(judged(&issuer, issuer.settings(), &issuer.sign_as(typ, &issuer.claims())).await, None, "{typ}");
    }
    for typ in ["logout+jwt", "dpop+jwt", "secevent+jwt", "refresh+jwt", ""] {
        let token = issuer.sign_as(typ, &issuer.claims());
        let expected = InvalidToken::Unverified(VerifyError::WrongType { found: Some(typ.to_owned()) });
        assert_eq!(judged(&issuer, issuer.settings(), &token).await, Some(expected), "{typ}");
    }
    let strict = VerifierSettings { token_types: vec!["at+jwt".to_owned()], ..issuer.settings() };
    assert!(judged(&issuer, strict, &issuer.sign(&issuer.claims())).await.is_some());
    // A typ that says so lets an access token carry a nonce.
    let token = issuer.sign_as("at+jwt", &issuer.claims_but("nonce", json!("n")));
    assert_eq!(judged(&issuer, issuer.settings(), &token).await, None);
}

#[tokio::test]
async fn an_id_token_is_refused_for_its_audience() {
    // T31
    let issuer = Issuer::start().await;
    let token = issuer.sign(&issuer.claims_but("aud", json!("app")));
    let found = judged(&issuer, issuer.settings(), &token).await;
    assert!(matches!(found, Some(InvalidToken::Audience { .. })), "{found:?}");
}

#[tokio::test]
async fn swapped_algorithms_other_keys_and_altered_tokens_are_refused() {
    // T28
    let issuer = Issuer::start().await;
    let kid = issuer.key.lock().unwrap().key_id().to_owned();
    let good = issuer.sign(&issuer.claims());
    let (_, rest) = good.split_once('.').unwrap();
    let with_header = |header: serde_json::Value| format!("{}.{rest}", base64url::encode(header.to_string()));
    let forged = |algorithm| {
        let mine = SigningKey::generate(algorithm).unwrap().with_key_id(kid.clone());
        sign_compact(&mine, &HeaderFields { typ: "JWT", x5t: None }, &issuer.claims()).unwrap()
    };
    let rows = [
        with_header(json!({"alg": "none", "kid": kid, "typ": "JWT"})),
        with_header(json!({"alg": "HS256", "kid": kid, "typ": "JWT"})),
        with_header(json!({"alg": "RS256", "kid": kid, "typ": "JWT"})),
        with_header(json!({"alg": "ES256", "kid": kid, "typ": "JWT", "crit": ["x"], "x": 1})),
        with_header(json!({"alg": "ES256", "kid": kid, "typ": "JWT", "b64": false})),
        forged(Algorithm::Es256),
        forged(Algorithm::Es384),
        forged(Algorithm::EdDsa),
        format!("{good}A"),
        good[..good.len() - 4].to_owned(),
        good.rsplit_once('.').unwrap().0.to_owned() + ".",
        "a.b.c".to_owned(),
        "a".to_owned(),
        "a".repeat(100_000),
    ];
    for token in rows {
        let found = judged(&issuer, issuer.settings(), &token).await;
        assert!(matches!(found, Some(InvalidToken::Unverified(_))), "{found:?}");
    }
}

#[tokio::test]
async fn an_algorithm_that_is_not_accepted_is_refused_although_the_key_is_published() {
    let issuer = Issuer::start().await;
    let settings = VerifierSettings { algorithms: vec![Algorithm::Rs256], ..issuer.settings() };
    let found = judged(&issuer, settings, &issuer.sign(&issuer.claims())).await;
    assert_eq!(found, Some(InvalidToken::Algorithm(Algorithm::Es256)));
}

#[tokio::test]
async fn a_key_that_is_reserved_for_another_issuer_is_refused() {
    let issuer = Issuer::start().await;
    let token = issuer.sign(&issuer.claims_but("tid", json!("t")));
    let of_other = Some(InvalidToken::KeyOfOther);
    let rows = [
        (issuer.name(), None),
        (format!("{}/{{tenantid}}/v2.0", issuer.origin), None),
        (format!("{}/other/v2.0", issuer.origin), of_other.clone()),
        ("https://evil.example/{tenantid}/v2.0".to_owned(), of_other),
    ];
    for (reserved, expected) in rows {
        *issuer.reserved.lock().unwrap() = Some(reserved.clone());
        assert_eq!(judged(&issuer, issuer.settings(), &token).await, expected, "{reserved}");
    }
}

#[tokio::test]
async fn a_requirement_is_met_by_what_the_token_holds() {
    let issuer = Issuer::start().await;
    let verifier = issuer.verifier(issuer.settings());
    let mut claims = issuer.claims();
    claims.insert("scp".to_owned(), json!("A B"));
    claims.insert("roles".to_owned(), json!(["R"]));
    claims.insert("permissions".to_owned(), json!(["p:1"]));
    let token = verifier.verify_token(&issuer.sign(&claims)).await.unwrap();
    let rows = [
        (Requirement::valid_token(), true),
        (Requirement::scope("A"), true),
        (Requirement::scope("a"), false),
        (Requirement::scope("A B"), false),
        (Requirement::scope("R"), false),
        (Requirement::any_scope(["X", "B"]), true),
        (Requirement::any_scope(["X", "Y"]), false),
        (Requirement::any_scope(Vec::<String>::new()), false),
        (Requirement::role("R"), true),
        (Requirement::role("A"), false),
        (Requirement::permission("p:1"), true),
        (Requirement::permission("R"), false),
        (Requirement::scope_or_role("X", "R"), true),
        (Requirement::scope_or_role("A", "X"), true),
        (Requirement::scope_or_role("R", "A"), false),
    ];
    for (requirement, met) in rows {
        assert_eq!(requirement.check(&token).is_ok(), met, "{requirement}");
    }
}

#[tokio::test]
async fn settings_that_accept_everything_or_nothing_are_refused() {
    use grantor_resource_server::{BadSettings, Verifier};
    let issuer = Issuer::start().await;
    let none: [&str; 0] = [];
    let made = |settings: VerifierSettings| {
        let http = grantor_outgoing::Outgoing::new(&grantor_outgoing::OutgoingSettings::default()).unwrap();
        Verifier::new(settings, std::sync::Arc::new(http), issuer.clock.clone()).map(drop)
    };
    assert_eq!(made(VerifierSettings::new("https://x", none)), Err(BadSettings::NoAudience));
    assert_eq!(made(VerifierSettings::new("https://x", [""])), Err(BadSettings::NoAudience));
    assert_eq!(made(VerifierSettings::new("", ["a"])), Err(BadSettings::NoIssuer));
    let text = "x/.well-known/openid-configuration".to_owned();
    assert_eq!(made(VerifierSettings::new("x", ["a"])), Err(BadSettings::MetadataUrl { text }));
    let empty = VerifierSettings { algorithms: Vec::new(), ..issuer.settings() };
    assert_eq!(made(empty), Err(BadSettings::NothingAccepted));
}
