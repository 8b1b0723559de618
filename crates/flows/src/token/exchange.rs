//! Access tokens are exchanged for another one (RFC 8693).

use std::collections::BTreeSet;
use std::sync::Arc;

use grantor_protocol::claims::name;
use grantor_protocol::{ClientId, FamilyId, Secret, UserId};
use grantor_rules::Refusal;
use grantor_rules::api_access::{PresentedToken, stands};
use grantor_rules::client::ProvenClient;
use grantor_rules::model::{Binding, Family, Platform, User};
use grantor_rules::refusal::{ExchangeFault, TokenFault};
use grantor_rules::scopes::{ApiName, ResolvedScopes, WantedScope, WantedScopes};
use grantor_rules::token::exchange::{
    Actor, Exchange, Subject, grant as rule, may_exchange, may_present, may_present_own,
};
use grantor_rules::token::issued::IssuedTokens;
use grantor_rules::token::the_api;
use serde_json::{Map, Value};

use super::{Call, direct};
use crate::api_call::{Grounds, grounds};
use crate::{FlowError, load};

/// The word for everything that is granted on an API already.
const ALL_GRANTED: &str = ".default";

/// A person's token that stands.
struct Standing {
    token: PresentedToken,
    family: Family,
    user: User,
}

/// Whoever acts.
enum Acting {
    Application(ClientId),
    Person(UserId),
}

/// Makes the exchange.
pub async fn grant(call: &Call<'_>, exchange: &Exchange) -> Result<IssuedTokens, FlowError> {
    let client = call.prove(Platform::Web).await?;
    may_exchange(&client)?;
    let subject = subject(call, &client, &exchange.subject).await?;
    let acting = match &exchange.actor {
        Some(actor) => Some(acting(call, &client, actor).await?),
        None => None,
    };
    // Without a word about it, the API is meant that takes the token which is exchanged.
    let same = || {
        let api = ApiName::Identifier(subject.token.audience.clone());
        WantedScopes::new(vec![WantedScope::AllGranted { api, spelled: ALL_GRANTED.to_owned() }])
    };
    let wanted = call.request.wanted.clone().unwrap_or_else(same);
    let scopes = call.scopes(&wanted).await?;
    let seen = match &acting {
        Some(Acting::Person(actor)) => Some(seen_by_api(call, *actor, &scopes).await?),
        Some(Acting::Application(_)) | None => None,
    };
    let actor = match (&acting, &seen) {
        (Some(Acting::Application(id)), _) => Some(Actor::Application(id)),
        (_, Some((subject, roles))) => Some(Actor::Person { subject, roles }),
        (_, None) => None,
    };
    let person = call.person(subject.user.id, Some(&subject.user), &scopes).await?;
    let of = Subject { token: &subject.token, family: &subject.family, actor };
    let family = FamilyId::from_random(call.env.entropy.bytes());
    let plan = rule(&of, &client, scopes, family, call.trace.flow(), &call.standing(&person))?;
    let issued = direct::begin(call, &plan, &wanted, Some(subject.family.id), "token_exchange").await?;
    Ok(IssuedTokens { exchanged: true, ..issued })
}

async fn subject(call: &Call<'_>, client: &ProvenClient<'_>, text: &Secret) -> Result<Standing, FlowError> {
    let fault = |why| FlowError::from(Refusal::ExchangeRefused { why: ExchangeFault::Subject { why } });
    let claims = claims(call, text).map_err(fault)?;
    let token = call.layout.read_access_token(&claims, call.env.now()).map_err(fault)?;
    of_person(call, client, token).await?.map_err(fault)
}

async fn acting(call: &Call<'_>, client: &ProvenClient<'_>, text: &Secret) -> Result<Acting, FlowError> {
    let fault = |why| FlowError::from(Refusal::ExchangeRefused { why: ExchangeFault::Actor { why } });
    let claims = claims(call, text).map_err(fault)?;
    match call.layout.read_access_token(&claims, call.env.now()) {
        Ok(token) => {
            let standing = of_person(call, client, token).await?.map_err(fault)?;
            if standing.family.terms.act.is_some() {
                return Err(Refusal::ExchangeRefused { why: ExchangeFault::ActorActedFor }.into());
            }
            Ok(Acting::Person(standing.user.id))
        }
        Err(TokenFault::NoPerson) => of_application(call, client, &claims).map(Acting::Application).map_err(fault),
        Err(why) => Err(fault(why)),
    }
}

fn claims(call: &Call<'_>, text: &Secret) -> Result<Arc<Map<String, Value>>, TokenFault> {
    call.env.keys.claims(text, call.layout.access_token_type()).map_err(|_| TokenFault::Signature)
}

/// A person's token that the application may exchange, with what it descends from.
async fn of_person(
    call: &Call<'_>,
    client: &ProvenClient<'_>,
    token: PresentedToken,
) -> Result<Result<Standing, TokenFault>, FlowError> {
    if token.tenant != call.tenant.id {
        return Ok(Err(TokenFault::Issuer));
    }
    if let Err(why) = may_present(&token, client) {
        return Ok(Err(why));
    }
    let Grounds { family, user, .. } = match grounds(call.env, call.trace, &token).await {
        Err(FlowError::Refused(refusal)) => return Ok(Err(why_not(&refusal))),
        found => found?,
    };
    Ok(match stands(&token, family.as_ref(), user) {
        Ok(user) => family.map(|family| Standing { token, family, user }).ok_or(TokenFault::Revoked),
        Err(refusal) => Err(why_not(&refusal)),
    })
}

fn why_not(refusal: &Refusal) -> TokenFault {
    if let Refusal::TokenInvalid { why } = refusal { why.clone() } else { TokenFault::Revoked }
}

/// An application's own token, which says that this application acts: the one that exchanges, since nobody else holds it.
fn of_application(
    call: &Call<'_>,
    client: &ProvenClient<'_>,
    claims: &Map<String, Value>,
) -> Result<ClientId, TokenFault> {
    let text = |name: &str| claims.get(name).and_then(Value::as_str).unwrap_or_default();
    if call.layout.tenant_of(claims) != Some(call.tenant.id) {
        return Err(TokenFault::Issuer);
    }
    let bound_to: Option<Binding> = match claims.get(name::CNF) {
        Some(confirmation) => Some(serde_json::from_value(confirmation.clone()).map_err(|_| TokenFault::Malformed)?),
        None => None,
    };
    may_present_own(text(name::AUD), text("client_id"), bound_to.as_ref(), client)?;
    Ok(client.client_id.clone())
}

/// Who somebody who acts is to the API that the token will be for: by which name, and with which app roles.
async fn seen_by_api(
    call: &Call<'_>,
    actor: UserId,
    scopes: &ResolvedScopes,
) -> Result<(String, BTreeSet<String>), FlowError> {
    let api = the_api(scopes, call.tenant, false)?.registration();
    let ties = load::ties(call.store, call.client, &api, actor).await?;
    Ok((call.env.salt.subject(call.tenant.id, &api.application, actor), ties.api.roles))
}
