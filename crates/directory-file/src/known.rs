//! What the directory holds already, as far as a file may refer to it.

use std::collections::BTreeSet;

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::model::{AppRole, Application};

/// An application that the directory holds already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownApi {
    /// The tenant that registered it.
    pub tenant: TenantId,
    /// Its client id.
    pub client_id: ClientId,
    /// Its identifier URIs.
    pub identifier_uris: Vec<String>,
    /// Whether tenants other than that one may know it.
    pub is_for_several_tenants: bool,
    /// The names of its scopes.
    pub scopes: Vec<String>,
    /// Its app roles.
    pub app_roles: Vec<KnownAppRole>,
    /// The names of scopes and app roles that are switched off, which stand in neither list.
    pub disabled: Vec<String>,
}

/// An app role of such an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAppRole {
    /// Its name.
    pub value: String,
    /// Whether applications may have it.
    pub for_applications: bool,
    /// Whether people may have it.
    pub for_users: bool,
}

impl From<&Application> for KnownApi {
    fn from(application: &Application) -> Self {
        let (scopes_off, scopes): (Vec<_>, Vec<_>) = application.scopes.iter().partition(|scope| scope.disabled);
        let (roles_off, roles): (Vec<_>, Vec<_>) = application.app_roles.iter().partition(|role| role.disabled);
        let known_role = |role: &&AppRole| KnownAppRole {
            value: role.value.clone(),
            for_applications: role.for_applications,
            for_users: role.for_users,
        };
        let scopes_off = scopes_off.iter().map(|scope| scope.value.clone());
        Self {
            tenant: application.publisher,
            client_id: application.client_id.clone(),
            identifier_uris: application.identifier_uris.clone(),
            is_for_several_tenants: application.is_for_several_tenants(),
            scopes: scopes.iter().map(|scope| scope.value.clone()).collect(),
            app_roles: roles.iter().map(known_role).collect(),
            disabled: scopes_off.chain(roles_off.iter().map(|role| role.value.clone())).collect(),
        }
    }
}

impl KnownApi {
    /// The app roles that people may have.
    pub(crate) fn roles_for_users(&self) -> BTreeSet<&str> {
        self.app_roles.iter().filter(|role| role.for_users).map(|role| role.value.as_str()).collect()
    }
}
