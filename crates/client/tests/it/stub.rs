//! A provider with one tenant and an API, and a browser that answers in a person's place. What it does wrong is set by the
//! test.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use grantor_client::{
    AppSettings, Application, BrowserError, BrowserOpener, Event, IssuerRule, MemoryCache, Observer, SignInError,
    SignInOptions, SignedIn, TokenCache,
};
use grantor_environment::{Clock as _, CountedEntropy, ManualClock, Timestamp};
use grantor_jose::{Algorithm, HeaderFields, JwkSet, SigningKey, base64url, sign_compact};
use grantor_outgoing::{HttpClient, Outgoing, OutgoingRequest, OutgoingResponse, OutgoingSettings};
use grantor_protocol::pkce::{ChallengeMethod, CodeChallenge, CodeVerifier};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use url::Url;

pub const APP: &str = "app";
pub const TENANT: &str = "11111111-2222-4333-8444-555555555555";

type Fields = BTreeMap<String, String>;
type Change = Box<dyn Fn(&mut Map<String, Value>) + Send>;

/// What a test may set and look at.
pub struct Provider {
    pub origin: String,
    pub clock: Arc<ManualClock>,
    pub key: Mutex<SigningKey>,
    /// What `/keys` answers, if not the public half of `key`.
    pub published: Mutex<Option<JwkSet>>,
    pub metadata: Mutex<Value>,
    /// Changes to the claims of the next id_tokens.
    pub id_claims: Mutex<Option<Change>>,
    /// The whole id_token, if the test makes it itself.
    pub id_token: Mutex<Option<String>>,
    /// Changes to the next token responses.
    pub token_body: Mutex<Option<Change>>,
    /// The refusal of the next token requests.
    pub refusal: Mutex<Option<(u16, Value)>>,
    pub user: Mutex<&'static str>,
    pub life_seconds: Mutex<i64>,
    /// The refresh token that is good; each use makes the next.
    pub refresh: Mutex<usize>,
    pub token_requests: Mutex<Vec<Fields>>,
    /// The last authorization request.
    pub asked: Mutex<Fields>,
    pub serial: AtomicUsize,
    pub key_requests: AtomicUsize,
    /// The access token that the API takes; the newest unless set.
    pub accepted: Mutex<Option<String>>,
    /// Whether the API takes no token at all.
    pub closed: AtomicBool,
    pub api_calls: AtomicUsize,
    /// The API's status and challenge when it refuses.
    pub refused_with: Mutex<StatusCode>,
    pub challenge: Mutex<&'static str>,
}

impl Provider {
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({
            "issuer": format!("{origin}/{TENANT}/v2.0"),
            "authorization_endpoint": format!("{origin}/authorize"),
            "token_endpoint": format!("{origin}/token"),
            "jwks_uri": format!("{origin}/keys"),
            "response_modes_supported": ["query", "form_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
        });
        let provider = Arc::new(Self {
            origin,
            clock: Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1_000_000))),
            key: Mutex::new(SigningKey::generate(Algorithm::Es256).unwrap()),
            published: Mutex::default(),
            metadata: Mutex::new(metadata),
            id_claims: Mutex::default(),
            id_token: Mutex::default(),
            token_body: Mutex::default(),
            refusal: Mutex::default(),
            user: Mutex::new("chris"),
            life_seconds: Mutex::new(3600),
            refresh: Mutex::default(),
            token_requests: Mutex::default(),
            asked: Mutex::default(),
            serial: AtomicUsize::default(),
            key_requests: AtomicUsize::default(),
            accepted: Mutex::default(),
            closed: AtomicBool::default(),
            api_calls: AtomicUsize::default(),
            refused_with: Mutex::new(StatusCode::UNAUTHORIZED),
            challenge: Mutex::new(r#"Bearer realm="api", error="invalid_token", error_description="expired""#),
        });
        let router = Router::new()
            .route("/{tenant}/v2.0/.well-known/openid-configuration", get(metadata_document))
            .route("/keys", get(keys))
            .route("/token", post(token))
            .route("/api", get(api).post(api))
            .with_state(Arc::clone(&provider));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        provider
    }

    pub fn issuer(&self) -> String {
        format!("{}/{TENANT}/v2.0", self.origin)
    }

    pub fn settings(&self) -> AppSettings {
        let mut settings = AppSettings::new(APP, self.issuer());
        settings.clock_skew = Duration::ZERO;
        settings
    }

    pub fn token_requests(&self) -> usize {
        self.token_requests.lock().unwrap().len()
    }

    pub fn refuse(&self, status: u16, body: Value) {
        *self.refusal.lock().unwrap() = Some((status, body));
    }

    pub fn good_id_claims(&self) -> Value {
        let now = self.clock.now().seconds();
        let user = *self.user.lock().unwrap();
        let nonce = self.asked.lock().unwrap().get("nonce").cloned();
        json!({
            "iss": self.issuer(), "aud": APP, "sub": format!("sub-of-{user}"), "iat": now, "exp": now + 3600,
            "nonce": nonce, "tid": TENANT, "preferred_username": format!("{user}@contoso.example"), "name": user,
        })
    }

    pub fn sign(&self, claims: &Value) -> String {
        sign_compact(&self.key.lock().unwrap(), &HeaderFields { typ: "JWT", x5t: None }, claims).unwrap()
    }
}

