//! What goes through the browser without a code (OpenID Connect Core §3.2 and §3.3).

use grantor_protocol::{FamilyId, FlowId};

use super::{Grounds, Standing, TokenPlan, plan};
use crate::Refusal;
use crate::authorize::CodePlan;
use crate::client::ClientProof;
use crate::dpop::bound_to;
use crate::model::Application;
use crate::scopes::ResolvedScopes;

/// Decides which tokens go with an authorization response; never a refresh token (Source: entra-dialect 6.3).
///
/// # Errors
/// A [`Refusal`] naming the first rule that does not hold.
pub fn grant<'a>(
    allowed: &'a CodePlan,
    client: &'a Application,
    scopes: ResolvedScopes,
    family: FamilyId,
    flow: FlowId,
    standing: &Standing<'a>,
) -> Result<TokenPlan<'a>, Refusal> {
    plan(
        Grounds {
            client,
            proof: ClientProof::Nothing,
            // Whoever holds a key cannot show it here.
            bound_to: bound_to(client, None)?,
            user: allowed.person.user,
            platform: allowed.platform,
            scopes,
            without_person: false,
            asked_by_request: false,
            wants_refresh: false,
            nonce: allowed.nonce.clone(),
            authenticated_at: allowed.person.authenticated_at,
            method: allowed.person.method,
            sid: &allowed.person.sid,
            family,
            flow,
            family_ends_at: None,
            limits: None,
            terms: allowed.terms.clone(),
        },
        standing,
    )
}
