//! `[[tenant.consent]]`: what somebody allows an application.

use grantor_protocol::ClientId;
use grantor_rules::directory::WantedConsent;
use grantor_rules::model::User;

use crate::fields::{Fields, Kind, Placed};
use crate::people::People;
use crate::report::shown;
use crate::seen::Seen;
use crate::text;

pub(crate) const CONSENT: Kind = Kind {
    name: "a consent",
    header: "[[tenant.consent]]",
    keys: &["client_id", "user", "permissions"],
    not_keys: &[("scope", "permissions are written in a list, each as RESOURCE/VALUE")],
};

/// A consent whose application and permissions have not been looked up yet.
pub(crate) struct Draft<'t> {
    /// What could be read of it; what could not has been reported.
    pub(crate) wanted: WantedConsent,
    /// The client id where it stands, if it could be read.
    pub(crate) client_id: Option<Placed<ClientId>>,
    /// The permissions as they were written.
    pub(crate) permissions: Vec<Placed<&'t str>>,
}

/// Reads what the people of a tenant, or its administrators for everyone, allow applications.
pub(crate) fn read_all<'t>(tenant: &Fields<'t>, people: &People<'_>) -> Vec<Draft<'t>> {
    let mut seen = Seen::nothing();
    tenant.tables("consent", &CONSENT).iter().map(|fields| read_one(fields, people, &mut seen)).collect()
}

fn read_one<'t>(fields: &Fields<'t>, people: &People<'_>, seen: &mut Seen<(ClientId, Option<String>)>) -> Draft<'t> {
    let user = fields.text("user").and_then(|name| people.one(name, "user", fields.report));
    let written = fields.required_text("client_id");
    let client_id = written.and_then(|written| {
        let id = text::client_id(written, "client_id", fields.report)?;
        // One that cannot be read is not the consent for everyone.
        if user.is_some() || !fields.has("user") {
            let whose = user.as_ref().map_or_else(|| "everyone".to_owned(), |user| shown(user));
            let what = || format!("what {whose} allows {} stands already", shown(id.as_str()));
            seen.add((id.clone(), user.as_deref().map(User::name_key)), written.at, what, fields.report);
        }
        Some(Placed { value: id, at: written.at })
    });
    fields.require("permissions");
    fields.refuse_empty_list("permissions");
    Draft {
        wanted: WantedConsent {
            client_id: client_id.as_ref().map_or_else(text::no_client_id, |id| id.value.clone()),
            user,
            permissions: Vec::new(),
        },
        client_id,
        permissions: fields.texts("permissions"),
    }
}
