//! Signing in: the authorization code grant with PKCE through the system browser and a loopback address.
//!
//! Spec: RFC 8252, RFC 7636, RFC 9207, OpenID Connect Core §3.1.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use grantor_jose::base64url;
use grantor_protocol::Secret;
use grantor_protocol::metadata::ProviderMetadata;
use grantor_protocol::pkce::CodeVerifier;
use grantor_protocol::prompt::Prompt;
use grantor_protocol::response::ResponseMode;
use serde_json::{Map, Value};
use url::Url;

use crate::account::{AccessToken, Account, TokenSource};
use crate::application::{Application, scope_parameter, wanted};
use crate::browser::{BrowserError, BrowserOpener};
use crate::cache::{CacheError, Kept, StoredToken};
use crate::events::Event;
use crate::id_token::{self, Asked, Failure, IdTokenError};
use crate::loopback::{Loopback, Waiting};
use crate::page::Page;
use crate::provider::{ProviderError, endpoint};
use crate::server_error::ServerError;
use crate::token_endpoint::{TokenEndpointError, Tokens, exchange};

/// How long an opener may go on after the sign-in is over, to read the last page.
const OPENER_GRACE: Duration = Duration::from_secs(2);

/// How a person is to be asked.
#[derive(Clone, Copy)]
pub struct SignInOptions<'a> {
    /// What the person is asked in any case.
    pub prompt: Prompt,
    /// Who is probably signing in: the provider fills it in.
    pub login_hint: Option<&'a str>,
    /// How the answer comes back; `None` for `form_post` where the provider has it (the code then stays out of addresses and
    /// histories), else `query`. `fragment` never reaches a loopback address and counts as `None`.
    pub response_mode: Option<ResponseMode>,
    /// What opens the browser.
    pub browser: &'a dyn BrowserOpener,
}

impl<'a> SignInOptions<'a> {
    /// Asks what must be asked.
    pub const fn new(browser: &'a dyn BrowserOpener) -> Self {
        Self { prompt: Prompt::AsNeeded, login_hint: None, response_mode: None, browser }
    }
}

/// A person has signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who.
    pub account: Account,
    /// The access token for what was asked.
    pub access_token: AccessToken,
    /// The claims of the id_token, which has been checked.
    pub id_token_claims: Map<String, Value>,
    /// Whether a refresh token came, so that later tokens can be had silently.
    pub can_refresh: bool,
}

/// Nobody has signed in.
#[derive(Debug, thiserror::Error)]
pub enum SignInError {
    /// The provider cannot be used.
    #[error(transparent)]
    Provider(#[from] ProviderError),
    /// No loopback address could be had.
    #[error("cannot listen on this machine's loopback address for the answer: {0}; check what forbids it")]
    Loopback(std::io::Error),
    /// Nobody was going to sign in.
    #[error(transparent)]
    Browser(BrowserError),
    /// No answer came.
    #[error("nobody signed in within {} s; try again", .0.as_secs())]
    TimedOut(Duration),
    /// The provider or the person said no.
    #[error("the sign-in was refused: {0}")]
    Refused(Box<ServerError>),
    /// The answer names another issuer, or none where one was promised: it may be of another provider (RFC 9207 §2.4).
    #[error("the answer came from the issuer {found:?}, and {expected:?} was asked; nothing was sent to it")]
    OtherIssuer {
        /// Whom we asked.
        expected: String,
        /// What the answer says.
        found: Option<String>,
    },
    /// The answer has neither a code nor an error.
    #[error("the provider's answer has no authorization code; ask its operator")]
    NoCode,
    /// The code bought nothing.
    #[error(transparent)]
    Token(#[from] TokenEndpointError),
    /// The id_token is not believed.
    #[error(transparent)]
    IdToken(#[from] IdTokenError),
    /// The tokens could not be kept.
    #[error(transparent)]
    Cache(#[from] CacheError),
}

impl From<Failure> for SignInError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Provider(error) => Self::Provider(error),
            Failure::Token(error) => Self::IdToken(error),
        }
    }
}

/// One sign-in. What ties the answer to it (state, nonce, verifier) is fresh for each (RFC 7636 §7.1, RFC 8252 §8.9).
struct Attempt<'a> {
    metadata: Arc<ProviderMetadata>,
    wanted: Vec<String>,
    redirect_uri: String,
    state: Secret,
    nonce: Secret,
    verifier: CodeVerifier,
    options: SignInOptions<'a>,
}

