//! What the directory holds already, as far as a file may refer to it.

use grantor_protocol::{ClientId, TenantId};
use grantor_rules::model::Application;

/// An application that the directory holds already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownApi {
    /// The tenant that registered it.
    pub tenant: TenantId,
    /// Its client id.
    pub client_id: ClientId,
    /// Its identifier URIs.
    pub identifier_uris: Vec<String>,
    /// The names of its scopes.
    pub scopes: Vec<String>,
    /// Its app roles.
    pub app_roles: Vec<KnownAppRole>,
}

/// An app role of such an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownAppRole {
    /// Its name.
    pub value: String,
    /// Whether applications may have it.
    pub for_applications: bool,
}

impl From<&Application> for KnownApi {
    fn from(application: &Application) -> Self {
        let app_roles = application
            .app_roles
            .iter()
            .map(|role| KnownAppRole { value: role.value.clone(), for_applications: role.for_applications });
        Self {
            tenant: application.publisher,
            client_id: application.client_id.clone(),
            identifier_uris: application.identifier_uris.clone(),
            scopes: application.scopes.iter().map(|scope| scope.value.clone()).collect(),
            app_roles: app_roles.collect(),
        }
    }
}