async fn metadata_document(State(provider): State<Arc<Provider>>) -> Json<Value> {
    Json(provider.metadata.lock().unwrap().clone())
}

async fn keys(State(provider): State<Arc<Provider>>) -> Json<JwkSet> {
    provider.key_requests.fetch_add(1, Ordering::SeqCst);
    let published = provider.published.lock().unwrap().clone();
    Json(published.unwrap_or_else(|| JwkSet { keys: vec![provider.key.lock().unwrap().public_jwk()] }))
}

async fn token(State(provider): State<Arc<Provider>>, Form(fields): Form<Fields>) -> Response {
    provider.token_requests.lock().unwrap().push(fields.clone());
    if let Some((status, body)) = provider.refusal.lock().unwrap().clone() {
        return (StatusCode::from_u16(status).unwrap(), Json(body)).into_response();
    }
    let good = match fields["grant_type"].as_str() {
        "authorization_code" => provider.proves(&fields),
        "refresh_token" => fields["refresh_token"] == format!("refresh-{}", provider.refresh.lock().unwrap()),
        _ => false,
    };
    if !good {
        return (StatusCode::BAD_REQUEST, Json(json!({"error": "invalid_grant"}))).into_response();
    }
    let serial = provider.serial.fetch_add(1, Ordering::SeqCst) + 1;
    let refresh = {
        let mut refresh = provider.refresh.lock().unwrap();
        *refresh += 1;
        *refresh
    };
    let mut id_claims = provider.good_id_claims();
    if let Some(change) = &*provider.id_claims.lock().unwrap() {
        change(id_claims.as_object_mut().unwrap());
    }
    let id_token = provider.id_token.lock().unwrap().clone().unwrap_or_else(|| provider.sign(&id_claims));
    let user = *provider.user.lock().unwrap();
    let scope: Vec<_> = fields["scope"].split(' ').filter(|scope| *scope != "offline_access").collect();
    let mut body = json!({
        "access_token": format!("access-{serial}-of-{user}"), "token_type": "Bearer", "scope": scope.join(" "),
        "expires_in": *provider.life_seconds.lock().unwrap(), "refresh_token": format!("refresh-{refresh}"),
        "id_token": id_token,
        "client_info": base64url::encode(json!({"uid": user, "utid": TENANT}).to_string()),
    });
    if let Some(change) = &*provider.token_body.lock().unwrap() {
        change(body.as_object_mut().unwrap());
    }
    *provider.accepted.lock().unwrap() = body["access_token"].as_str().map(str::to_owned);
    Json(body).into_response()
}

impl Provider {
    /// RFC 6749 §4.1.3 and RFC 7636 §4.6.
    fn proves(&self, fields: &Fields) -> bool {
        let asked = self.asked.lock().unwrap();
        let challenge = CodeChallenge::parse(ChallengeMethod::S256, &asked["code_challenge"]).unwrap();
        fields["code"] == "good-code"
            && fields["redirect_uri"] == asked["redirect_uri"]
            && fields["client_id"] == APP
            && asked["code_challenge_method"] == "S256"
            && challenge.holds(&CodeVerifier::parse(&fields["code_verifier"]).unwrap())
    }
}

async fn api(State(provider): State<Arc<Provider>>, headers: HeaderMap) -> Response {
    provider.api_calls.fetch_add(1, Ordering::SeqCst);
    let sent = headers["authorization"].to_str().unwrap();
    let accepted = provider.accepted.lock().unwrap().clone();
    if !provider.closed.load(Ordering::SeqCst)
        && Some(sent) == accepted.map(|token| format!("Bearer {token}")).as_deref()
    {
        return "colors".into_response();
    }
    let status = *provider.refused_with.lock().unwrap();
    (status, [("www-authenticate", *provider.challenge.lock().unwrap())]).into_response()
}

