//! The token endpoint of each dialect (RFC 6749 §3.2.1, §4.1.3 and §5.2, RFC 9449 §5).

use grantor_testkit::{Authorize, Browser, CHRIS, CONTOSO, TestPlatform, TokenRequest, WEB};

use super::{Fault, said, told_in_order};

/// Where the request goes, and whether it can be read at all.
const FORM: [Fault<TokenRequest>; 3] = [
    ("a tenant that there is not", |request| request.tenant("nowhere.example")),
    ("no grant", |request| request.without("grant_type")),
    ("two proofs of who asks", |request| request.basic(WEB.client_id, "x")),
];

/// Who asks.
const WHO: [Fault<TokenRequest>; 2] = [
    ("an application that there is not", |request| request.with("client_id", "unknown")),
    ("a wrong secret", |request| request.with("client_secret", "wrong")),
];

/// What is asked for.
const GRANT: [Fault<TokenRequest>; 2] = [
    ("a grant that there is not", |request| request.with("grant_type", "x")),
    ("a scope that cannot be read", |request| request.with("scope", "\"")),
];

/// What is presented for it.
const PRESENTED: [Fault<TokenRequest>; 3] = [
    ("a code that is none", |request| request.with("code", "x")),
    ("another address", |request| request.with("redirect_uri", "http://localhost:5000/other")),
    ("another proof key", |request| request.with("code_verifier", &"v".repeat(43))),
];

/// Each time with a code of its own, since most of these spoil one.
async fn holds(asked: &Authorize, faults: &[Fault<TokenRequest>]) {
    const FRESH: &str = "fresh";
    let platform = TestPlatform::start().await;
    let mut browser: Browser<'_> = platform.browser();
    browser.walk(asked, CHRIS).await.code();
    let good = asked.redeem(FRESH);
    told_in_order(good, faults, async |request: TokenRequest| {
        let is_fresh = request.parameters.iter().any(|(name, value)| name == "code" && value == FRESH);
        let code = if is_fresh { browser.authorize(asked).await.code() } else { String::new() };
        let request = if is_fresh { request.with("code", &code) } else { request };
        said(&platform.token(&request).await)
    })
    .await;
}

#[tokio::test]
async fn in_the_standards_dialect() {
    let more: &[Fault<TokenRequest>] = &[
        ("details that cannot be read", |request| request.with("authorization_details", "x")),
        ("a proof of a key that is none", |request| request.header("dpop", "x")),
    ];
    let last: &[Fault<TokenRequest>] =
        &[("an API that there is not", |request| request.with("resource", "api://nothing"))];
    let asked = Authorize::by(WEB).oidc().tenant(CONTOSO.id).scope("openid profile");
    holds(&asked, &[&FORM[..], &WHO, &GRANT, more, &PRESENTED, last].concat()).await;
}

#[tokio::test]
async fn in_version_two() {
    let last: &[Fault<TokenRequest>] =
        &[("an API that there is not", |request| request.with("scope", "api://nothing/.default"))];
    // These dialects read the whole request before they look at who sends it.
    let form = [&FORM[..2], &GRANT[..1], &FORM[2..], &GRANT[1..]].concat();
    holds(&Authorize::by(WEB), &[&form[..], &WHO, &PRESENTED, last].concat()).await;
}

#[tokio::test]
async fn in_version_one() {
    let last: &[Fault<TokenRequest>] =
        &[("an API that there is not", |request| request.with("resource", "api://nothing"))];
    let asked = Authorize::by(WEB).v1("https://graph.microsoft.com");
    holds(&asked, &[&FORM[..2], &GRANT[..1], &FORM[2..], &WHO, &PRESENTED, last].concat()).await;
}

#[tokio::test]
async fn whoever_does_not_prove_itself_learns_nothing_of_what_it_presents() {
    // Of another tenant, too: what is presented is looked at once it is clear who presents it.
    let platform = TestPlatform::start().await;
    let asked = Authorize::by(grantor_testkit::FABRIKAM_NOTES).tenant(grantor_testkit::FABRIKAM.id);
    let mut browser = platform.browser();
    let code = browser.walk(&asked, grantor_testkit::DANA).await.code();
    let bought = platform.tokens(&asked.redeem(&code)).await;
    let code = browser.authorize(&asked).await.code();
    for dialect in [TokenRequest::v1, TokenRequest::oidc, |request| request] {
        let at = |grant: &str| dialect(TokenRequest::by(WEB, grant).tenant(CONTOSO.id)).with("client_secret", "wrong");
        let code = at("authorization_code").with("code", &code).with("redirect_uri", WEB.redirect_uri);
        let renewal = at("refresh_token").with("refresh_token", &bought.refresh_token);
        for request in [code, renewal] {
            let answer = platform.token(&request).await;
            assert_eq!((answer.code(), &answer.json()["error"]), (401, &serde_json::json!("invalid_client")));
        }
    }
}
