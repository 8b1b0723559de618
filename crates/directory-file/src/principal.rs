//! `[[tenant.service_principal]]`: what stands in a tenant for an application of another one.

use grantor_protocol::ClientId;
use grantor_rules::directory::WantedPrincipal;

use crate::assigned::{self, Named};
use crate::fields::{Fields, Kind, Placed};
use crate::people::People;
use crate::report::shown;
use crate::seen::Seen;
use crate::text;

pub(crate) const PRINCIPAL: Kind = Kind {
    name: "a service principal",
    header: "[[tenant.service_principal]]",
    keys: &["client_id", "enabled", "assignment_required", "granted_app_roles", "assigned"],
    not_keys: &[],
};

/// A service principal whose application and permissions have not been looked up yet.
pub(crate) struct Draft<'t> {
    /// What could be read of it; what could not has been reported.
    pub(crate) wanted: WantedPrincipal,
    /// The client id where it stands, if it could be read.
    pub(crate) client_id: Option<Placed<ClientId>>,
    /// Granted app roles as they were written.
    pub(crate) granted: Vec<Placed<&'t str>>,
    /// Who is assigned to it.
    pub(crate) assigned: Vec<Named<'t>>,
}

/// Reads the service principals of a tenant.
pub(crate) fn read_all<'t>(tenant: &Fields<'t>, people: &People<'_>) -> Vec<Draft<'t>> {
    let mut seen = Seen::nothing();
    tenant.tables("service_principal", &PRINCIPAL).iter().map(|fields| read_one(fields, people, &mut seen)).collect()
}

fn read_one<'t>(fields: &Fields<'t>, people: &People<'_>, seen: &mut Seen<ClientId>) -> Draft<'t> {
    let written = fields.required_text("client_id");
    let client_id = written.and_then(|written| {
        let id = text::client_id(written, "client_id", fields.report)?;
        let what = || format!("the service principal of {} stands already", shown(id.as_str()));
        seen.add(id.clone(), written.at, what, fields.report);
        Some(Placed { value: id, at: written.at })
    });
    Draft {
        wanted: WantedPrincipal {
            client_id: client_id.as_ref().map_or_else(text::no_client_id, |id| id.value.clone()),
            enabled: fields.flag("enabled").unwrap_or(true),
            assignment_required: fields.flag("assignment_required").unwrap_or(false),
            granted_app_roles: Vec::new(),
            assigned: Vec::new(),
        },
        client_id,
        granted: fields.texts("granted_app_roles"),
        assigned: assigned::read_all(fields, &assigned::TO_PRINCIPAL, people),
    }
}
