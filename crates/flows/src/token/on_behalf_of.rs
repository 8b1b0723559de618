//! An application acts on for the person whose access token it was called with.

use grantor_protocol::{FamilyId, Secret};
use grantor_rules::Refusal;
use grantor_rules::model::Platform;
use grantor_rules::refusal::TokenFault;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::on_behalf_of::{grant as rule, stands};

use super::{Call, direct};
use crate::{FlowError, lineage};

pub async fn grant(call: &Call<'_>, assertion: &Secret) -> Result<IssuedTokens, FlowError> {
    let client = call.prove(Platform::Web).await?;
    let fault = |why| Refusal::OnBehalfOfInvalid { why };
    let claims =
        call.env.keys.claims(assertion, call.layout.access_token_type()).map_err(|_| fault(TokenFault::Signature))?;
    let token = call.layout.read_access_token(&claims, call.env.now()).map_err(fault)?;
    if token.tenant != call.tenant.id {
        return Err(fault(TokenFault::Issuer).into());
    }
    let (family, user) = call.store.find_family_with_user(token.family).await?.unzip();
    let parent = stands(&token, family.as_ref(), &client)?;
    if lineage::revoked(call.store, parent).await?.is_some() {
        return Err(fault(TokenFault::Revoked).into());
    }
    call.trace.join(parent.flow);
    let nothing = WantedScopes::default();
    let wanted = call.request.wanted.as_ref().unwrap_or(&nothing);
    let scopes = call.scopes(wanted).await?;
    let user = user.flatten();
    let person = call.person(parent.user, user.as_ref(), &scopes).await?;
    let family = FamilyId::from_random(call.env.entropy.bytes());
    let plan = rule(parent, &client, scopes, family, call.trace.flow(), &call.standing(&person))?;
    direct::begin(call, &plan, wanted, Some(parent.id), "on_behalf_of").await
}
