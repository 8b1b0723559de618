//! Which grants and response types an application registers, and which it may use after that.

use std::collections::BTreeSet;

use grantor_protocol::response::ResponseType;

use super::{Findings, shown};
use crate::Refusal;
use crate::model::{Application, ClientMetadata};
use crate::token::issued::GrantKind;

/// The grant whose token endpoint is the browser (RFC 7591 §2).
const IMPLICIT: &str = "implicit";

pub(super) fn check(metadata: &ClientMetadata, found: &mut Findings) {
    if let Some(grants) = &metadata.grant_types {
        found.take("grant_types", known_grants(grants));
    }
    if let Some(types) = &metadata.response_types {
        found.take("response_types", known_types(types, metadata.grant_types.as_deref()));
    }
}

fn known_grants(grants: &[String]) -> Result<(), String> {
    if grants.is_empty() {
        return Err("holds no grant: without the field there are those that its kind of program may have".to_owned());
    }
    for (place, grant) in grants.iter().enumerate() {
        if grant != IMPLICIT && GrantKind::parse(grant, &GrantKind::ALL).is_none() {
            let known: BTreeSet<&str> = GrantKind::ALL.iter().map(|kind| kind.as_str()).chain([IMPLICIT]).collect();
            let known: Vec<&str> = known.into_iter().collect();
            return Err(format!("holds {}; the grants are {}", shown(grant), known.join(", ")));
        }
        if grants[..place].contains(grant) {
            return Err(format!("holds {grant} twice"));
        }
    }
    Ok(())
}

fn known_types(types: &[String], grants: Option<&[String]>) -> Result<(), String> {
    let mut before: Vec<ResponseType> = Vec::new();
    for text in types {
        let Some(kind) = ResponseType::parse(text) else {
            return Err(format!("holds {}, which is no response type", shown(text)));
        };
        if before.contains(&kind) {
            return Err(format!("holds {kind} twice"));
        }
        if let Some(missing) = grants.and_then(|grants| grant_missing(grants, kind)) {
            return Err(format!("holds {kind}, which needs {missing} among the grant_types"));
        }
        before.push(kind);
    }
    Ok(())
}

/// A grant that a response type needs and that is not registered (OpenID Connect Registration §2).
fn grant_missing(grants: &[String], kind: ResponseType) -> Option<&'static str> {
    let needed =
        [(kind.code, GrantKind::Code.as_str()), (kind.carries_tokens(), IMPLICIT)].into_iter().filter(|(is, _)| *is);
    needed.map(|(_, grant)| grant).find(|needed| !grants.iter().any(|grant| grant == needed))
}

impl Application {
    /// Whether it may use a grant at all. One that registers none may use each that its kind of program may.
    pub fn may_use(&self, grant: GrantKind) -> bool {
        let registered = self.metadata.grant_types.as_ref();
        registered.is_none_or(|grants| grants.iter().any(|one| one == grant.as_str()))
    }

    /// Whether it may ask for answers of a type.
    pub fn may_ask_for(&self, kind: ResponseType) -> bool {
        let parsed = |types: &Vec<String>| types.iter().any(|one| ResponseType::parse(one) == Some(kind));
        let by_grants = self.metadata.grant_types.as_deref().and_then(|grants| grant_missing(grants, kind));
        self.metadata.response_types.as_ref().is_none_or(parsed) && by_grants.is_none()
    }
}

/// Whether an application is registered for a grant (RFC 6749 §5.2).
///
/// # Errors
/// [`Refusal::GrantTypeNotEnabled`].
pub fn registered_for(application: &Application, grant: GrantKind) -> Result<(), Refusal> {
    if application.may_use(grant) { Ok(()) } else { Err(Refusal::GrantTypeNotEnabled { grant: grant.as_str() }) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use grantor_protocol::{ClientId, TenantId};

    #[test]
    fn what_is_registered_is_all_that_may_be_used() {
        let mut application = Application::new(ClientId::parse("app").unwrap(), TenantId::from_random([1; 16]), "App");
        let kind = |text| ResponseType::parse(text).unwrap();
        assert!(application.may_use(GrantKind::Code) && application.may_ask_for(kind("id_token token")));
        application.metadata.grant_types = Some(vec!["authorization_code".to_owned()]);
        assert_eq!(registered_for(&application, GrantKind::Code), Ok(()));
        let refused = Err(Refusal::GrantTypeNotEnabled { grant: "refresh_token" });
        assert_eq!(registered_for(&application, GrantKind::RefreshToken), refused);
        assert!(application.may_ask_for(ResponseType::CODE) && !application.may_ask_for(kind("code id_token")));
        application.metadata.grant_types = Some(vec!["authorization_code".to_owned(), "implicit".to_owned()]);
        application.metadata.response_types = Some(vec!["token id_token".to_owned()]);
        assert!(application.may_ask_for(kind("id_token token")) && !application.may_ask_for(ResponseType::CODE));
    }
}
