//! An app that uses the `openidconnect` crate, unmodified: code with proof key, userinfo, renewal and sign-out.
//!
//! As the apps on Node it is told its settings, says one thing per line, and is answered where it asks.

use std::future::Future;
use std::io::BufRead as _;
use std::pin::Pin;

use anyhow::{Context as _, ensure};
use grantor_outgoing::{HttpClient as _, Outgoing, OutgoingError, OutgoingRequest, OutgoingSettings};
use openidconnect::core::{
    CoreAuthenticationFlow, CoreClient, CoreIdTokenClaims, CoreTokenResponse, CoreUserInfoClaims,
};
use openidconnect::{
    AccessTokenHash, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse,
    IssuerUrl, LogoutRequest, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PostLogoutRedirectUrl,
    ProviderMetadataWithLogout, RedirectUrl, Scope, TokenResponse as _, http,
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use url::Url;

/// What the suite says at the start.
#[derive(Deserialize)]
struct Settings {
    issuer: String,
    client_id: String,
    secret: String,
    redirect_uri: String,
    /// The file with the authority that vouches for the server.
    ca: String,
}

/// The library's way out, which it lets an app choose.
struct WayOut(Outgoing);

impl WayOut {
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OutgoingError> {
        let (parts, body) = request.into_parts();
        let url = Url::parse(&parts.uri.to_string()).expect("what the library calls is an address");
        let mut sent = OutgoingRequest::new(parts.method, url).body(body);
        sent.headers = parts.headers;
        let came = self.0.send(sent).await?;
        let mut response = http::Response::new(came.body.to_vec());
        (*response.status_mut(), *response.headers_mut()) = (came.status, came.headers);
        Ok(response)
    }
}

impl<'c> AsyncHttpClient<'c> for WayOut {
    type Error = OutgoingError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OutgoingError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

/// Asks the suite for what a person in a browser brings back.
fn ask(what: &Value) -> anyhow::Result<Map<String, Value>> {
    println!("{what}");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(serde_json::from_str(&line)?)
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> anyhow::Result<()> {
    let settings: Settings = serde_json::from_str(&std::env::args().nth(1).context("no settings")?)?;
    let trusted = OutgoingSettings { extra_ca_pem: vec![std::fs::read(&settings.ca)?], ..OutgoingSettings::default() };
    println!("{}", json!({ "done": person(&settings, &WayOut(Outgoing::new(&trusted)?)).await? }));
    Ok(())
}

async fn person(settings: &Settings, http: &WayOut) -> anyhow::Result<Value> {
    let metadata = ProviderMetadataWithLogout::discover_async(IssuerUrl::new(settings.issuer.clone())?, http).await?;
    let leaving = metadata.additional_metadata().end_session_endpoint.clone().context("no way to sign out")?;
    let id = ClientId::new(settings.client_id.clone());
    let client =
        CoreClient::from_provider_metadata(metadata, id.clone(), Some(ClientSecret::new(settings.secret.clone())))
            .set_redirect_uri(RedirectUrl::new(settings.redirect_uri.clone())?);

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (address, state, nonce) = client
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let answer = ask(&json!({ "answer": { "address": address, "redirect_uri": settings.redirect_uri } }))?;
    ensure!(answer["state"] == json!(state.secret()), "the answer is to another request");
    let code = AuthorizationCode::new(answer["code"].as_str().context("no code")?.to_owned());

    let tokens: CoreTokenResponse = client.exchange_code(code)?.set_pkce_verifier(verifier).request_async(http).await?;
    let id_token = tokens.id_token().context("no id_token")?;
    let of_us = client.id_token_verifier();
    let claims: &CoreIdTokenClaims = id_token.claims(&of_us, &nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let key = id_token.signing_key(&of_us)?;
        let found = AccessTokenHash::from_token(tokens.access_token(), id_token.signing_alg()?, key)?;
        ensure!(&found == expected, "the id_token came with another access token");
    }
    let subject = claims.subject().clone();
    let info: CoreUserInfoClaims =
        client.user_info(tokens.access_token().clone(), Some(subject.clone()))?.request_async(http).await?;

    let refresh = tokens.refresh_token().context("no refresh token")?;
    let renewed = client.exchange_refresh_token(refresh)?.request_async(http).await?;
    ensure!(renewed.access_token().secret() != tokens.access_token().secret(), "nothing is new");
    let again: CoreUserInfoClaims =
        client.user_info(renewed.access_token().clone(), Some(subject.clone()))?.request_async(http).await?;

    let out = LogoutRequest::from(leaving)
        .set_id_token_hint(id_token)
        .set_client_id(id)
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(settings.redirect_uri.clone())?)
        .set_state(CsrfToken::new("bye".to_owned()))
        .http_get_url();
    let left = ask(&json!({ "leave": { "address": out, "redirect_uri": settings.redirect_uri } }))?;
    Ok(json!({ "sub": subject, "info": info, "again": again, "left": left }))
}
