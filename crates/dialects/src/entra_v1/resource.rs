//! Reading `resource`: it names an API, and everything that the registration requires of it is meant
//! (Source: entra-dialect 7 and 12.2).

use grantor_rules::Refusal;
use grantor_rules::scopes::{ApiName, WantedScope, WantedScopes};

use crate::Parameters;
use crate::form::cut;
use crate::oauth::words::limit;

/// What a request names in `resource`.
pub fn named(parameters: &Parameters) -> Result<Option<WantedScopes>, Refusal> {
    parameters.optional("resource", limit::HINT)?.map(read).transpose()
}

/// The identifier stays as it is written, slash and case and all: it comes back in the reply and in the token's `aud`.
fn read(identifier: &str) -> Result<WantedScopes, Refusal> {
    // The characters of a URI (RFC 3986 §2): it goes into a token as it is.
    if !identifier.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"\\<>".contains(&byte)) {
        return Err(Refusal::ParameterMalformed {
            name: "resource",
            expected: "the identifier URI or the client id of an API",
            found: cut(identifier, 80),
        });
    }
    let api = ApiName::Identifier(identifier.to_owned());
    Ok(WantedScopes::new(vec![WantedScope::AllGranted { api, spelled: identifier.to_owned() }]))
}
