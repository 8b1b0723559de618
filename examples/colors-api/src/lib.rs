//! The Colors API: the smallest API that asks for a token, as an example of `grantor-resource-server`.
//!
//! `GET /colors` needs the scope `Colors.Read` and says whose token it saw; `GET /health` needs nothing.

use std::sync::Arc;

use axum::routing::get;
use axum::{Extension, Json, Router};
use grantor_resource_server::{RequireLayer, Requirement, VerifiedToken, Verifier};
use serde::Serialize;

/// The scope that reading takes.
pub const READ: &str = "Colors.Read";

/// What `GET /colors` answers.
#[derive(Debug, Serialize)]
pub struct Colors {
    /// The colors.
    pub colors: &'static [&'static str],
    /// Whose token it was: the person's name, or the subject, which every token has.
    pub seen_as: String,
    /// `sub` of the token.
    pub subject: Option<String>,
}

/// The routes. Everything but `/health` stands behind `verifier`.
pub fn router(verifier: Arc<Verifier>) -> Router {
    Router::new()
        .route("/colors", get(colors))
        .route_layer(RequireLayer::new(verifier, Requirement::scope(READ)))
        .route("/health", get(|| async { "ok" }))
}

async fn colors(Extension(token): Extension<VerifiedToken>) -> Json<Colors> {
    let subject = token.subject().map(str::to_owned);
    let name = token.text("name").or(token.text("preferred_username")).map(str::to_owned);
    let seen_as = name.or_else(|| subject.clone()).unwrap_or_else(|| "nobody in particular".to_owned());
    Json(Colors { colors: &["teal", "crimson", "ochre", "indigo"], seen_as, subject })
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use grantor_environment::{ManualClock, Timestamp};
    use grantor_jose::{Algorithm, HeaderFields, JwkSet, SigningKey, sign_compact};
    use grantor_outgoing::{HttpClient, OutgoingError, OutgoingRequest, OutgoingResponse};
    use grantor_resource_server::VerifierSettings;
    use http::{HeaderMap, Request, StatusCode};
    use http_body_util::BodyExt as _;
    use serde_json::{Value, json};
    use tower::ServiceExt as _;

    use super::*;

    const ISSUER: &str = "https://id.example/t/v2.0";

    /// Answers with the metadata and keys of [`ISSUER`].
    struct Issuer(JwkSet);

    #[async_trait::async_trait]
    impl HttpClient for Issuer {
        async fn send(&self, request: OutgoingRequest) -> Result<OutgoingResponse, OutgoingError> {
            let body = if request.url.path().ends_with("openid-configuration") {
                json!({"issuer": ISSUER, "jwks_uri": "https://id.example/keys"}).to_string()
            } else {
                serde_json::to_string(&self.0).unwrap()
            };
            Ok(OutgoingResponse { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() })
        }
    }

    async fn asked(path: &str, scope: Option<&str>) -> (StatusCode, String) {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let http = Arc::new(Issuer(JwkSet { keys: vec![key.public_jwk()] }));
        let clock = Arc::new(ManualClock::stopped_at(Timestamp::from_seconds(1000)));
        let verifier = Arc::new(Verifier::new(VerifierSettings::new(ISSUER, ["colors"]), http, clock).unwrap());
        let mut request = Request::get(path);
        if let Some(scp) = scope {
            let claims = json!({"iss": ISSUER, "aud": "colors", "exp": 2000, "scp": scp, "sub": "s", "name": "Chris"});
            let token = sign_compact(&key, &HeaderFields { typ: "JWT", x5t: None }, &claims).unwrap();
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let response = router(verifier).oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let status = response.status();
        let body = response.into_body().collect().await.unwrap().to_bytes();
        (status, String::from_utf8(body.to_vec()).unwrap())
    }

    #[tokio::test]
    async fn colors_are_for_those_who_may_read_them() {
        let (status, body) = asked("/colors", Some("Colors.Read")).await;
        assert_eq!(status, StatusCode::OK);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&body["seen_as"], &body["subject"]), (&json!("Chris"), &json!("s")));
        assert_eq!(asked("/colors", Some("Colors.Write")).await.0, StatusCode::FORBIDDEN);
        assert_eq!(asked("/colors", None).await.0, StatusCode::UNAUTHORIZED);
    }

    #[tokio::test]
    async fn health_is_for_everybody() {
        assert_eq!(asked("/health", None).await, (StatusCode::OK, "ok".to_owned()));
    }
}
