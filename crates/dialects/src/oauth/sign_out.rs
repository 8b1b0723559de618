//! The sign-out endpoint's words (OpenID Connect RP-Initiated Logout 1.0 §2).

use grantor_protocol::{ClientId, RedirectUri, Secret};
use grantor_rules::Refusal;

use super::words::{limit, state};
use crate::{Parameters, SignOutRequest};

/// An address or an application that cannot be read counts as none: whoever wants to sign out is signed out, and then goes
/// nowhere.
pub fn parse(parameters: &Parameters) -> Result<SignOutRequest, Refusal> {
    let place = parameters.optional("post_logout_redirect_uri", RedirectUri::LONGEST)?;
    let client_id = parameters.optional("client_id", limit::SHORT)?;
    Ok(SignOutRequest {
        post_logout_redirect_uri: place.and_then(|text| RedirectUri::parse(text).ok()),
        id_token_hint: parameters.optional("id_token_hint", limit::DOCUMENT)?.map(Secret::new),
        logout_hint: parameters.optional("logout_hint", limit::HINT)?.map(str::to_owned),
        client_id: client_id.and_then(|text| ClientId::parse(text).ok()),
        state: state(parameters)?,
    })
}
