//! Whether an access token allows a call to one of our own APIs.

use std::ops::Deref;

use grantor_environment::Timestamp;
use grantor_protocol::dpop::Scheme;
use grantor_protocol::{ClientId, FamilyId, TenantId, UserId};

use crate::Refusal;
use crate::client::ShownCertificate;
use crate::dpop::scheme;
use crate::model::{Binding, Family, RequestedClaims, User};
use crate::refusal::TokenFault;

/// What a token that is signed by us and in time says, read by the dialect that wrote it.
#[derive(Clone, Debug)]
pub struct PresentedToken {
    /// Whose directory.
    pub tenant: TenantId,
    /// On whose behalf, where it says so: without the permission `profile` some do not.
    pub user: Option<UserId>,
    /// The application that uses it.
    pub client: ClientId,
    /// What it is revoked with.
    pub family: FamilyId,
    /// What it allows.
    pub scopes: Vec<String>,
    /// Which API it is for, as it says.
    pub audience: String,
    /// The key that whoever presents it must hold.
    pub bound_to: Option<Binding>,
    /// Who alone may act for its person with it, if it says so (RFC 8693 §4.4).
    pub may_act: Option<String>,
    /// When it ends.
    pub expires_at: Timestamp,
}

impl PresentedToken {
    /// Whether it descends from `family`, and that stands.
    pub fn stands_by(&self, family: &Family) -> bool {
        let same = family.id == self.family && family.client_id == self.client;
        family.ended_because().is_none() && same && self.user.is_none_or(|user| family.user == user)
    }
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
    /// What the application asked for by name.
    pub claims: RequestedClaims,
}

impl Deref for PermittedCall {
    type Target = PermittedFacts;
    fn deref(&self) -> &PermittedFacts {
        &self.0
    }
}

/// The person that a token is for, when its family is not revoked and the person still may.
///
/// # Errors
/// [`Refusal::TokenInvalid`].
pub fn stands(token: &PresentedToken, family: Option<&Family>, user: Option<User>) -> Result<User, Refusal> {
    let revoked = Refusal::TokenInvalid { why: TokenFault::Revoked };
    let Some(family) = family.filter(|family| token.stands_by(family)) else { return Err(revoked) };
    let user = user
        .filter(|user| user.id == family.user && user.account_enabled)
        .ok_or(Refusal::TokenInvalid { why: TokenFault::Person })?;
    if user.stands_by(family.authenticated_at) { Ok(user) } else { Err(revoked) }
}

/// Whether a token comes by its own scheme: one that is bound to a key not as a bearer token, and no other with a proof
/// (RFC 9449 §7.1 and §7.2).
///
/// # Errors
/// [`Refusal::TokenInvalid`].
pub fn carried(bound_to: Option<&Binding>, by: Scheme) -> Result<(), Refusal> {
    let fault = |why| Err(Refusal::TokenInvalid { why });
    match (scheme(bound_to), by) {
        (Scheme::Bearer, Scheme::Bearer) | (Scheme::Dpop, Scheme::Dpop) => Ok(()),
        (Scheme::Dpop, Scheme::Bearer) => fault(TokenFault::Bound),
        (Scheme::Bearer, Scheme::Dpop) => fault(TokenFault::Unbound),
    }
}

/// Whether a token is bound to the key with this thumbprint.
///
/// # Errors
/// [`Refusal::TokenInvalid`].
pub fn of_key(bound_to: Option<&Binding>, thumbprint: &str) -> Result<(), Refusal> {
    match bound_to {
        Some(Binding::Key(bound)) if bound == thumbprint => Ok(()),
        _ => Err(Refusal::TokenInvalid { why: TokenFault::KeyDiffers }),
    }
}

/// Whether the certificate that a token is bound to, if it is bound to one, was shown on the connection (RFC 8705 §3).
///
/// # Errors
/// [`Refusal::TokenInvalid`].
pub fn of_certificate(bound_to: Option<&Binding>, shown: Option<&ShownCertificate>) -> Result<(), Refusal> {
    let Some(Binding::Certificate(bound)) = bound_to else { return Ok(()) };
    match shown {
        Some(shown) if shown.x5t_s256 == *bound => Ok(()),
        Some(_) => Err(Refusal::TokenInvalid { why: TokenFault::KeyDiffers }),
        None => Err(Refusal::TokenInvalid { why: TokenFault::Bound }),
    }
}

/// Allows a call that any one of `needed` allows, with a token that [`stands`].
///
/// # Errors
/// [`Refusal::TokenInvalid`] or [`Refusal::ScopeInsufficient`] (RFC 6750 §3.1).
pub fn permit(
    token: PresentedToken,
    family: Option<&Family>,
    user: Option<User>,
    needed: &[&'static str],
) -> Result<PermittedCall, Refusal> {
    let user = stands(&token, family, user)?;
    if !needed.iter().any(|scope| token.scopes.iter().any(|found| found == scope)) {
        return Err(Refusal::ScopeInsufficient { needed: needed.to_vec(), found: token.scopes });
    }
    let claims = family.map(|family| family.terms.claims.clone()).unwrap_or_default();
    Ok(PermittedCall(PermittedFacts { token, user, claims }))
}
