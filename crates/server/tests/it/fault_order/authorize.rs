//! The authorization endpoint of each dialect (RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.2).

use grantor_testkit::{Authorize, NATIVE, TestPlatform, WEB};

use super::{Fault, told, told_in_order};

/// Where the request goes and who asks: nothing is sent anywhere before that is clear.
const ON_A_PAGE: [Fault<Authorize>; 4] = [
    ("a tenant that there is not", |request| request.tenant("nowhere.example")),
    ("the application twice", |request| request.again("client_id", NATIVE.client_id)),
    ("an application that there is not", |request| request.with("client_id", "unknown")),
    ("an address of another application", |request| request.with("redirect_uri", WEB.redirect_uri)),
];

/// What OAuth asks first: how the answer is to come.
const HOW: [Fault<Authorize>; 3] = [
    ("a type of answer that there is not", |request| request.with("response_type", "x")),
    ("a way of answering that there is not", |request| request.with("response_mode", "x")),
    ("too long a state", |request| request.with("state", &"s".repeat(20_000))),
];

fn list(parts: &[&[Fault<Authorize>]]) -> Vec<Fault<Authorize>> {
    parts.concat()
}

async fn holds(good: Authorize, faults: &[Fault<Authorize>]) {
    let platform = TestPlatform::start().await;
    told_in_order(good, faults, async |request| told(platform.browser().authorize(&request).await)).await;
}

#[tokio::test]
async fn in_the_standards_dialect() {
    let what: &[Fault<Authorize>] = &[
        // It tells what the words of the scope mean (RFC 8707 §2).
        ("a resource that is no address", |request| request.with("resource", "x")),
        ("a scope that cannot be read", |request| request.with("scope", "\"")),
        // What extends OAuth comes before what extends that (RFC 7636, RFC 9396, RFC 9449; then OpenID Connect).
        ("a proof key of a way that there is not", |request| request.with("code_challenge_method", "x")),
        ("details that cannot be read", |request| request.with("authorization_details", "x")),
        ("a key that is none", |request| request.with("dpop_jkt", "x")),
        ("claims that cannot be read", |request| request.with("claims", "x")),
        ("too long a nonce", |request| request.with("nonce", &"n".repeat(1025))),
        ("a prompt that there is not", |request| request.with("prompt", "x")),
        ("an age in words", |request| request.with("max_age", "x")),
        ("too long a name", |request| request.with("login_hint", &"a".repeat(1025))),
        // Whether the application may ask so at all.
        ("an answer that it is not registered for", |request| request.with("response_type", "code id_token")),
        ("no proof key", |request| request.without("code_challenge").without("code_challenge_method")),
        // Who is meant.
        ("an id_token that is none", |request| request.with("id_token_hint", "x")),
        ("nobody may be asked, and nobody is here", |request| request.with("prompt", "none")),
    ];
    let objects: &[Fault<Authorize>] = &[("a request object that is none", |request| request.with("request", "a.b.c"))];
    let good = Authorize::by(NATIVE).oidc().tenant(grantor_testkit::CONTOSO.id).scope("openid profile");
    holds(good.clone(), &list(&[&ON_A_PAGE, &HOW, what])).await;
    // Until it is read nobody knows what is asked: nothing beside it counts (RFC 9101 §6.3).
    holds(good, &list(&[&ON_A_PAGE[..3], objects, &HOW, what])).await;
}

/// What both versions of the Microsoft dialect have.
const OF_VENDOR: [Fault<Authorize>; 6] = [
    ("a request by reference", |request| request.with("request_uri", "https://app.example/request")),
    ("claims that are no JSON", |request| request.with("claims", "x")),
    ("a proof key of a way that there is not", |request| request.with("code_challenge_method", "x")),
    ("a prompt that there is not", |request| request.with("prompt", "x")),
    ("too long a name", |request| request.with("login_hint", &"a".repeat(1025))),
    ("an age in words", |request| request.with("max_age", "x")),
];

/// And what depends on who asks.
const OF_PERSON: [Fault<Authorize>; 2] = [
    ("an answer that it is not registered for", |request| request.with("response_type", "code id_token")),
    ("nobody may be asked, and nobody is here", |request| request.with("prompt", "none")),
];

#[tokio::test]
async fn in_version_two() {
    let what: &[Fault<Authorize>] = &[
        ("too long a nonce", |request| request.with("nonce", &"n".repeat(1025))),
        ("a scope that cannot be read", |request| request.with("scope", "\"")),
    ];
    holds(Authorize::by(NATIVE), &list(&[&ON_A_PAGE, &HOW, what, &OF_VENDOR, &OF_PERSON])).await;
}

#[tokio::test]
async fn in_version_one() {
    let what: &[Fault<Authorize>] = &[
        ("too long a nonce", |request| request.with("nonce", &"n".repeat(1025))),
        ("too long an API", |request| request.with("resource", &"a".repeat(5000))),
    ];
    let good = Authorize::by(NATIVE).v1("https://graph.microsoft.com");
    holds(good, &list(&[&ON_A_PAGE, &HOW, what, &OF_VENDOR, &OF_PERSON])).await;
}