/// What the browser sends back in the place of a right answer.
#[derive(Clone, Copy, Default)]
pub struct Answer {
    /// `(name, value)` pairs put in place of the right ones; an empty value takes the parameter away.
    pub changes: &'static [(&'static str, &'static str)],
    /// Requests with another state, sent before.
    pub foreign_first: bool,
}

/// Walks the sign-in in a person's place; remembers what the pages said.
pub struct Walker {
    pub provider: Arc<Provider>,
    pub answer: Answer,
    pub pages: Mutex<Vec<(StatusCode, String)>>,
}

impl Walker {
    pub fn new(provider: &Arc<Provider>, answer: Answer) -> Self {
        Self { provider: Arc::clone(provider), answer, pages: Mutex::default() }
    }

    async fn bring(&self, asked: &Fields, parameters: &[(String, String)]) {
        let pairs: Vec<_> = parameters.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let answer = send_back(asked, &pairs).await;
        self.pages.lock().unwrap().push((answer.status, String::from_utf8(answer.body.to_vec()).unwrap()));
    }
}

/// Brings a response to the redirect address in the asked mode.
pub async fn send_back(asked: &Fields, pairs: &[(&str, &str)]) -> OutgoingResponse {
    let mut url = Url::parse(&asked["redirect_uri"]).unwrap();
    let request = if asked["response_mode"] == "form_post" {
        OutgoingRequest::post_form(url, pairs.iter().copied())
    } else {
        url.query_pairs_mut().extend_pairs(pairs);
        OutgoingRequest::get_json(url)
    };
    outgoing().send(request).await.unwrap()
}

#[async_trait]
impl BrowserOpener for Walker {
    async fn open(&self, url: &Url) -> Result<(), BrowserError> {
        let asked: Fields = url.query_pairs().into_owned().collect();
        *self.provider.asked.lock().unwrap() = asked.clone();
        let mut parameters: Fields =
            [("code", "good-code"), ("state", &asked["state"]), ("iss", &self.provider.issuer())]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into();
        for (name, value) in self.answer.changes {
            parameters.insert((*name).to_owned(), (*value).to_owned());
        }
        parameters.retain(|_, value| !value.is_empty());
        if self.answer.foreign_first {
            let foreign = [("code", "evil"), ("state", "another")].map(|(a, b)| (a.to_owned(), b.to_owned()));
            self.bring(&asked, &foreign).await;
            self.bring(&asked, &foreign[..1]).await;
        }
        self.bring(&asked, &parameters.into_iter().collect::<Vec<_>>()).await;
        Ok(())
    }
}

/// Remembers the steps.
#[derive(Default)]
pub struct Steps(pub Mutex<Vec<Event>>);

impl Observer for Steps {
    fn notice(&self, event: &Event) {
        self.0.lock().unwrap().push(event.clone());
    }
}

impl Steps {
    pub fn count(&self, wanted: impl Fn(&Event) -> bool) -> usize {
        self.0.lock().unwrap().iter().filter(|event| wanted(event)).count()
    }
}

pub fn outgoing() -> Arc<dyn HttpClient> {
    Arc::new(Outgoing::new(&OutgoingSettings::default()).unwrap())
}

pub fn application(provider: &Arc<Provider>, settings: AppSettings, cache: Arc<dyn TokenCache>) -> Application {
    let entropy = Arc::new(CountedEntropy::default());
    Application::new(settings, outgoing(), Arc::clone(&provider.clock) as _, entropy, cache).unwrap()
}

/// An application with a memory cache and the steps it takes.
pub fn simple(provider: &Arc<Provider>) -> (Application, Arc<Steps>) {
    let steps = Arc::new(Steps::default());
    let app = application(provider, provider.settings(), Arc::new(MemoryCache::default()));
    (app.observed_by(Arc::clone(&steps) as _), steps)
}

/// Signs in with the scope `colors/Read`; also gives what the pages said.
pub async fn sign_in_with(
    app: &Application,
    provider: &Arc<Provider>,
    answer: Answer,
) -> (Result<SignedIn, SignInError>, Vec<(StatusCode, String)>) {
    let walker = Walker::new(provider, answer);
    let result = app.sign_in(&["colors/Read"], SignInOptions::new(&walker)).await;
    (result, walker.pages.into_inner().unwrap())
}

pub async fn sign_in(app: &Application, provider: &Arc<Provider>) -> SignedIn {
    sign_in_with(app, provider, Answer::default()).await.0.unwrap()
}

pub fn same_origin(provider: &Provider, tenant: &str) -> AppSettings {
    let mut settings = provider.settings();
    settings.authority = format!("{}/{tenant}/v2.0", provider.origin);
    settings.issuer_rule = IssuerRule::SameOrigin;
    settings
}
