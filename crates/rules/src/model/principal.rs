//! What stands for an application in a tenant, and who is assigned to it.

use std::collections::BTreeSet;
use std::sync::Arc;

use grantor_environment::Timestamp;
use grantor_protocol::{ClientId, TenantId};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Application, RequiredPermission};
use crate::directory_api;

/// What stands for an application in one tenant: made where the application is registered, and in each other tenant by the
/// consent that lets it in (Source: entra-dialect 17.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ServicePrincipal {
    /// Which application.
    pub client_id: ClientId,
    /// The tenant that registered the application.
    pub publisher: TenantId,
    /// Whether this tenant lets it be used.
    pub enabled: bool,
    /// Whether only those may use it who are assigned to it.
    pub assignment_required: bool,
    /// App roles of APIs that an administrator of this tenant has granted it.
    pub granted_app_roles: BTreeSet<RequiredPermission>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl ServicePrincipal {
    /// As it begins when somebody lets an application in.
    pub fn new(application: &Application, created_at: Timestamp) -> Self {
        Self {
            client_id: application.client_id.clone(),
            publisher: application.publisher,
            enabled: true,
            assignment_required: false,
            granted_app_roles: BTreeSet::new(),
            created_at,
        }
    }

    /// As it begins in the tenant that registers the application.
    pub fn at_home(application: &Application, created_at: Timestamp) -> Self {
        Self {
            assignment_required: application.assignment_required,
            granted_app_roles: application.granted_app_roles.iter().cloned().collect(),
            ..Self::new(application, created_at)
        }
    }

    /// The id by which the directory of `tenant` knows it: the same for ever, and another one in each tenant.
    pub fn object_id(tenant: TenantId, client_id: &ClientId) -> Uuid {
        directory_api::derived_id(&format!("{tenant}/service-principal/{client_id}"))
    }
}

/// An application as one tenant knows it.
#[derive(Clone, Debug)]
pub struct Registration {
    /// The application.
    pub application: Arc<Application>,
    /// What stands for it in the tenant; `None` until somebody lets it in.
    pub principal: Option<Arc<ServicePrincipal>>,
}

impl Registration {
    /// Whether the tenant has let it in. What is built in is everywhere.
    pub fn is_here(&self) -> bool {
        self.principal.is_some() || directory_api::is_built_in(&self.application.client_id)
    }

    /// Whether neither its publisher nor the tenant has switched it off.
    pub fn is_enabled(&self) -> bool {
        !self.application.disabled && !self.is_disabled_here()
    }

    /// Whether the tenant has switched it off.
    pub fn is_disabled_here(&self) -> bool {
        self.principal.as_ref().is_some_and(|principal| !principal.enabled)
    }

    /// Whether the tenant wants only those to use it who are assigned to it.
    pub fn wants_assignment(&self) -> bool {
        self.principal.as_ref().is_some_and(|principal| principal.assignment_required)
    }
}

/// Who is assigned to an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Assignee {
    /// A person.
    User(grantor_protocol::UserId),
    /// Everybody in a group.
    Group(Uuid),
}

/// That somebody is assigned to an application, with one of its app roles or with none.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Assignment {
    /// To which application.
    pub client_id: ClientId,
    /// Who.
    pub assignee: Assignee,
    /// As what, by the app role's name; `None` for no role in particular.
    pub role: Option<String>,
}

/// What one person is to one application, by themselves and by their groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// Whether they are assigned at all.
    pub is_assigned: bool,
    /// The app roles that they have, in order.
    pub roles: BTreeSet<String>,
    /// Their groups that are assigned to it.
    pub groups: BTreeSet<Uuid>,
}

/// A group of people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Group {
    /// Its id in the tenant, the same for ever.
    pub id: Uuid,
    /// What people read.
    pub display_name: String,
}
