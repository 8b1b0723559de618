//! Which authorization details the APIs of a tenant take, for its discovery document: read now and then, since everybody asks
//! for that document and hardly anybody changes an API.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_flows::{Env, FlowError};
use grantor_protocol::TenantId;

/// For how long what was read is good.
const GOOD_FOR: Duration = Duration::from_mins(1);

/// How many applications are read at a time.
const PAGE: u32 = 200;

/// What was read lately, by tenant.
#[derive(Debug, Default)]
pub(crate) struct DetailTypes(Mutex<HashMap<TenantId, Read>>);

/// What was read, and when.
#[derive(Clone, Debug)]
struct Read {
    at: Timestamp,
    types: Arc<Vec<String>>,
}

impl DetailTypes {
    /// The types of a tenant's APIs, in order.
    pub async fn of(&self, env: &Env, tenant: TenantId) -> Result<Arc<Vec<String>>, FlowError> {
        let now = env.now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&tenant).cloned();
        if let Some(known) = known.filter(|known| now.since(known.at) < GOOD_FOR) {
            return Ok(known.types);
        }
        let types = Arc::new(read(env, tenant).await?);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.insert(tenant, Read { at: now, types: Arc::clone(&types) });
        Ok(types)
    }
}

async fn read(env: &Env, tenant: TenantId) -> Result<Vec<String>, FlowError> {
    let store = env.storage.tenant(tenant);
    let (mut types, mut after) = (BTreeSet::new(), None);
    loop {
        let page = store.list_applications(after.as_ref(), PAGE).await?;
        types.extend(page.iter().flat_map(|one| &one.authorization_detail_types).map(|one| one.kind.clone()));
        match page.last() {
            Some(last) if page.len() >= PAGE as usize => after = Some(last.client_id.clone()),
            _ => return Ok(types.into_iter().collect()),
        }
    }
}
