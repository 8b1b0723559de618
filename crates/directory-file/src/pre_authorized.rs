//! Which applications an API trusts: those that may have scopes of it without anybody being asked, and those whose people are
//! asked for its own permissions together with theirs.
//!
//! Nothing is said of a client id that no application has: an API may be registered before its clients, and each in a file of
//! its own.

use grantor_protocol::ClientId;
use grantor_rules::model::{PreAuthorized, ScopeDefinition};

use crate::fields::{Fields, Kind, Placed};
use crate::report::{Problem, shown};
use crate::seen::Seen;
use crate::text;

pub(crate) const PRE_AUTHORIZED: Kind = Kind {
    name: "a pre-authorization",
    header: "[[tenant.application.pre_authorized]]",
    keys: &["client", "scopes"],
    not_keys: &[("client_id", "the key is called \"client\": it names another application than the one it stands in")],
};

/// The applications that may have which of the API's scopes.
pub(crate) fn of_application(application: &Fields<'_>, scopes: &[ScopeDefinition]) -> Vec<PreAuthorized> {
    let mut seen = Seen::nothing();
    let read = |fields: &Fields<'_>| {
        let scopes = scopes_of(fields, scopes);
        let written = fields.required_text("client")?;
        let client = client(written, "client", fields, &mut seen)?;
        Some(PreAuthorized { client, scopes })
    };
    application.tables("pre_authorized", &PRE_AUTHORIZED).iter().filter_map(read).collect()
}

/// The applications whose people are asked for this one's permissions too.
pub(crate) fn known_clients(application: &Fields<'_>) -> Vec<ClientId> {
    const KEY: &str = "known_client_applications";
    let mut seen = Seen::nothing();
    application.texts(KEY).into_iter().filter_map(|written| client(written, KEY, application, &mut seen)).collect()
}

fn client(written: Placed<&str>, key: &str, fields: &Fields<'_>, seen: &mut Seen<ClientId>) -> Option<ClientId> {
    let id = text::client_id(written, key, fields.report)?;
    seen.add(id.clone(), written.at, || format!("the client {} stands already", shown(id.as_str())), fields.report);
    Some(id)
}

/// The API's own scopes that are named, as the API spells them.
fn scopes_of(fields: &Fields<'_>, scopes: &[ScopeDefinition]) -> Vec<String> {
    fields.require("scopes");
    fields.refuse_empty_list("scopes");
    let mut seen = Seen::nothing();
    let mut read = Vec::new();
    for word in fields.texts("scopes") {
        let enabled = || scopes.iter().filter(|scope| !scope.disabled).map(|scope| scope.value.as_str());
        if let Some(scope) = enabled().find(|scope| scope.eq_ignore_ascii_case(word.value)) {
            seen.add(scope, word.at, || format!("the scope {scope} stands already"), fields.report);
            read.push(scope.to_owned());
        } else {
            let what = format!("the application has no scope {}", shown(word.value));
            fields.report.add(Problem::at(word.at, what).choices(word.value, enabled().map(str::to_owned).collect()));
        }
    }
    read
}
