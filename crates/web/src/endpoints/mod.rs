//! One file for each group of addresses.

pub mod account;
pub mod api;
pub mod assets;
pub mod authorize;
pub mod dev;
pub mod device;
pub mod documents;
mod facts;
pub mod interaction;
pub mod operations;
mod outcome;
pub mod refused;
pub mod sign_out;
pub mod token;

use grantor_dialects::Dialect;
use grantor_flows::{Env, FlowError, Place, Trace};
use grantor_rules::Refusal;
use grantor_rules::model::{TenantKind, TenantName};

/// Whose address it is, where `dialect` serves them: one that does not serve personal accounts has them nowhere.
pub async fn place(env: &Env, dialect: &dyn Dialect, text: &str) -> Result<Place, FlowError> {
    match (named_place(env, text).await?, dialect.serves_personal_accounts()) {
        (Place::Tenant(tenant), false) if tenant.kind == TenantKind::Consumers => {
            Err(Refusal::PersonalAccountsNotServed.into())
        }
        (Place::Common, false) => Ok(Place::Organizations),
        (place, _) => Ok(place),
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

/// Logs a failure once, at the edge, under the id that the caller sees.
pub fn log_failure(trace: &Trace, error: &FlowError) {
    tracing::error!(request = %trace.request(), flow = %trace.flow(), %error, "a request failed");
}
