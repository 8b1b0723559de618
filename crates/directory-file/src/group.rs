//! `[[tenant.group]]`: people who are assigned to applications together.

use grantor_rules::directory::WantedGroup;
use grantor_rules::model::{Group, User};
use uuid::Uuid;

use crate::fields::{Fields, Kind};
use crate::people::People;
use crate::report::shown;
use crate::seen::Seen;
use crate::text;

pub(crate) const GROUP: Kind =
    Kind { name: "a group", header: "[[tenant.group]]", keys: &["id", "display_name", "members"], not_keys: &[] };

/// Reads the groups of a tenant.
pub(crate) fn read_all(tenant: &Fields<'_>, people: &People<'_>) -> Vec<WantedGroup> {
    let mut seen = Seen::nothing();
    tenant.tables("group", &GROUP).iter().map(|fields| read_one(fields, people, &mut seen)).collect()
}

fn read_one(fields: &Fields<'_>, people: &People<'_>, seen: &mut Seen<Uuid>) -> WantedGroup {
    let placed = fields.required_text("id");
    let id = placed.and_then(|text| text::uuid(text, "id", fields.report));
    if let (Some(placed), Some(id)) = (placed, id) {
        seen.add(id, placed.at, || format!("the group {id} stands already"), fields.report);
    }
    let group = Group { id: id.unwrap_or(Uuid::nil()), display_name: text::required_name(fields, "display_name") };
    WantedGroup { group, members: members(fields, people) }
}

fn members(fields: &Fields<'_>, people: &People<'_>) -> Vec<String> {
    let mut seen = Seen::nothing();
    let mut read = Vec::new();
    for name in fields.texts("members") {
        if let Some(member) = people.one(name, "members", fields.report) {
            let what = || format!("the member {} stands already", shown(&member));
            seen.add(User::name_key(&member), name.at, what, fields.report);
            read.push(member);
        }
    }
    read
}
