//! How a refusal that was asked for under `--dev` is reported: by the words that the specifications have for its kind.

use crate::rehearsed::{Kind, kind_of};

/// The error. At the token endpoint whatever a person would have to mend makes an invalid grant (RFC 6749 §5.2): the application
/// sends them to the authorization endpoint, where OpenID Connect has words for it (Core §3.1.2.6).
pub(super) fn of(code: u32, at_token: bool) -> &'static str {
    match kind_of(code) {
        Some(Kind::Wrong) => "invalid_request",
        Some(Kind::More | Kind::MoreWithClaims | Kind::There | Kind::Forbidden | Kind::NoGood | Kind::PasswordOver)
            if at_token =>
        {
            "invalid_grant"
        }
        Some(Kind::More | Kind::MoreWithClaims | Kind::There) => "interaction_required",
        Some(Kind::PasswordOver) => "login_required",
        Some(Kind::Forbidden | Kind::NoGood) => "access_denied",
        None => "server_error",
    }
}
