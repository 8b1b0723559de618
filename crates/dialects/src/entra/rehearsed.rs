//! How a refusal that was asked for under `--dev` is reported.
//!
//! Source: entra-dialect 18 for the OAuth errors, 14 for `claims`.

use super::errors::{Endpoint, Report, report};
use crate::rehearsed::{Kind, kind_of};

/// What the next request must carry in `claims`: that a policy, which is named, be met.
const CLAIMS: &str =
    r#"{"access_token":{"capolids":{"essential":true,"values":["00000000-0000-0000-0000-000000000000"]}}}"#;

/// The report; of a number that is none of them, as one that the live service has for what went wrong on its side. A suberror
/// says at the token endpoint that the person must do something more.
pub(super) fn of(code: u32, endpoint: Endpoint) -> Report {
    let at_token = endpoint == Endpoint::Token;
    match kind_of(code) {
        Some(Kind::More) if at_token => report(code, "invalid_grant").suberror("basic_action"),
        Some(Kind::More | Kind::There) => report(code, "interaction_required"),
        Some(Kind::MoreWithClaims) => report(code, "interaction_required").claims(CLAIMS),
        Some(Kind::Forbidden) if at_token => report(code, "interaction_required").claims(CLAIMS),
        Some(Kind::Forbidden) => report(code, "access_denied"),
        Some(Kind::NoGood) => report(code, "invalid_grant"),
        Some(Kind::Wrong) => report(code, "invalid_request"),
        Some(Kind::PasswordOver) => report(code, "invalid_grant").suberror("user_password_expired"),
        None => report(50_000, "server_error"),
    }
}
