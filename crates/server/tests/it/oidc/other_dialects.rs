//! One core: what is issued in one dialect is worth the same in each, and is taken in its own alone.

use grantor_testkit::{Authorize, CHRIS, CONTOSO, FABRIKAM, NATIVE, TestPlatform, TokenRequest, unverified_claims};

use super::{asking, presenting, said};
use crate::support::bought;

const SCOPE: &str = "openid offline_access api://colors/Colors.Read";

#[tokio::test]
async fn a_token_of_one_dialect_is_none_of_another() {
    // 9068-05, 9068-06, T31
    let platform = TestPlatform::start().await;
    let standard = bought(&platform, &asking(NATIVE).scope("openid profile"), CHRIS).await;
    let vendor = bought(&platform, &Authorize::by(NATIVE).tenant(CONTOSO.id).scope("openid User.Read"), CHRIS).await;
    let userinfo = format!("/{}/oidc/userinfo", CONTOSO.id);
    assert_eq!(platform.call(&userinfo, &vendor.access_token).await.code(), 401);
    assert_eq!(platform.call(&userinfo, &vendor.id_token).await.code(), 401);
    // The directory API reads both, and this one does not allow the call.
    assert_eq!(platform.call("/v1.0/me", &standard.access_token).await.code(), 403);
    assert_eq!(platform.call("/oidc/userinfo", &standard.access_token).await.code(), 401);
    for target in ["/v1.0/me", "/oidc/userinfo"] {
        assert_eq!(platform.call(target, &standard.id_token).await.code(), 401, "{target}");
        assert_eq!(platform.call(target, &vendor.access_token).await.code(), 200, "{target}");
    }
    assert_eq!(platform.call(&userinfo, &standard.access_token).await.code(), 200);
    // Proven once as what it is, it is still none of the other.
    assert_eq!(platform.call("/oidc/userinfo", &standard.access_token).await.code(), 401);
    let of_directory = asking(NATIVE).scope("User.Read").with("resource", "https://graph.microsoft.com");
    let of_directory = bought(&platform, &of_directory, CHRIS).await;
    assert_eq!(platform.call("/v1.0/me", &of_directory.access_token).await.code(), 200);
}

#[tokio::test]
async fn a_code_or_refresh_token_is_the_applications_own_whichever_dialect_it_speaks() {
    let platform = TestPlatform::start().await;
    let request = asking(NATIVE).scope(SCOPE);
    let tokens = bought(&platform, &request, CHRIS).await;
    let vendor = TokenRequest::refresh(NATIVE, &tokens.refresh_token).tenant(CONTOSO.id);
    let renewed = platform.tokens(&vendor).await;
    assert_eq!(unverified_claims(&renewed.access_token)["scp"], "Colors.Read");
    let back = presenting(NATIVE, "refresh_token").with("refresh_token", &renewed.refresh_token);
    let renewed = platform.tokens(&back).await;
    assert_eq!(unverified_claims(&renewed.access_token)["scope"], "Colors.Read");
    let stolen = presenting(grantor_testkit::WEB, "refresh_token").with("refresh_token", &renewed.refresh_token);
    assert_eq!(said(&platform.token(&stolen).await).1, "invalid_client", "it cannot even prove itself as that kind");
}

#[tokio::test]
async fn a_code_keeps_in_every_dialect_what_it_was_issued_with() {
    // T13
    let platform = TestPlatform::start().await;
    let mut browser = platform.browser();
    let request = Authorize::by(NATIVE).tenant(CONTOSO.id).scope(SCOPE);
    browser.walk(&request, CHRIS).await.code();
    let changes: [fn(TokenRequest) -> TokenRequest; 4] = [
        |redemption| redemption.with("code_verifier", &"v".repeat(43)),
        |redemption| redemption.without("code_verifier"),
        |redemption| redemption.with("redirect_uri", "http://localhost:1"),
        |redemption| redemption.tenant(FABRIKAM.id),
    ];
    for change in changes {
        let code = browser.authorize(&request).await.code();
        let here = change(request.redeem(&code).oidc());
        let expected = if here.tenant == CONTOSO.id { (400, "invalid_grant") } else { (401, "invalid_client") };
        assert_eq!(said(&platform.token(&here).await), (expected.0, expected.1.to_owned()));
        if here.tenant == CONTOSO.id {
            assert_ne!(
                platform.token(&request.redeem(&code)).await.code(),
                200,
                "it is spoilt where it came from, too"
            );
        }
    }
}
