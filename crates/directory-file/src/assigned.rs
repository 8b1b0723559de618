//! `assigned`: who is assigned to an application, as which of its app roles.

use std::collections::BTreeSet;

use grantor_rules::directory::{WantedAssignee, WantedAssignment};
use grantor_rules::model::User;

use crate::fields::{Fields, Kind, Placed};
use crate::people::People;
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

const KEYS: &[&str] = &["user", "group", "role"];
const NAME: &str = "an assignment";

pub(crate) const TO_APPLICATION: Kind =
    Kind { name: NAME, header: "[[tenant.application.assigned]]", keys: KEYS, not_keys: &[] };
pub(crate) const TO_PRINCIPAL: Kind =
    Kind { name: NAME, header: "[[tenant.service_principal.assigned]]", keys: KEYS, not_keys: &[] };

/// An assignment whose app role has not been looked up yet.
pub(crate) struct Named<'t> {
    pub(crate) wanted: WantedAssignment,
    pub(crate) role: Option<Placed<&'t str>>,
}

/// Reads who is assigned to an application.
pub(crate) fn read_all<'t>(application: &Fields<'t>, kind: &'static Kind, people: &People<'_>) -> Vec<Named<'t>> {
    let mut seen = Seen::nothing();
    application.tables("assigned", kind).iter().filter_map(|fields| read_one(fields, people, &mut seen)).collect()
}

fn read_one<'t>(
    fields: &Fields<'t>,
    people: &People<'_>,
    seen: &mut Seen<(WantedAssignee, Option<String>)>,
) -> Option<Named<'t>> {
    let who = match (fields.text("user"), fields.text("group")) {
        (Some(user), None) => people.one(user, "user", fields.report).map(WantedAssignee::User),
        (None, Some(group)) => text::uuid(group, "group", fields.report).map(WantedAssignee::Group),
        (None, None) if fields.has("user") || fields.has("group") => None,
        (None, None) | (Some(_), Some(_)) => {
            fields.report.add(Problem::at(fields.at(), format!("{NAME} has either the key \"user\" or \"group\"")));
            None
        }
    }?;
    let role = fields.text("role");
    let key = match &who {
        WantedAssignee::User(name) => WantedAssignee::User(User::name_key(name)),
        WantedAssignee::Group(id) => WantedAssignee::Group(*id),
    };
    let what = || "the same assignment stands already".to_owned();
    seen.add((key, role.map(|role| role.value.to_owned())), fields.at(), what, fields.report);
    Some(Named { wanted: WantedAssignment { who, role: role.map(|role| role.value.to_owned()) }, role })
}

/// Reports each app role that the application has not got, or not for people: `roles`.
pub(crate) fn roles_exist(assigned: &[Named<'_>], roles: &BTreeSet<&str>, report: &crate::report::Report) {
    for role in assigned.iter().filter_map(|named| named.role) {
        if !roles.contains(role.value) {
            let what = format!("the application has no app role {} for people", shown(role.value));
            let choices = roles.iter().map(|&role| role.to_owned()).collect();
            report.add(Problem::at(role.at, what).choices(role.value, choices));
        }
    }
}
