//! An issuer that publishes metadata and keys, and an API behind a verifier.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use axum::{Extension, Router};
use grantor_environment::{Clock as _, ManualClock, Timestamp};
use grantor_jose::{Algorithm, HeaderFields, Jwk, JwkSet, SigningKey, sign_compact};
use grantor_outgoing::{HttpClient, Outgoing, OutgoingSettings};
use grantor_resource_server::{RequireLayer, Requirement, VerifiedToken, Verifier, VerifierSettings};
use serde_json::{Map, Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt as _;

pub const AUDIENCE: &str = "c0105000-0000-4000-8000-00000000a001";

pub struct Issuer {
    pub origin: String,
    pub clock: Arc<ManualClock>,
    pub key: Mutex<SigningKey>,
    /// The issuer that the metadata name.
    pub named: Mutex<String>,
    /// What `/keys` answers instead of the keys: a status and a text.
    pub broken: Mutex<Option<(StatusCode, String)>>,
    /// Whom the keys are reserved for, as the key set says.
    pub reserved: Mutex<Option<String>>,
    pub key_requests: AtomicUsize,
}

impl Issuer {
    pub async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://{}", listener.local_addr().unwrap());
        let issuer = Arc::new(Self {
            named: Mutex::new(format!("{origin}/t/v2.0")),
            origin,
            clock: Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1_000_000))),
            key: Mutex::new(SigningKey::generate(Algorithm::Es256).unwrap()),
            broken: Mutex::default(),
            reserved: Mutex::default(),
            key_requests: AtomicUsize::default(),
        });
        let router = Router::new()
            .route("/t/v2.0/.well-known/openid-configuration", get(metadata))
            .route("/keys", get(keys))
            .with_state(Arc::clone(&issuer));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        issuer
    }

    pub fn name(&self) -> String {
        format!("{}/t/v2.0", self.origin)
    }

    pub fn settings(&self) -> VerifierSettings {
        VerifierSettings::new(self.name(), [AUDIENCE, "api://colors"])
    }

    pub fn verifier(&self, settings: VerifierSettings) -> Arc<Verifier> {
        let http: Arc<dyn HttpClient> = Arc::new(Outgoing::new(&OutgoingSettings::default()).unwrap());
        Arc::new(Verifier::new(settings, http, Arc::clone(&self.clock) as _).unwrap())
    }

    pub fn claims(&self) -> Map<String, Value> {
        let now = self.clock.now().seconds();
        let claims = json!({
            "iss": self.name(), "aud": AUDIENCE, "sub": "s", "exp": now + 3600, "nbf": now, "iat": now,
            "scp": "Colors.Read", "azp": "app",
        });
        claims.as_object().unwrap().clone()
    }

    /// The right claims with one of them changed; `null` takes it away.
    pub fn claims_but(&self, name: &str, value: Value) -> Map<String, Value> {
        let mut claims = self.claims();
        claims.insert(name.to_owned(), value);
        claims.retain(|_, value| !value.is_null());
        claims
    }

    pub fn sign(&self, claims: &Map<String, Value>) -> String {
        self.sign_as("JWT", claims)
    }

    pub fn sign_as(&self, typ: &str, claims: &Map<String, Value>) -> String {
        sign_compact(&self.key.lock().unwrap(), &HeaderFields { typ, x5t: None }, claims).unwrap()
    }

    pub fn rotate(&self) {
        *self.key.lock().unwrap() = SigningKey::generate(Algorithm::Es256).unwrap();
    }

    pub fn break_keys(&self, status: StatusCode, body: &str) {
        *self.broken.lock().unwrap() = Some((status, body.to_owned()));
    }

    pub fn key_requests(&self) -> usize {
        self.key_requests.load(Ordering::SeqCst)
    }
}

async fn metadata(State(issuer): State<Arc<Issuer>>) -> axum::Json<Value> {
    let named = issuer.named.lock().unwrap().clone();
    axum::Json(json!({"issuer": named, "jwks_uri": format!("{}/keys", issuer.origin)}))
}

async fn keys(State(issuer): State<Arc<Issuer>>) -> Response {
    issuer.key_requests.fetch_add(1, Ordering::SeqCst);
    if let Some((status, body)) = issuer.broken.lock().unwrap().clone() {
        return (status, [("location", "/elsewhere")], body).into_response();
    }
    let key = issuer.key.lock().unwrap().public_jwk();
    let reserved = issuer.reserved.lock().unwrap().clone();
    axum::Json(JwkSet { keys: vec![Jwk { issuer: reserved, ..key }] }).into_response()
}

/// What an API behind the layer answered.
pub struct Answered {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answered {
    pub fn challenge(&self) -> &str {
        self.headers["www-authenticate"].to_str().unwrap()
    }
}

/// Asks an API that needs `requirement`, with these `Authorization` headers.
pub async fn ask(verifier: &Arc<Verifier>, requirement: Requirement, uri: &str, headers: &[&str]) -> Answered {
    let headers: Vec<(&str, &str)> = headers.iter().map(|value| ("authorization", *value)).collect();
    ask_with(verifier, requirement, uri, &headers).await
}

/// The same, with headers of any name.
pub async fn ask_with(
    verifier: &Arc<Verifier>,
    requirement: Requirement,
    uri: &str,
    headers: &[(&str, &str)],
) -> Answered {
    let api = Router::new()
        .route(
            "/colors",
            get(|Extension(token): Extension<VerifiedToken>| async move { token.subject().unwrap().to_owned() }),
        )
        .route_layer(RequireLayer::new(Arc::clone(verifier), requirement));
    let mut request = Request::get(uri);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = api.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, 65536).await.unwrap();
    Answered { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() }
}
