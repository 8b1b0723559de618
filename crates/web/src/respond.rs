//! From an answer as data to HTTP. The one place that redirects a browser, and the one that writes headers.

use axum::body::{Body, Bytes, HttpBody as _};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL, CONTENT_LENGTH,
    CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, LOCATION, PRAGMA, REFERRER_POLICY, SET_COOKIE,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderValue, Response, StatusCode};
use grantor_dialects::{Caching, Parameters, Reply, form};
use grantor_pages::{CHECK_SESSION_SCRIPT_SHA256, FORM_POST_SCRIPT_SHA256, FormPost};
use grantor_protocol::response::ResponseMode;
use grantor_protocol::{Handle, PublicUrl, RedirectUri, Secret, TenantId, UserId};
use grantor_rules::client::RegisteredRedirect;

/// A header's value, read when the program is built.
macro_rules! value {
    ($text:literal) => {
        const { axum::http::HeaderValue::from_static($text) }
    };
}
pub(crate) use value;

/// An answer on its way out.
pub type Answer = Response<Body>;

/// Few answers have more: room for them is made once.
const USUAL_HEADERS: usize = 12;

/// One of our own pages that a browser can be sent to.
#[derive(Clone, Copy)]
pub enum OwnPage<'a> {
    /// Account picker and sign-in.
    SignIn(&'a Handle),
    /// Consent.
    Consent(&'a Handle),
    /// Whether the person began what a device waits for.
    Device(&'a Handle),
    /// Which account signs out; with the request's own parameters.
    SignOut(&'a str, &'a Parameters),
    /// What a person has allowed.
    Account(TenantId, UserId),
    /// What people ask the administrators for.
    ConsentRequests(TenantId, UserId),
}

impl OwnPage<'_> {
    /// Its path. Neither a handle nor an id nor a tenant's name holds anything that would need encoding.
    pub fn path(self) -> String {
        match self {
            Self::SignIn(handle) => format!("/sign-in/{}", handle.secret().expose()),
            Self::Consent(handle) => format!("/consent/{}", handle.secret().expose()),
            Self::Device(handle) => format!("/device/{}", handle.secret().expose()),
            Self::SignOut(tenant, parameters) => {
                let pairs: Vec<(&str, String)> =
                    parameters.pairs().iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
                let query = form::encode(&pairs);
                let tenant = form::encode_component(tenant);
                if query.is_empty() { format!("/sign-out/{tenant}") } else { format!("/sign-out/{tenant}?{query}") }
            }
            Self::Account(tenant, user) => format!("/account/{tenant}/{user}"),
            Self::ConsentRequests(tenant, user) => format!("/account/{tenant}/{user}/requests"),
        }
    }
}

/// Where a browser can be sent: to a page of ours, or with an answer to an address that is registered for the application.
/// There is no third kind.
pub enum Destination<'a> {
    /// A page of ours.
    Own(OwnPage<'a>),
    /// The application's address.
    Application {
        /// The address, proven to be registered.
        redirect: &'a RegisteredRedirect,
        /// How the answer comes back.
        mode: ResponseMode,
        /// The answer.
        parameters: &'a [(&'static str, String)],
        /// The application's name, for the page that posts the answer.
        application: &'a str,
    },
}

/// Sends a browser somewhere. 303, so that a form with a password is never posted again elsewhere (RFC 9700 §4.12).
pub fn send_browser(public: &PublicUrl, destination: &Destination<'_>) -> Answer {
    match destination {
        Destination::Own(page) => see_other(&public.at(&page.path())),
        Destination::Application { redirect, mode: ResponseMode::Query, parameters, .. } => {
            see_other(&redirect.uri().with_query(&form::encode(parameters)))
        }
        Destination::Application { redirect, mode: ResponseMode::Fragment, parameters, .. } => {
            see_other(&redirect.uri().with_fragment(&form::encode(parameters)))
        }
        Destination::Application { redirect, mode: ResponseMode::FormPost, parameters, application } => {
            form_post(redirect.uri(), parameters, application)
        }
    }
}

fn see_other(address: &str) -> Answer {
    let mut answer = empty(StatusCode::SEE_OTHER);
    insert(&mut answer, LOCATION, address);
    never_kept(&mut answer);
    answer
}

