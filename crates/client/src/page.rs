//! The page that the browser shows when the answer has come: self-contained, without script.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use grantor_protocol::secret::sha256;
use http::header::{CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY};
use http::{HeaderValue, Response, StatusCode};
use http_body_util::Full;

const STYLE: &str = "\
:root{color-scheme:light dark;--ground:#f4f5f2;--paper:#fff;--ink:#1b1f1e;--soft:#56605d;--line:#dcdfda}\
@media(prefers-color-scheme:dark){:root{--ground:#121514;--paper:#1a1f1d;--ink:#eef1ef;--soft:#a3aeaa;--line:#313836}}\
*{box-sizing:border-box}\
body{margin:0;min-block-size:100vh;display:grid;place-items:center;padding:1rem;background:var(--ground);\
color:var(--ink);font:1rem/1.5 system-ui,\"Segoe UI\",Roboto,\"Noto Sans\",sans-serif}\
main{inline-size:min(26rem,100%);padding:2rem;background:var(--paper);border:1px solid var(--line);\
border-radius:1rem;overflow-wrap:anywhere}\
h1{font-size:1.375rem;line-height:1.25;margin:0 0 .5rem}\
p{margin:0 0 1rem;color:var(--soft)}\
p:last-child{margin:0}";

/// What the person reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// All is well.
    Done,
    /// It did not work out, and why.
    Refused(String),
    /// Not the answer that is waited for.
    NotExpected,
    /// No such page.
    NotFound,
}

impl Page {
    fn words(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::Done => (
                StatusCode::OK,
                "You are signed in",
                "<p>You can close this window and go back to the application.</p>".to_owned(),
            ),
            Self::Refused(why) => (
                StatusCode::OK,
                "You are not signed in",
                format!("<p>{}</p><p>You can close this window and try again from the application.</p>", escaped(why)),
            ),
            Self::NotExpected => (
                StatusCode::BAD_REQUEST,
                "This answer was not expected",
                "<p>It does not belong to the sign-in that is waiting here. Go back to the window in which you were \
                 signing in, or start again from the application.</p>"
                    .to_owned(),
            ),
            Self::NotFound => (StatusCode::NOT_FOUND, "There is nothing here", String::new()),
        }
    }

    /// The page as a response. Its policy allows its own style and nothing else.
    pub fn into_response(self) -> Response<Full<Bytes>> {
        let (status, title, text) = self.words();
        let html = format!(
            "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
             <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><style>{STYLE}</style></head>\
             <body><main><h1>{title}</h1>{text}</main></body></html>"
        );
        let policy = format!(
            "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
            STANDARD.encode(sha256(STYLE.as_bytes()))
        );
        let mut response = Response::new(Full::from(html));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        let policy = HeaderValue::from_str(&policy).expect("base64 and words of ours fit a header");
        headers.insert(CONTENT_SECURITY_POLICY, policy);
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        response
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_says_is_text_and_not_markup() {
        let (_, _, html) = Page::Refused("<script>alert('1')</script> & \"x\"".to_owned()).words();
        assert!(html.contains("&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;x&quot;"), "{html}");
    }

    #[test]
    fn the_policy_allows_nothing_but_the_style() {
        let response = Page::Done.into_response();
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(!policy.contains("unsafe"));
    }
}
