//! A request as it came in, read once.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody as _, to_bytes};
use axum::http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, Method, Request};
use grantor_dialects::{Parameters, RequestIds, TokenCall};
use grantor_flows::api_call::Presented;
use grantor_flows::{Env, Trace};
use grantor_protocol::dpop::Scheme;
use grantor_protocol::{FlowId, Secret};
use grantor_rules::Refusal;
use grantor_rules::client::ShownCertificate;
use grantor_rules::dpop::PresentedProofs;
use grantor_rules::refusal::TokenFault;

use crate::app::App;

const DPOP: &str = "dpop";

/// No form of ours is longer.
const LARGEST_BODY: usize = 64 * 1024;
/// No query of ours is longer.
const LONGEST_QUERY: usize = 64 * 1024;
/// Whoever sends a body more slowly than this is not waited for.
const BODY_TIME: Duration = Duration::from_secs(15);

/// A request, read once.
pub struct Incoming {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub query: Vec<u8>,
    pub body: Bytes,
    pub trace: Trace,
    /// The certificate of the TLS connection, if one was shown.
    pub certificate: Option<Arc<ShownCertificate>>,
}

impl Incoming {
    /// Reads a whole request within limits of size and time.
    pub async fn read(env: &Env, request: Request<Body>) -> (Self, Result<(), Refusal>) {
        let (mut parts, body) = request.into_parts();
        let query = parts.uri.query().unwrap_or_default().as_bytes().to_vec();
        let too_long = query.len() > LONGEST_QUERY;
        let (body, outcome) = match whole(body).await {
            Some(body) if !too_long => (body, Ok(())),
            _ => (
                Bytes::new(),
                Err(Refusal::BodyUnreadable {
                    expected: "a query and a body of at most 64 KiB, sent within 15 seconds",
                }),
            ),
        };
        let certificate = parts.extensions.remove::<Arc<ShownCertificate>>();
        let path = parts.uri.path().to_owned();
        let (method, headers, trace) = (parts.method, parts.headers, env.trace());
        (Self { method, path, headers, query, body, trace, certificate }, outcome)
    }

    pub fn is_post(&self) -> bool {
        self.method == Method::POST
    }

    /// What is wrong with a call that is to be posted, and was not.
    pub fn not_post(&self) -> Refusal {
        let code_in_address = self.query().is_ok_and(|query| query.sole("code").is_some());
        Refusal::MethodNotPost { code_in_address }
    }

    /// The parameters of the query.
    pub fn query(&self) -> Result<Parameters, Refusal> {
        Parameters::parse(&self.query)
    }

    /// The parameters of the body. A body of another type holds none (Observed: JSON counts as an empty form).
    pub fn form(&self) -> Result<Parameters, Refusal> {
        let is_form = self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| {
            kind.split(';')
                .next()
                .is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
        });
        if is_form { Parameters::parse(&self.body) } else { Ok(Parameters::default()) }
    }

    /// The body, if it says that it is JSON.
    pub fn json(&self) -> Result<&[u8], Refusal> {
        let kind = self.header(CONTENT_TYPE.as_str()).and_then(|kind| kind.split(';').next());
        if kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json")) {
            return Ok(&self.body);
        }
        Err(Refusal::BodyUnreadable { expected: "a body of the type application/json" })
    }

    /// A header that stands once and is text.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut found = self.headers.get_all(name).iter();
        match (found.next(), found.next()) {
            (Some(value), None) => value.to_str().ok(),
            _ => None,
        }
    }

    /// Whether the caller takes an answer of this type and names it (RFC 9110 §12.5.1).
    pub fn accepts(&self, media_type: &str) -> bool {
        let lines = self.headers.get_all(ACCEPT).iter().filter_map(|line| line.to_str().ok());
        lines.flat_map(|line| line.split(',')).any(|range| {
            let mut parts = range.split(';').map(str::trim);
            let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(media_type));
            let weight = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            named && weight.is_none_or(|weight| weight.parse::<f32>().is_ok_and(|weight| weight > 0.0))
        })
    }

    pub fn origin(&self) -> Option<&str> {
        self.header(ORIGIN.as_str())
    }

    pub fn authorization(&self) -> Option<&str> {
        self.header(AUTHORIZATION.as_str())
    }

    /// The one access token in the one `Authorization` header, and how it comes (RFC 6750 §2.1, RFC 9449 §7.1); tokens in
    /// addresses and bodies are not taken.
    pub fn access_token(&self, app: &App) -> Result<Presented, Refusal> {
        let (scheme, token) = self.token()?;
        Ok(Presented { token, scheme, proofs: self.proofs(app), certificate: self.certificate.clone() })
    }

    /// The one bearer token in the one `Authorization` header, where no other is taken (RFC 6750 §2.1).
    pub fn bearer(&self) -> Result<Secret, Refusal> {
        match self.token()? {
            (Scheme::Bearer, token) => Ok(token),
            (Scheme::Dpop, _) => Err(Refusal::TokenInvalid { why: TokenFault::NotBearer }),
        }
    }

    fn token(&self) -> Result<(Scheme, Secret), Refusal> {
        let not_bearer = Refusal::TokenInvalid { why: TokenFault::NotBearer };
        if self.headers.get_all(AUTHORIZATION).iter().count() > 1 {
            return Err(not_bearer);
        }
        let Some(header) = self.headers.get(AUTHORIZATION) else { return Err(Refusal::TokenMissing) };
        let (scheme, token) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(|| not_bearer.clone())?;
        let Some(scheme) = Scheme::parse(scheme).filter(|_| !token.trim().is_empty()) else { return Err(not_bearer) };
        Ok((scheme, Secret::new(token.trim())))
    }

    /// How the call carries its access token, if it carries one.
    pub fn scheme(&self) -> Scheme {
        let named = self.authorization().and_then(|header| Scheme::parse(header.split(' ').next()?));
        named.unwrap_or(Scheme::Bearer)
    }

    /// The `DPoP` headers, with the call that they must be for: at the address below our public URL, whatever `Host` says.
    fn proofs(&self, app: &App) -> PresentedProofs {
        let headers = self.headers.get_all(DPOP);
        // What is not even text cannot be read as a proof either.
        let texts: Vec<String> =
            headers.iter().map(|value| value.to_str().unwrap_or_default().trim().to_owned()).collect();
        if texts.is_empty() {
            return PresentedProofs::default();
        }
        PresentedProofs { texts, method: self.method.to_string(), address: app.env.public.at(&self.path) }
    }

    /// A call of the token endpoint, or of one beside it.
    pub fn token_call<'a>(&'a self, app: &App, parameters: &'a Parameters) -> TokenCall<'a> {
        TokenCall {
            parameters,
            authorization: self.authorization(),
            origin: self.origin(),
            proofs: self.proofs(app),
            certificate: self.certificate.clone(),
        }
    }

    /// What tells this request from others, in replies.
    pub fn ids(&self) -> RequestIds {
        let trace_id = self.trace.request().to_string();
        let named = self.header("client-request-id").and_then(|text| text.parse::<FlowId>().ok());
        RequestIds {
            correlation_id: named.map_or_else(|| trace_id.clone(), |id| id.to_string()),
            trace_id,
            at: self.trace.at(),
        }
    }
}

/// A whole body within limits of size and time. Where there is none, as with most requests, there is nothing to wait for.
async fn whole(body: Body) -> Option<Bytes> {
    if body.is_end_stream() {
        return Some(Bytes::new());
    }
    tokio::time::timeout(BODY_TIME, to_bytes(body, LARGEST_BODY)).await.ok()?.ok()
}