/// A page whose form the browser posts to the application (OAuth 2.0 Form Post Response Mode §2).
fn form_post(uri: &RedirectUri, parameters: &[(&'static str, String)], application: &str) -> Answer {
    let page = FormPost {
        action_url: uri.destination(),
        fields: parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect(),
        application_name: application.to_owned(),
    };
    let mut answer = html(StatusCode::OK, page.render());
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'sha256-{FORM_POST_SCRIPT_SHA256}'; base-uri 'none'; form-action {}",
        forms_may_go_to(uri)
    );
    insert(&mut answer, CONTENT_SECURITY_POLICY, &policy);
    answer
}

/// A page of ours. `towards` is where its form may lead in the end.
pub fn page(status: StatusCode, text: String, towards: Option<&RedirectUri>) -> Answer {
    let mut answer = html(status, text);
    let forms = towards.map_or_else(|| "'self'".to_owned(), |uri| format!("'self' {}", forms_may_go_to(uri)));
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; form-action {forms}"
    );
    insert(&mut answer, CONTENT_SECURITY_POLICY, &policy);
    fixed(&mut answer, X_FRAME_OPTIONS, value!("DENY"));
    answer
}

/// The page that ends a session: it loads each application's own address in a frame, and goes on to `then`, which is one that
/// is registered.
pub fn signed_out(text: String, frames: &[String], then: Option<&RegisteredRedirect>) -> Answer {
    let mut answer = html(StatusCode::OK, text);
    let origin = |address: &String| RedirectUri::parse(address).ok().map(|uri| uri.policy_source());
    let mut sources: Vec<String> = frames.iter().filter_map(origin).collect();
    sources.dedup();
    let frames = if sources.is_empty() { "'none'".to_owned() } else { sources.join(" ") };
    let forms = then.map_or_else(|| "'self'".to_owned(), |then| format!("'self' {}", forms_may_go_to(then.uri())));
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; frame-src {frames}; form-action {forms}"
    );
    insert(&mut answer, CONTENT_SECURITY_POLICY, &policy);
    fixed(&mut answer, X_FRAME_OPTIONS, value!("DENY"));
    answer
}

/// The frame that any application's page may embed, with its one script (OpenID Connect Session Management 1.0 §3.2).
pub fn frame(text: String) -> Answer {
    let mut answer = html(StatusCode::OK, text);
    let policy = format!("default-src 'none'; script-src 'sha256-{CHECK_SESSION_SCRIPT_SHA256}'; base-uri 'none'");
    insert(&mut answer, CONTENT_SECURITY_POLICY, &policy);
    answer
}

/// Chromium holds the whole chain of redirects after a form against `form-action`, and an application may well send the
/// browser on from its own callback: so any https address is allowed beside the application's (docs/decisions/0004).
fn forms_may_go_to(uri: &RedirectUri) -> String {
    match uri.policy_source() {
        source if source.starts_with("https:") => "https:".to_owned(),
        source => format!("https: {source}"),
    }
}

fn html(status: StatusCode, text: String) -> Answer {
    let mut answer = empty(status);
    *answer.body_mut() = Body::from(text);
    fixed(&mut answer, CONTENT_TYPE, value!("text/html; charset=utf-8"));
    never_kept(&mut answer);
    answer
}

/// A JSON reply.
pub fn reply(reply: &Reply) -> Answer {
    // Writing text in memory fails for no value: its members' names are texts.
    let text = serde_json::to_vec(&reply.body).unwrap_or_default();
    let mut answer = json(text.into(), reply.caching);
    *answer.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in &reply.headers {
        insert(&mut answer, HeaderName::from_static(name), value);
    }
    answer
}

/// A public document that is at hand as text.
pub fn document(text: Bytes) -> Answer {
    json(text, Caching::ADay)
}

/// A token as the whole answer.
pub fn token(token: &Secret, content_type: &'static str) -> Answer {
    let mut answer = empty(StatusCode::OK);
    *answer.body_mut() = Body::from(token.expose().to_owned());
    fixed(&mut answer, CONTENT_TYPE, HeaderValue::from_static(content_type));
    never_kept(&mut answer);
    answer
}

fn json(text: Bytes, caching: Caching) -> Answer {
    let mut answer = empty(StatusCode::OK);
    *answer.body_mut() = Body::from(text);
    fixed(&mut answer, CONTENT_TYPE, value!("application/json; charset=utf-8"));
    match caching {
        Caching::NoStore => never_kept(&mut answer),
        Caching::ADay => fixed(&mut answer, CACHE_CONTROL, value!("max-age=86400, private")),
    }
    answer
}

/// An answer without a body, with room for the headers that most answers get.
fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = status;
    answer.headers_mut().reserve(USUAL_HEADERS);
    answer
}

/// The answer to what was done and of which there is nothing to tell.
pub fn no_content() -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    never_kept(&mut answer);
    answer
}

/// A plain text, for probes and developers.
pub fn text(status: StatusCode, text: &'static str) -> Answer {
    let mut answer = empty(status);
    *answer.body_mut() = Body::from(text);
    fixed(&mut answer, CONTENT_TYPE, value!("text/plain; charset=utf-8"));
    never_kept(&mut answer);
    answer
}