impl Application {
    /// Signs a person in: opens the browser, waits on a loopback address for the answer, exchanges the code, checks the
    /// id_token, and keeps the tokens.
    ///
    /// The observer is told the address as well, for a person whose browser does not open. The browser's last page says how
    /// it went, and the loopback address is closed when this returns or is dropped.
    ///
    /// # Errors
    /// [`SignInError`]; nothing is kept then.
    pub async fn sign_in(&self, scopes: &[&str], options: SignInOptions<'_>) -> Result<SignedIn, SignInError> {
        let metadata = self.metadata().await?;
        supports_s256(&metadata)?;
        let loopback = Loopback::bind(self.settings.redirect_host).await.map_err(SignInError::Loopback)?;
        let random = || Secret::new(base64url::encode(self.entropy.bytes::<32>()));
        let attempt = Attempt {
            metadata,
            wanted: wanted(scopes),
            redirect_uri: loopback.redirect_uri().to_owned(),
            state: random(),
            nonce: random(),
            verifier: CodeVerifier::from_random(self.entropy.bytes()),
            options,
        };
        let url = attempt.request(&self.settings.client_id)?;
        let observer = Arc::clone(&self.observer);
        let waiting = loopback.serve(attempt.state.clone(), move || observer.notice(&Event::ForeignResponse));
        self.notice(&Event::Listening { redirect_uri: attempt.redirect_uri.clone() });
        self.notice(&Event::AddressReady { url: url.clone() });
        let limit = self.settings.sign_in_timeout;
        match tokio::time::timeout(limit, self.answered(&attempt, &url, waiting)).await {
            Ok(done) => done,
            Err(_) => Err(SignInError::TimedOut(limit)),
        }
    }

    /// Opens the browser and waits for the answer at the same time; an opener that only started a browser is long done when
    /// the answer comes, one that walks the pages by itself is not.
    async fn answered(&self, attempt: &Attempt<'_>, url: &Url, mut waiting: Waiting) -> Result<SignedIn, SignInError> {
        let mut opening = pin!(attempt.options.browser.open(url));
        let mut opened = false;
        let arrived = loop {
            tokio::select! {
                arrived = waiting.response() => break arrived,
                result = &mut opening, if !opened => {
                    opened = true;
                    self.browser_opened(result)?;
                }
            }
        };
        self.notice(&Event::AnswerReceived);
        let finished = async {
            let result = self.finished(attempt, &arrived.parameters).await;
            let page = match &result {
                Ok(_) => Page::Done,
                Err(error) => Page::Refused(error.to_string()),
            };
            waiting.finish(arrived, page).await;
            result
        };
        let mut finished = pin!(finished);
        let result = loop {
            // An opener that walks the pages goes on: it reads the last page, which comes after the exchange.
            tokio::select! {
                result = &mut finished => break result,
                _ = &mut opening, if !opened => opened = true,
            }
        };
        if !opened {
            let _ = tokio::time::timeout(OPENER_GRACE, opening).await;
        }
        result
    }

    fn browser_opened(&self, result: Result<(), BrowserError>) -> Result<(), SignInError> {
        match result {
            Ok(()) => Ok(()),
            Err(BrowserError::NotOpened(reason)) => {
                self.notice(&Event::BrowserNotOpened { reason });
                Ok(())
            }
            Err(gave_up @ BrowserError::GaveUp(_)) => Err(SignInError::Browser(gave_up)),
        }
    }

    async fn finished(
        &self,
        attempt: &Attempt<'_>,
        parameters: &BTreeMap<String, String>,
    ) -> Result<SignedIn, SignInError> {
        let issuer = from_our_issuer(&attempt.metadata, parameters)?;
        if let Some(error) = ServerError::read(|name| parameters.get(name).cloned()) {
            return Err(SignInError::Refused(Box::new(error)));
        }
        let code = parameters.get("code").filter(|code| !code.is_empty()).ok_or(SignInError::NoCode)?;
        let now = self.clock.now();
        let endpoint = endpoint(attempt.metadata.token_endpoint.as_deref(), "token_endpoint")?;
        let fields = [
            ("grant_type", "authorization_code"),
            ("client_id", &self.settings.client_id),
            ("code", code),
            ("redirect_uri", &attempt.redirect_uri),
            ("code_verifier", attempt.verifier.secret().expose()),
            ("scope", &scope_parameter(&attempt.wanted)),
            ("client_info", "1"),
        ];
        let tokens = exchange(&*self.http, endpoint, &fields, now).await?;
        let asked = Asked {
            client_id: &self.settings.client_id,
            issuer: &issuer,
            nonce: Some(&attempt.nonce),
            now,
            skew: self.settings.clock_skew,
        };
        let id_token = tokens.id_token.as_ref().ok_or(IdTokenError::Missing)?;
        let claims = id_token::check(id_token, &asked, &self.provider, &attempt.metadata).await?;
        self.kept(attempt, tokens, claims).await
    }

    async fn kept(
        &self,
        attempt: &Attempt<'_>,
        tokens: Tokens,
        claims: Map<String, Value>,
    ) -> Result<SignedIn, SignInError> {
        let info = tokens.client_info.as_deref();
        let account = id_token::account(&claims, info, &self.settings.client_id, &self.settings.authority);
        let now = self.clock.now();
        let stored = StoredToken::new(&tokens, attempt.wanted.clone(), now);
        let access_token = stored.to_access_token(TokenSource::SignIn);
        let can_refresh = tokens.refresh_token.is_some();

        let mut open = self.cache.open().await?;
        let mut contents = open.contents().clone();
        let entry = contents.entry(&account);
        entry.account = account.clone();
        // A sign-in that brought no refresh token leaves the one of an earlier sign-in of the same person.
        entry.refresh_token = tokens.refresh_token.map(Kept).or(entry.refresh_token.take());
        entry.keep(stored, now);
        open.replace(contents)?;
        drop(open);

        self.notice(&Event::SignedIn {
            username: account.username.clone(),
            scopes: access_token.scopes.clone(),
            expires_at: access_token.expires_at,
        });
        Ok(SignedIn { account, access_token, id_token_claims: claims, can_refresh })
    }
}

