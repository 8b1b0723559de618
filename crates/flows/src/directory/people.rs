//! The people of a tenant and their groups.

use grantor_protocol::Secret;
use grantor_rules::directory::{Outcome, WantedGroup, WantedTenant, WantedUser, merged_user, outcome};
use grantor_storage::TenantStorage;

use super::{Apply, ApplyError, with_additions};
use crate::FlowError;

/// What becomes of a person's password.
enum NewPassword {
    /// It stays as it is.
    None,
    /// They had none.
    First(Secret),
    /// They had another one.
    Other(Secret),
}

impl Apply<'_> {
    pub(super) async fn people(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        let store = self.storage.tenant(wanted.tenant.id);
        for one in &wanted.users {
            let there = store.find_user(one.user.id).await?;
            let mut user = merged_user(there.as_ref(), &one.user, self.now);
            let hash = match self.new_password(store.as_ref(), one).await? {
                NewPassword::None => None,
                NewPassword::First(hash) => Some(hash),
                NewPassword::Other(hash) => {
                    // Whoever knows the old one must not stay signed in by it.
                    user.sessions_valid_from = Some(self.now);
                    Some(hash)
                }
            };
            let outcome = with_additions(outcome(there.as_ref(), &user), hash.is_some());
            if there.as_ref() != Some(&user) {
                self.change.users.push((wanted.tenant.id, user));
            }
            self.change.passwords.extend(hash.map(|hash| (wanted.tenant.id, one.user.id, hash)));
            self.note(outcome, "user", &one.user.user_principal_name);
        }
        Ok(())
    }

    async fn new_password(&self, store: &dyn TenantStorage, wanted: &WantedUser) -> Result<NewPassword, FlowError> {
        let Some(password) = &wanted.password else { return Ok(NewPassword::None) };
        let there = store.find_password(wanted.user.id).await?;
        let Some(there) = there else {
            return self.means.passwords.hash(password, self.means.entropy).await.map(NewPassword::First);
        };
        if self.means.passwords.verify(password, Some(&there.hash)).await? {
            return Ok(NewPassword::None);
        }
        self.means.passwords.hash(password, self.means.entropy).await.map(NewPassword::Other)
    }

    pub(super) async fn groups(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        let store = self.storage.tenant(wanted.tenant.id);
        for one in &wanted.groups {
            let there = store.find_group(one.group.id).await?;
            let outcome = outcome(there.as_ref(), &one.group);
            if outcome != Outcome::Left {
                self.change.groups.push((wanted.tenant.id, one.group.clone()));
            }
            let added = self.members(store.as_ref(), wanted, one).await?;
            self.note(with_additions(outcome, added), "group", &one.group.display_name);
        }
        Ok(())
    }

    /// Adds the members who are missing; says whether there were any.
    async fn members(
        &mut self,
        store: &dyn TenantStorage,
        tenant: &WantedTenant,
        wanted: &WantedGroup,
    ) -> Result<bool, ApplyError> {
        let before = self.change.members.len();
        for name in &wanted.members {
            let place = format!("the group {}", wanted.group.display_name);
            let Some(user) = self.user_called(store, tenant, name, &place).await? else { continue };
            if !store.list_groups_of(user).await?.contains(&wanted.group.id) {
                self.change.members.push((tenant.tenant.id, wanted.group.id, user));
            }
        }
        Ok(self.change.members.len() > before)
    }
}
