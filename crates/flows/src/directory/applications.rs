//! The applications of a tenant, what stands in it for those of others, and who is assigned to them.

use std::collections::BTreeSet;

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::credentials::signs_with_secrets;
use grantor_rules::directory::{
    Outcome, WantedAssignment, WantedSecret, WantedTenant, merged, merged_at_home, merged_principal, outcome,
};
use grantor_rules::directory_api;
use grantor_rules::model::{Application, Assignment, RequiredPermission, ServicePrincipal};
use grantor_storage::TenantStorage;

use super::{Apply, ApplyError, with_additions};
use crate::FlowError;

impl Apply<'_> {
    pub(super) async fn applications(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        let tenant = wanted.tenant.id;
        let store = self.storage.tenant(tenant);
        for one in &wanted.applications {
            let client_id = &one.application.client_id;
            let there = store.find_application(client_id).await?;
            let mut merged = merged(there.as_deref(), one, self.now);
            self.keep_secrets(&mut merged, &one.secrets)?;
            let outcome = outcome(there.as_deref(), &merged);
            let principal = store.find_service_principal(client_id).await?;
            let at_home = merged_at_home(principal.as_deref(), &merged, self.now);
            let stands = principal.as_deref() == Some(&at_home);
            if !stands {
                self.change.service_principals.push((tenant, at_home));
            }
            let name = merged.display_name.clone();
            if outcome != Outcome::Left {
                self.change.applications.push(merged);
            }
            let assigned = self.assign(store.as_ref(), wanted, client_id, &name, &one.assigned).await?;
            self.note(with_additions(outcome, assigned || !stands), "application", &name);
            self.let_in_apis(wanted, &one.application.granted_app_roles).await?;
        }
        Ok(())
    }

    /// Keeps the secrets themselves that an application signs with, where that was not done before.
    fn keep_secrets(&self, application: &mut Application, wanted: &[WantedSecret]) -> Result<(), ApplyError> {
        if !signs_with_secrets(application) {
            return Ok(());
        }
        let client_id = application.client_id.clone();
        for secret in application.secrets.iter_mut().filter(|secret| secret.sealed.is_none()) {
            let Some(one) = wanted.iter().find(|one| one.kept.digest == secret.digest) else { continue };
            let sealed = self.means.client_secrets.ok_or_else(|| FlowError::Failed {
                what: "secrets that an application signs with cannot be kept without the master key".to_owned(),
            })?;
            sealed.keep(self.means.entropy, &client_id, secret, &one.value);
        }
        Ok(())
    }

    pub(super) async fn service_principals(&mut self, wanted: &WantedTenant) -> Result<(), ApplyError> {
        let tenant = wanted.tenant.id;
        let store = self.storage.tenant(tenant);
        for one in &wanted.service_principals {
            let Some(application) = self.registered(&one.client_id).await? else { continue };
            let there = store.find_service_principal(&one.client_id).await?;
            let merged = merged_principal(there.as_deref(), &application, one, self.now);
            let outcome = outcome(there.as_deref(), &merged);
            if outcome != Outcome::Left {
                self.change.service_principals.push((tenant, merged));
            }
            let name = &application.display_name;
            let assigned = self.assign(store.as_ref(), wanted, &one.client_id, name, &one.assigned).await?;
            self.note(with_additions(outcome, assigned), "service principal", name);
            self.let_in_apis(wanted, &one.granted_app_roles).await?;
        }
        Ok(())
    }

    /// Adds the assignments that are missing; says whether there were any.
    async fn assign(
        &mut self,
        store: &dyn TenantStorage,
        tenant: &WantedTenant,
        client_id: &ClientId,
        name: &str,
        wanted: &[WantedAssignment],
    ) -> Result<bool, ApplyError> {
        if wanted.is_empty() {
            return Ok(false);
        }
        let there: BTreeSet<Assignment> = store.list_assignments(client_id).await?.into_iter().collect();
        let before = self.change.assignments.len();
        for one in wanted {
            let place = format!("an assignment to {name}");
            let Some(assignee) = self.assignee(store, tenant, &one.who, &place).await? else { continue };
            let assignment = Assignment { client_id: client_id.clone(), assignee, role: one.role.clone() };
            if !there.contains(&assignment) {
                self.change.assignments.push((tenant.tenant.id, assignment));
            }
        }
        Ok(self.change.assignments.len() > before)
    }

    /// Lets the APIs of these permissions into the tenant.
    pub(super) async fn let_in_apis(
        &mut self,
        tenant: &WantedTenant,
        permissions: &[RequiredPermission],
    ) -> Result<(), ApplyError> {
        let apis: BTreeSet<&ClientId> = permissions.iter().map(|permission| &permission.api).collect();
        for api in apis {
            self.let_in(tenant, api).await?;
        }
        Ok(())
    }

    /// Makes what stands in the tenant for an application of another one, unless it is there or the file says how it is to
    /// be: an administrator's consent would make it too (Source: entra-dialect 12.1).
    pub(super) async fn let_in(&mut self, tenant: &WantedTenant, client_id: &ClientId) -> Result<(), ApplyError> {
        let id = tenant.tenant.id;
        let in_file = tenant.service_principals.iter().any(|one| one.client_id == *client_id);
        if in_file || *client_id == directory_api::client_id() || self.is_made(id, client_id) {
            return Ok(());
        }
        let Some(application) = self.registered(client_id).await? else { return Ok(()) };
        let store = self.storage.tenant(id);
        if application.publisher == id || store.find_service_principal(client_id).await?.is_some() {
            return Ok(());
        }
        self.make(id, &application);
        Ok(())
    }

    fn make(&mut self, tenant: TenantId, application: &Application) {
        self.change.service_principals.push((tenant, ServicePrincipal::new(application, self.now)));
        self.note(Outcome::Created, "service principal", &application.display_name);
    }

    fn is_made(&self, tenant: TenantId, client_id: &ClientId) -> bool {
        self.change.service_principals.iter().any(|(id, made)| *id == tenant && made.client_id == *client_id)
    }
}