/// A file whose name changes with its content.
pub fn asset(content_type: &'static str, bytes: &'static [u8]) -> Answer {
    let mut answer = empty(StatusCode::OK);
    *answer.body_mut() = Body::from(bytes);
    fixed(&mut answer, CONTENT_TYPE, HeaderValue::from_static(content_type));
    fixed(&mut answer, CACHE_CONTROL, value!("public, max-age=31536000, immutable"));
    answer
}

/// A picture, to be kept for so many seconds. It is nothing but one: opened by itself it may load and run nothing, and no other
/// site may show it.
pub fn picture(content_type: &'static str, bytes: Vec<u8>, seconds: u32) -> Answer {
    let mut answer = empty(StatusCode::OK);
    *answer.body_mut() = Body::from(bytes);
    fixed(&mut answer, CONTENT_TYPE, HeaderValue::from_static(content_type));
    fixed(&mut answer, CONTENT_SECURITY_POLICY, value!("default-src 'none'; frame-ancestors 'none'; sandbox"));
    fixed(&mut answer, HeaderName::from_static("cross-origin-resource-policy"), value!("same-origin"));
    insert(&mut answer, CACHE_CONTROL, &format!("public, max-age={seconds}"));
    answer
}

/// An address that does not take this method.
pub fn method_not_allowed(methods: &[&str]) -> Answer {
    let mut answer = text(StatusCode::METHOD_NOT_ALLOWED, "This address does not take this method.\n");
    insert(&mut answer, ALLOW, &methods.join(", "));
    answer
}

/// The answer to a browser's question whether a script may call (Fetch Standard §3.2.2).
pub fn preflight(methods: &[&str], asked_headers: Option<&str>) -> Answer {
    let mut answer = empty(StatusCode::NO_CONTENT);
    insert(&mut answer, ACCESS_CONTROL_ALLOW_METHODS, &format!("{}, OPTIONS", methods.join(", ")));
    insert(&mut answer, ACCESS_CONTROL_ALLOW_HEADERS, asked_headers.unwrap_or("authorization, content-type, dpop"));
    fixed(&mut answer, ACCESS_CONTROL_MAX_AGE, value!("3600"));
    answer
}

/// Lets scripts of any origin read the answer. No cookie is looked at where this is said, so a script gains nothing that its
/// own server could not have.
pub fn open_to_scripts(answer: &mut Answer) {
    fixed(answer, ACCESS_CONTROL_ALLOW_ORIGIN, value!("*"));
    fixed(
        answer,
        ACCESS_CONTROL_EXPOSE_HEADERS,
        value!("request-id, client-request-id, x-ms-request-id, www-authenticate, retry-after, dpop-nonce"),
    );
}

/// What every answer carries.
pub fn hardened(answer: &mut Answer, public: &PublicUrl) {
    fixed(answer, X_CONTENT_TYPE_OPTIONS, value!("nosniff"));
    fixed(answer, REFERRER_POLICY, value!("no-referrer"));
    // For a name that means the person's own machine this would forbid plain HTTP to every program there, loopback
    // listeners included.
    let own_machine = ["localhost", "127.0.0.1", "[::1]"].contains(&public.host());
    if public.is_https() && !own_machine {
        fixed(answer, STRICT_TRANSPORT_SECURITY, value!("max-age=31536000"));
    }
}

/// Says how long the body is, and leaves it out where only the headers were asked for (RFC 9110 §9.3.2).
pub fn sized(answer: &mut Answer, bare: bool) {
    // An answer that never has a body has no length either (RFC 9110 §8.6).
    if let Some(size) = answer.body().size_hint().exact().filter(|_| answer.status() != StatusCode::NO_CONTENT) {
        answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(size));
    }
    if bare {
        *answer.body_mut() = Body::empty();
    }
}

/// Adds a header whose value never differs.
pub fn fixed(answer: &mut Answer, name: HeaderName, value: HeaderValue) {
    answer.headers_mut().insert(name, value);
}

/// Adds a header. A value that is none is left out: it would have come from our own code.
pub fn insert(answer: &mut Answer, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    } else {
        tracing::error!(header = %name, "a header value could not be written");
    }
}

/// Adds a cookie beside others.
pub fn add_cookie(answer: &mut Answer, cookie: &str) {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
}

fn never_kept(answer: &mut Answer) {
    fixed(answer, CACHE_CONTROL, value!("no-store, no-cache"));
    fixed(answer, PRAGMA, value!("no-cache"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_to_head_says_how_long_the_body_would_be() {
        for (bare, left) in [(false, 5), (true, 0)] {
            let mut answer = text(StatusCode::OK, "live\n");
            sized(&mut answer, bare);
            assert_eq!(answer.headers()[CONTENT_LENGTH], "5");
            assert_eq!(answer.body().size_hint().exact(), Some(left));
        }
    }
}
