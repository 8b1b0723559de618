//! What an application compares to learn whether its person is still signed in (OpenID Connect Session Management 1.0 §3.2 and
//! §4.2).

use std::fmt::Write as _;

use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, RedirectUri};

/// The `session_state` of an answer: a hash over the application, the origin that asks, the state of the browser and a salt, which
/// stands beside it. The script of the frame makes the same. Nothing for an address without an origin: no page can ask from there.
pub fn state(client_id: &ClientId, redirect: &RedirectUri, browser_state: &str, salt: &str) -> Option<String> {
    let origin = redirect.policy_source();
    if !origin.contains("://") {
        return None;
    }
    let text = format!("{} {} {browser_state} {salt}", client_id.as_str(), without_default_port(&origin));
    let mut hash = String::with_capacity(64 + 1 + salt.len());
    for byte in sha256(text.as_bytes()) {
        // Writing into a string cannot fail.
        let _ = write!(hash, "{byte:02x}");
    }
    Some(hash + "." + salt)
}

/// An origin as browsers write it (RFC 6454 §6.1).
fn without_default_port(origin: &str) -> &str {
    let default = if origin.starts_with("https:") { ":443" } else { ":80" };
    origin.strip_suffix(default).unwrap_or(origin)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(redirect: &str) -> Option<String> {
        let client_id = ClientId::parse("app").unwrap();
        state(&client_id, &RedirectUri::parse(redirect).unwrap(), "browser", "salt")
    }

    #[test]
    fn it_is_the_hash_that_the_frame_makes() {
        let expected = "a6cadf9bbd9404007f9feb673d12895c24f5d5577abe02a13c222cd7e04ab871";
        for redirect in ["https://app.example/callback", "https://APP.example:443/other?x=1"] {
            assert_eq!(of(redirect), Some(format!("{expected}.salt")), "{redirect}");
        }
        assert_ne!(of("https://app.example:8443/callback"), of("https://app.example/callback"));
    }

    #[test]
    fn a_program_without_an_origin_has_none() {
        assert_eq!(of("com.example.app:/callback"), None);
    }
}
