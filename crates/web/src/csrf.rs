//! A form is taken only from the browser that it was made for, and only for the question that it showed.

use axum::http::HeaderMap;
use grantor_jose::{base64url, digest};
use grantor_protocol::Handle;
use grantor_protocol::secret::same_bytes;
use grantor_rules::Refusal;

use crate::cookies::Browser;

/// The mark of a form: a MAC of what the form is about, under the browser's own secret. Nothing has to be kept for it.
pub fn mark(browser: &Browser, page: &str, handle: &Handle, about: &[u8]) -> String {
    let text = [page.as_bytes(), b"\n", handle.secret().expose().as_bytes(), b"\n", about].concat();
    base64url::encode(digest::hmac_sha256(browser.secret().expose().as_bytes(), &text))
}

/// The mark of a form that belongs to no waiting request.
pub fn mark_page(browser: &Browser, page: &str, about: &[u8]) -> String {
    let text = [page.as_bytes(), b"\n\n", about].concat();
    base64url::encode(digest::hmac_sha256(browser.secret().expose().as_bytes(), &text))
}

/// Whether a form bears the mark that was expected, and whether the browser says that it comes from one of our own pages.
///
/// # Errors
/// [`Refusal::FormNotOurs`].
pub fn check(headers: &HeaderMap, sent: Option<&str>, expected: &str) -> Result<(), Refusal> {
    let ours = headers.get("sec-fetch-site").is_none_or(|site| site == "same-origin" || site == "none");
    match sent {
        Some(sent) if ours && same_bytes(sent.as_bytes(), expected.as_bytes()) => Ok(()),
        _ => Err(Refusal::FormNotOurs),
    }
}
