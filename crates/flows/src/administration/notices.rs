//! What applications were told behind the browser's back.

use grantor_protocol::ClientId;
use grantor_rules::model::{Notice, Tenant};
use grantor_storage::Storage;

use crate::FlowError;

/// How many of a tenant's notices are looked through.
const MOST: u32 = 1000;

/// The newest notices to an application, each with the tenant whose person it is about.
///
/// # Errors
/// [`FlowError::Store`].
pub async fn of(storage: &dyn Storage, client_id: &ClientId) -> Result<Vec<(Tenant, Notice)>, FlowError> {
    let mut found = Vec::new();
    for tenant in storage.list_tenants().await? {
        let notices = storage.tenant(tenant.id).list_notices(MOST).await?;
        found.extend(notices.into_iter().filter(|one| one.client_id == *client_id).map(|one| (tenant.clone(), one)));
    }
    found.sort_by_key(|(_, notice)| std::cmp::Reverse(notice.created_at));
    Ok(found)
}
