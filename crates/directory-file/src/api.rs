//! `[[tenant.application.scope]]` and `[[tenant.application.app_role]]`: what may be done with an API.

use grantor_protocol::ClientId;
use grantor_rules::directory_api::derived_id;
use grantor_rules::model::{AppRole, Risk, ScopeDefinition, WhoMayConsent};
use uuid::Uuid;

use crate::choice::one_of;
use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const SCOPE: Kind = Kind {
    name: "a scope",
    header: "[[tenant.application.scope]]",
    keys: &[
        "value",
        "consent",
        "admin_consent_display_name",
        "admin_consent_description",
        "user_consent_display_name",
        "user_consent_description",
        "risk",
        "enabled",
        "id",
    ],
    not_keys: &[],
};

pub(crate) const APP_ROLE: Kind = Kind {
    name: "an app role",
    header: "[[tenant.application.app_role]]",
    keys: &["value", "allowed_member_types", "display_name", "description", "enabled", "id"],
    not_keys: &[],
};

const CONSENTS: [(&str, WhoMayConsent); 2] = [("user", WhoMayConsent::User), ("admin", WhoMayConsent::Admin)];
const MEMBER_TYPES: [(&str, MemberType); 2] = [("Application", MemberType::Application), ("User", MemberType::User)];

/// The longest name of a scope or app role, in characters.
const LONGEST_VALUE: usize = 120;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum MemberType {
    Application,
    User,
}

/// One application's permissions while they are read: their ids are one name space, their values are two.
struct Permissions<'a> {
    client_id: Option<&'a ClientId>,
    ids: Seen<Uuid>,
}

/// Reads the scopes and app roles of an application.
pub(crate) fn of_application(
    application: &Fields<'_>,
    client_id: Option<&ClientId>,
) -> (Vec<ScopeDefinition>, Vec<AppRole>) {
    let mut permissions = Permissions { client_id, ids: Seen::nothing() };
    let (mut scopes, mut roles) = (Seen::nothing(), Seen::nothing());
    (
        application.tables("scope", &SCOPE).iter().map(|fields| permissions.scope(fields, &mut scopes)).collect(),
        application
            .tables("app_role", &APP_ROLE)
            .iter()
            .map(|fields| permissions.app_role(fields, &mut roles))
            .collect(),
    )
}

impl Permissions<'_> {
    fn scope(&mut self, fields: &Fields<'_>, seen: &mut Seen<String>) -> ScopeDefinition {
        let value = value(fields, "scope", seen);
        let consent =
            fields.required_text("consent").and_then(|word| one_of(word, "consent", &CONSENTS, fields.report));
        let risk = fields.text("risk").and_then(|word| one_of(word, "risk", Risk::NAMES, fields.report));
        ScopeDefinition {
            id: self.id(fields, "scope", &value),
            consent: consent.unwrap_or(WhoMayConsent::Admin),
            admin_consent_display_name: text::required_name(fields, "admin_consent_display_name"),
            admin_consent_description: text::description(fields, "admin_consent_description"),
            user_consent_display_name: text::name(fields, "user_consent_display_name"),
            user_consent_description: text::description(fields, "user_consent_description"),
            value,
            risk: risk.unwrap_or_default(),
            disabled: !fields.flag("enabled").unwrap_or(true),
        }
    }

    fn app_role(&mut self, fields: &Fields<'_>, seen: &mut Seen<String>) -> AppRole {
        let value = value(fields, "app role", seen);
        let members = allowed_member_types(fields);
        AppRole {
            id: self.id(fields, "app_role", &value),
            display_name: text::required_name(fields, "display_name"),
            description: text::description(fields, "description"),
            for_applications: members.contains(&MemberType::Application),
            for_users: members.contains(&MemberType::User),
            value,
            disabled: !fields.flag("enabled").unwrap_or(true),
        }
    }

    /// The id as it was given, or one that follows from client id, kind and value: the same each time the file is read.
    fn id(&mut self, fields: &Fields<'_>, kind: &str, value: &str) -> Uuid {
        let client_id = self.client_id.map_or("", ClientId::as_str);
        let Some(text) = fields.text("id") else {
            return derived_id(&format!("{client_id}/{kind}/{value}"));
        };
        let Some(id) = text::uuid(text, "id", fields.report) else { return Uuid::nil() };
        self.ids.add(id, text.at, || format!("the id {id} of a scope or app role stands already"), fields.report);
        id
    }
}

/// The name of a scope or app role: a scope token (RFC 6749 §3.3) without a slash, since a slash ends the API's name, and
/// not beginning with a dot, since `.default` means something else.
fn value(fields: &Fields<'_>, noun: &str, seen: &mut Seen<String>) -> String {
    let Some(value) = fields.required_text("value") else { return String::new() };
    let token = |byte: u8| byte.is_ascii_graphic() && !b"\"\\/".contains(&byte);
    let wrong = if value.value.is_empty() {
        Some("must not be empty")
    } else if value.value.len() > LONGEST_VALUE {
        Some("is longer than 120 characters")
    } else if value.value.starts_with('.') {
        Some("must not begin with a dot")
    } else if !value.value.bytes().all(token) {
        Some("must be visible ASCII without spaces, slashes, backslashes and quotes")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let what = format!("the {noun} value {} {wrong}", shown(value.value));
        fields.report.add(Problem::at(value.at, what));
    }
    let what = || format!("the {noun} {} stands already", shown(value.value));
    seen.add(value.value.to_ascii_lowercase(), value.at, what, fields.report);
    value.value.to_owned()
}

fn allowed_member_types(fields: &Fields<'_>) -> Vec<MemberType> {
    fields.require("allowed_member_types");
    let words = fields.texts("allowed_member_types");
    if let Some(at) = fields.place_of_empty_list("allowed_member_types") {
        let choices = MEMBER_TYPES.map(|(word, _)| word.to_owned()).to_vec();
        fields.report.add(Problem::at(at, "\"allowed_member_types\" must not be empty").choices("", choices));
    }
    let mut seen = Seen::nothing();
    let mut read = Vec::new();
    for word in words {
        if let Some(member) = one_of(word, "member type", &MEMBER_TYPES, fields.report) {
            seen.add(member, word.at, || format!("the member type {} stands already", word.value), fields.report);
            read.push(member);
        }
    }
    read
}
