//! Whether an access token allows a call to one of our own APIs.

use std::ops::Deref;

use grantor_protocol::{ClientId, FamilyId, TenantId, UserId};

use crate::Refusal;
use crate::model::{Family, User};
use crate::refusal::TokenFault;

/// What a token that is signed by us and in time says, read by the dialect that wrote it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// Whose directory.
    pub tenant: TenantId,
    /// On whose behalf.
    pub user: UserId,
    /// The application that uses it.
    pub client: ClientId,
    /// What it is revoked with.
    pub family: FamilyId,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Which API it is for, as it says.
    pub audience: String,
}

/// Evidence: a call that is allowed.
#[derive(Debug)]
pub struct PermittedCall(PermittedFacts);

/// On whose behalf a call is made, and what it may see.
#[derive(Debug)]
pub struct PermittedFacts {
    /// The token.
    pub token: PresentedToken,
    /// The person, as the directory knows them now.
    pub user: User,
}

impl Deref for PermittedCall {
    type Target = PermittedFacts;
    fn deref(&self) -> &PermittedFacts {
        &self.0
    }
}

/// Allows a call that any one of `needed` allows, when the token's family is not revoked and the person still may.
///
/// # Errors
/// [`Refusal::TokenInvalid`] or [`Refusal::ScopeInsufficient`] (RFC 6750 §3.1).
pub fn permit(
    token: PresentedToken,
    family: Option<&Family>,
    user: Option<User>,
    needed: &[&'static str],
) -> Result<PermittedCall, Refusal> {
    let stands = family.is_some_and(|family| {
        family.revoked.is_none() && family.client_id == token.client && family.user == token.user
    });
    if !stands {
        return Err(Refusal::TokenInvalid { why: TokenFault::Revoked });
    }
    let user = user
        .filter(|user| user.id == token.user && user.account_enabled)
        .ok_or(Refusal::TokenInvalid { why: TokenFault::Person })?;
    if !family.is_some_and(|family| user.stands_by(family.authenticated_at)) {
        return Err(Refusal::TokenInvalid { why: TokenFault::Revoked });
    }
    if !needed.iter().any(|scope| token.scopes.iter().any(|found| found == scope)) {
        return Err(Refusal::ScopeInsufficient { needed: needed.to_vec(), found: token.scopes });
    }
    Ok(PermittedCall(PermittedFacts { token, user }))
}
