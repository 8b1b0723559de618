//! The `openidconnect` crate, unmodified: discovery, code with proof key, its own checks of the id_token, userinfo, renewal,
//! introspection, giving back and sign-out.

use std::future::Future;
use std::pin::Pin;

use grantor_testkit::{Authorize, CHRIS, CONTOSO, TestPlatform, WEB};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreRevocableToken, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IntrospectionUrl, IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge,
    PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, RevocationUrl, Scope,
    TokenIntrospectionResponse as _, TokenResponse as _, http,
};

/// The library's way to the platform: without a network, by the same requests.
struct InProcess<'p>(&'p TestPlatform);

impl<'c> AsyncHttpClient<'c> for InProcess<'_> {
    type Error = http::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, http::Error>> + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let target = parts.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
            let headers: Vec<(&str, &str)> =
                parts.headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap_or_default())).collect();
            let sent = self.0.request(parts.method.as_str(), &target, &headers, body.into());
            let answer = self.0.send(sent).await;
            let mut response = http::Response::builder().status(answer.code());
            let kind = answer.header("content-type");
            if !kind.is_empty() {
                response = response.header("content-type", kind);
            }
            response.body(answer.text().as_bytes().to_vec())
        })
    }
}

#[tokio::test]
async fn it_goes_the_whole_way() {
    let platform = TestPlatform::start().await;
    let http = InProcess(&platform);
    let issuer = IssuerUrl::new(super::issuer(&platform)).unwrap();
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &http).await.unwrap();
    let leaving = metadata.additional_metadata().end_session_endpoint.clone().unwrap();
    let at = |end: &str| platform.public().at(&format!("/{}/oidc/{end}", CONTOSO.id));
    let redirect = Authorize::by(WEB).value("redirect_uri").to_owned();
    let secret = ClientSecret::new(WEB.secret.unwrap().to_owned());
    let client = CoreClient::from_provider_metadata(metadata, ClientId::new(WEB.client_id.to_owned()), Some(secret))
        .set_redirect_uri(RedirectUrl::new(redirect.clone()).unwrap())
        .set_introspection_url(IntrospectionUrl::new(at("introspect")).unwrap())
        .set_revocation_url(RevocationUrl::new(at("revoke")).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let mut browser = platform.browser();
    let target = format!("{}?{}", address.path(), address.query().unwrap());
    let page = browser.open(&target).await.page();
    let page = browser.sign_in(page, CHRIS).await.page();
    let response = browser.press(&page, "accept").await.response();
    assert_eq!(response.get("state"), state.secret());

    let redeem = client.exchange_code(AuthorizationCode::new(response.code())).unwrap().set_pkce_verifier(verifier);
    let tokens: CoreTokenResponse = redeem.request_async(&http).await.unwrap();
    let id_token = tokens.id_token().unwrap();
    // Virtual time: the library compares with the time that the platform has.
    let now = chrono_now(&platform);
    let verifier = client.id_token_verifier().set_time_fn(move || now);
    let claims = id_token.claims(&verifier, &nonce).unwrap();
    if let Some(expected) = claims.access_token_hash() {
        let key = id_token.signing_key(&verifier).unwrap();
        let found = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg().unwrap(), key).unwrap();
        assert_eq!(&found, expected);
    }
    let subject = claims.subject().clone();
    let info: CoreUserInfoClaims = client
        .user_info(tokens.access_token().clone(), Some(subject.clone()))
        .unwrap()
        .request_async(&http)
        .await
        .unwrap();
    assert_eq!(info.preferred_username().unwrap().as_str(), CHRIS.name);

    let refresh = tokens.refresh_token().unwrap();
    let renewed = client.exchange_refresh_token(refresh).unwrap().request_async(&http).await.unwrap();
    let known = client.introspect(renewed.access_token()).request_async(&http).await.unwrap();
    assert!(known.active());
    let token = CoreRevocableToken::RefreshToken(renewed.refresh_token().unwrap().clone());
    client.revoke_token(token).unwrap().request_async(&http).await.unwrap();
    assert!(!client.introspect(renewed.access_token()).request_async(&http).await.unwrap().active());

    let state = CsrfToken::new_random();
    let out = LogoutRequest::from(leaving)
        .set_id_token_hint(renewed.id_token().unwrap())
        .set_client_id(ClientId::new(WEB.client_id.to_owned()))
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(redirect.clone()).unwrap())
        .set_state(state.clone())
        .http_get_url();
    let target = format!("{}?{}", out.path(), out.query().unwrap());
    let left = browser.request("GET", &target, &[], String::new()).await;
    assert_eq!(left.header("location"), format!("{redirect}?state={}", state.secret()));
    let silent = super::asking(WEB).scope("openid").with("prompt", "none");
    assert_eq!(browser.authorize(&silent).await.response().get("error"), "login_required", "nobody is signed in");
}

fn chrono_now(platform: &TestPlatform) -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(platform.app.env.now().seconds(), 0).unwrap()
}
