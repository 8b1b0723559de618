//! What a name in a file means: found in the file first, then in the directory.

use std::sync::Arc;

use grantor_protocol::{ClientId, UserId};
use grantor_rules::directory::{WantedAssignee, WantedTenant};
use grantor_rules::model::{Application, Assignee, User};
use grantor_storage::TenantStorage;

use super::{Apply, ApplyError};

impl Apply<'_> {
    /// The person of that sign-in name; one whom there is not is remembered with the `place` that names them.
    pub(super) async fn user_called(
        &mut self,
        store: &dyn TenantStorage,
        tenant: &WantedTenant,
        name: &str,
        place: &str,
    ) -> Result<Option<UserId>, ApplyError> {
        let key = User::name_key(name);
        let called = |user: &&User| User::name_key(&user.user_principal_name) == key;
        if let Some(user) = tenant.users.iter().map(|one| &one.user).find(called) {
            return Ok(Some(user.id));
        }
        let there = store.find_user_by_name(name).await?.map(|user| user.id);
        // Whom the file gives another name is not called so any more.
        let found = there.filter(|id| tenant.users.iter().all(|one| one.user.id != *id));
        if found.is_none() {
            let domain = &tenant.tenant.domain;
            self.unknown.insert(format!("{domain}: {place} names {name}, and there is nobody of that name"));
        }
        Ok(found)
    }

    /// The person or the group; what there is not is remembered.
    pub(super) async fn assignee(
        &mut self,
        store: &dyn TenantStorage,
        tenant: &WantedTenant,
        wanted: &WantedAssignee,
        place: &str,
    ) -> Result<Option<Assignee>, ApplyError> {
        match wanted {
            WantedAssignee::User(name) => Ok(self.user_called(store, tenant, name, place).await?.map(Assignee::User)),
            WantedAssignee::Group(id) => {
                let in_file = tenant.groups.iter().any(|one| one.group.id == *id);
                if in_file || store.find_group(*id).await?.is_some() {
                    return Ok(Some(Assignee::Group(*id)));
                }
                let domain = &tenant.tenant.domain;
                self.unknown.insert(format!("{domain}: {place} names the group {id}, and there is none of that id"));
                Ok(None)
            }
        }
    }

    /// The application with this client id, of any tenant; one that there is not is remembered.
    pub(super) async fn registered(&mut self, client_id: &ClientId) -> Result<Option<Arc<Application>>, ApplyError> {
        let in_file = self.wanted.tenants.iter().flat_map(|tenant| &tenant.applications);
        let in_file = in_file.map(|one| &one.application).find(|application| application.client_id == *client_id);
        if let Some(application) = in_file {
            return Ok(Some(Arc::new(application.clone())));
        }
        let found = self.storage.find_registered(client_id.as_str()).await?;
        if found.is_none() {
            self.unknown.insert(format!("no application has the client_id {client_id}"));
        }
        Ok(found)
    }
}
