//! One file for each group of addresses.

pub mod account;
pub mod api;
mod arrived;
pub mod assets;
pub mod authorize;
pub mod backchannel;
pub mod dev;
pub mod device;
pub mod documents;
mod facts;
pub mod interaction;
pub mod logo;
pub mod operations;
mod outcome;
pub mod push;
pub mod refused;
pub mod registration;
pub mod sign_out;
pub mod token;
pub mod token_status;

use std::sync::Arc;

use grantor_dialects::oidc::errors::DPOP_NONCE;
use grantor_dialects::{Dialect, Reply};
use grantor_flows::{Env, FlowError, Place, Trace};
use grantor_protocol::dpop::BadProof;
use grantor_rules::Refusal;
use grantor_rules::model::{Tenant, TenantKind, TenantName};

use crate::app::App;

/// Whose address it is, where `dialect` serves them: one that does not serve personal accounts has them nowhere.
pub async fn place(env: &Env, dialect: &dyn Dialect, text: &str) -> Result<Place, FlowError> {
    match named_place(env, text).await? {
        Place::Tenant(tenant) if tenant.kind == TenantKind::Consumers && !dialect.serves_personal_accounts() => {
            Err(Refusal::PersonalAccountsNotServed.into())
        }
        Place::Common | Place::Organizations if !dialect.serves_several_tenants() => {
            Err(Refusal::TenantNotSpecific { asked: text.to_owned() }.into())
        }
        Place::Common if !dialect.serves_personal_accounts() => Ok(Place::Organizations),
        place => Ok(place),
    }
}

/// The tenant whose address it is, where there can be but one.
pub async fn one_tenant(env: &Env, dialect: &dyn Dialect, text: &str) -> Result<Arc<Tenant>, FlowError> {
    match place(env, dialect, text).await? {
        Place::Tenant(tenant) => Ok(tenant),
        Place::Common | Place::Organizations => Err(Refusal::TenantNotSpecific { asked: text.to_owned() }.into()),
    }
}

/// Whose address it is: that of a tenant, by id or domain, or one of the words that the Microsoft dialects have for several
/// (Source: entra-dialect 2).
pub async fn named_place(env: &Env, text: &str) -> Result<Place, FlowError> {
    match text {
        "" => return Err(Refusal::TenantMissing.into()),
        "common" => return Ok(Place::Common),
        "organizations" => return Ok(Place::Organizations),
        "consumers" => {
            let found = grantor_flows::place::personal_accounts(env).await?;
            return found.map(Place::Tenant).ok_or_else(|| Refusal::TenantUnknown { asked: text.to_owned() }.into());
        }
        _ => {}
    }
    let name =
        TenantName::parse(text).ok_or_else(|| Refusal::TenantMalformed { asked: text.chars().take(80).collect() })?;
    Ok(Place::Tenant(grantor_flows::find_tenant(env, &name).await?))
}

/// The nonce that a refusal asks for in the next proof of a key (RFC 9449 §8 and §9).
pub fn nonce_after(app: &App, refusal: &Refusal) -> Option<String> {
    let asks = matches!(refusal, Refusal::DpopProofInvalid { why: BadProof::Nonce });
    asks.then(|| app.env.dpop_nonces.current(app.env.now()))
}

/// A reply that offers a nonce for the next proof of a key.
pub fn offering(mut reply: Reply, nonce: Option<String>) -> Reply {
    reply.headers.extend(nonce.map(|nonce| (DPOP_NONCE, nonce)));
    reply
}

/// Logs a failure once, at the edge, under the id that the caller sees.
pub fn log_failure(trace: &Trace, error: &FlowError) {
    tracing::error!(request = %trace.request(), flow = %trace.flow(), %error, "a request failed");
}
