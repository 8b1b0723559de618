//! A name and a password are exchanged. Nobody sees a page: what is not allowed already is refused.

use grantor_protocol::{FamilyId, Secret};
use grantor_rules::client::platform_of_direct_grant;
use grantor_rules::scopes::WantedScopes;
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::password::{Proven, grant as rule};

use super::{Call, direct};
use crate::{FlowError, sign_in};

pub async fn grant(call: &Call<'_>, name: &str, password: &Secret) -> Result<IssuedTokens, FlowError> {
    // The application before the password: whoever is not an application of ours learns nothing about people.
    let platform = platform_of_direct_grant(&call.client.application);
    let client = call.prove(platform).await?;
    let nothing = WantedScopes::default();
    let wanted = call.request.wanted.as_ref().unwrap_or(&nothing);
    let scopes = call.scopes(wanted).await?;
    crate::place::home_of(call.env, &crate::Place::Tenant(call.tenant_arc()), name).await?;
    let user = sign_in::check_password(call.env, call.tenant, name, password).await?;
    let sid = sign_in::new_sid(call.env);
    let proven = Proven {
        user: user.id,
        platform,
        at: call.env.now(),
        sid: &sid,
        family: FamilyId::from_random(call.env.entropy.bytes()),
        flow: call.trace.flow(),
    };
    let person = call.person(user.id, Some(&user), &scopes).await?;
    let plan = rule(&proven, &client, scopes, &call.standing(&person))?;
    direct::begin(call, &plan, wanted, None, "password").await
}