impl Attempt<'_> {
    /// The authorization request (OpenID Connect Core §3.1.2.1).
    fn request(&self, client_id: &str) -> Result<Url, ProviderError> {
        let mut url = endpoint(self.metadata.authorization_endpoint.as_deref(), "authorization_endpoint")?;
        let challenge = self.verifier.challenge();
        let mut query = url.query_pairs_mut();
        query
            .append_pair("client_id", client_id)
            .append_pair("response_type", "code")
            .append_pair("redirect_uri", &self.redirect_uri)
            .append_pair("response_mode", self.response_mode().as_str())
            .append_pair("scope", &scope_parameter(&self.wanted))
            .append_pair("state", self.state.expose())
            .append_pair("nonce", self.nonce.expose())
            .append_pair("code_challenge", challenge.as_str())
            .append_pair("code_challenge_method", "S256")
            .append_pair("client_info", "1");
        if let Some((name, _)) = Prompt::VALUES.iter().find(|(_, prompt)| *prompt == self.options.prompt) {
            query.append_pair("prompt", name);
        }
        if let Some(hint) = self.options.login_hint {
            query.append_pair("login_hint", hint);
        }
        drop(query);
        Ok(url)
    }

    fn response_mode(&self) -> ResponseMode {
        let form_post = self.metadata.response_modes_supported.iter().any(|mode| mode == "form_post");
        match self.options.response_mode {
            Some(asked @ (ResponseMode::Query | ResponseMode::FormPost)) => asked,
            Some(ResponseMode::Fragment) | None if form_post => ResponseMode::FormPost,
            Some(ResponseMode::Fragment) | None => ResponseMode::Query,
        }
    }
}

fn supports_s256(metadata: &ProviderMetadata) -> Result<(), ProviderError> {
    let methods = &metadata.code_challenge_methods_supported;
    // Microsoft's service has PKCE and does not say so: an absent list proves nothing, another list does.
    if methods.is_empty() || methods.iter().any(|method| method == "S256") {
        Ok(())
    } else {
        Err(ProviderError::Unsupported { what: "the code challenge method S256" })
    }
}

/// The issuer that the id_token must name: the one in the answer, where that is right, else the one in the metadata.
///
/// An `iss` is compared whenever it is there, and must be there when the provider promised it (RFC 9207 §2.4). Metadata for
/// all tenants have a template, whose place the answer's `iss` fills; the id_token must then say exactly the same.
fn from_our_issuer(metadata: &ProviderMetadata, parameters: &BTreeMap<String, String>) -> Result<String, SignInError> {
    let expected = &metadata.issuer;
    match parameters.get("iss") {
        Some(found) if found == expected || fills(expected, found) => Ok(found.clone()),
        None if !metadata.authorization_response_iss_parameter_supported => Ok(expected.clone()),
        found => Err(SignInError::OtherIssuer { expected: expected.clone(), found: found.cloned() }),
    }
}

/// Whether `issuer` is `template` with one path segment in the place of `{tenantid}`.
fn fills(template: &str, issuer: &str) -> bool {
    let Some((before, after)) = template.split_once("{tenantid}") else { return false };
    let tenant = issuer.strip_prefix(before).and_then(|rest| rest.strip_suffix(after)).unwrap_or_default();
    !tenant.is_empty() && tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(issuer: &str, promised: bool, found: Option<&str>) -> Option<String> {
        let metadata = ProviderMetadata {
            issuer: issuer.to_owned(),
            authorization_response_iss_parameter_supported: promised,
            ..ProviderMetadata::default()
        };
        let parameters = found.map(|found| ("iss".to_owned(), found.to_owned())).into_iter().collect();
        from_our_issuer(&metadata, &parameters).ok()
    }

    #[test]
    fn an_issuer_in_the_answer_is_compared_and_a_promised_one_must_come() {
        assert_eq!(judged("https://a", false, None).as_deref(), Some("https://a"));
        assert_eq!(judged("https://a", true, None), None);
        assert_eq!(judged("https://a", false, Some("https://b")), None);
        assert_eq!(judged("https://a", true, Some("https://a/")), None);
        assert_eq!(judged("https://a", true, Some("https://a")).as_deref(), Some("https://a"));
    }

    #[test]
    fn an_issuer_may_fill_the_place_of_the_tenant() {
        let template = "https://a/{tenantid}/v2.0";
        assert_eq!(judged(template, true, Some("https://a/t-1/v2.0")).as_deref(), Some("https://a/t-1/v2.0"));
        for bad in ["https://a/t/x/v2.0", "https://a//v2.0", "https://b/t/v2.0", "https://a/v2.0"] {
            assert_eq!(judged(template, true, Some(bad)), None, "{bad}");
        }
    }
}
