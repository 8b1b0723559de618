//! One file for each group of addresses.

pub mod api;
pub mod assets;
pub mod authorize;
pub mod dev;
pub mod documents;
pub mod interaction;
pub mod operations;
pub mod refused;
pub mod token;

use std::sync::Arc;

use grantor_flows::{Env, FlowError, Trace};
use grantor_rules::Refusal;
use grantor_rules::model::{Tenant, TenantName};

/// The words that stand for several tenants in the Microsoft dialects.
const SEVERAL: [&str; 2] = ["common", "organizations"];
/// The word for the tenant of personal accounts.
const PERSONAL: &str = "consumers";

/// The tenant that an address names.
pub async fn tenant(env: &Env, text: &str) -> Result<Arc<Tenant>, FlowError> {
    if SEVERAL.contains(&text) || text == PERSONAL {
        return Err(Refusal::TenantNotSpecific { asked: text.to_owned() }.into());
    }
    let name =
        TenantName::parse(text).ok_or_else(|| Refusal::TenantMalformed { asked: text.chars().take(80).collect() })?;
    grantor_flows::find_tenant(env, &name).await
}

/// Logs a failure once, at the edge, under the id that the caller sees.
pub fn log_failure(trace: &Trace, error: &FlowError) {
    tracing::error!(request = %trace.request(), flow = %trace.flow(), %error, "a request failed");
}
