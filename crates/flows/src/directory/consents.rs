//! What people, or administrators for everyone, allow applications.

use std::collections::BTreeSet;

use grantor_rules::directory::{Outcome, WantedConsent, WantedTenant};
use grantor_rules::model::{GrantedPermission, RequiredPermission};

use super::{Apply, ApplyError};

impl Apply<'_> {
    pub(super) async fn consents(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        for one in &wanted.consents {
            self.consent(wanted, one).await?;
        }
        Ok(())
    }

    async fn consent(&mut self, tenant: &WantedTenant, wanted: &WantedConsent) -> Result<(), ApplyError> {
        let store = self.storage.tenant(tenant.tenant.id);
        let Some(application) = self.registered(&wanted.client_id).await? else { return Ok(()) };
        let (principal, whose) = match &wanted.user {
            None => (None, "everyone"),
            Some(name) => {
                let place = format!("a consent for {}", application.display_name);
                let Some(user) = self.user_called(store.as_ref(), tenant, name, &place).await? else { return Ok(()) };
                (Some(user), name.as_str())
            }
        };
        let there: BTreeSet<RequiredPermission> = store
            .list_consents(principal)
            .await?
            .into_iter()
            .filter(|granted| granted.client_id == wanted.client_id)
            .map(|granted| RequiredPermission { api: granted.api, value: granted.value })
            .collect();
        let missing: Vec<_> = wanted.permissions.iter().filter(|permission| !there.contains(permission)).collect();
        let outcome = match (there.is_empty(), missing.is_empty()) {
            (_, true) => Outcome::Left,
            (true, false) => Outcome::Created,
            (false, false) => Outcome::Changed,
        };
        for permission in missing {
            let granted = GrantedPermission {
                client_id: wanted.client_id.clone(),
                principal,
                api: permission.api.clone(),
                value: permission.value.clone(),
                granted_at: self.now,
            };
            self.change.consents.push((tenant.tenant.id, granted));
        }
        self.note(outcome, "consent", &format!("{} for {whose}", application.display_name));
        self.let_in(tenant, &wanted.client_id).await?;
        self.let_in_apis(tenant, &wanted.permissions).await
    }
}
