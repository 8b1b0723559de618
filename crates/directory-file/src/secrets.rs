//! Passwords and client secrets: taken in, never shown, not even in an error.

use grantor_protocol::Secret;
use grantor_rules::accounts::{self, LONGEST_SECRET};
use grantor_rules::directory::WantedSecret;
use grantor_rules::model::ClientSecret;

use crate::fields::{Fields, Kind, Placed};
use crate::report::Problem;
use crate::seen::Seen;
use crate::{moment, text};

pub(crate) const SECRET: Kind = Kind {
    name: "a secret",
    header: "[[tenant.application.secrets]]",
    keys: &["description", "value", "expires_at"],
    not_keys: &[],
};

const SHORTEST_SECRET: usize = 16;

/// The password of a person.
pub(crate) fn password(fields: &Fields<'_>) -> Option<Secret> {
    let password = fields.text("password")?;
    if let Err(wrong) = accounts::password(password.value) {
        fields.report.add(Problem::at(password.at, wrong.to_string()));
    }
    Some(Secret::new(password.value))
}

/// The secrets of an application.
pub(crate) fn of_application(application: &Fields<'_>) -> Vec<WantedSecret> {
    let mut seen = Seen::nothing();
    application.tables("secrets", &SECRET).iter().map(|fields| read(fields, &mut seen)).collect()
}

fn read(fields: &Fields<'_>, seen: &mut Seen<[u8; 32]>) -> WantedSecret {
    let description = text::required_name(fields, "description");
    let expires_at = moment::of(fields, "expires_at");
    let Some(value) = fields.required_text("value") else {
        let value = Secret::new("");
        return WantedSecret { kept: ClientSecret { expires_at, ..ClientSecret::new(&description, &value) }, value };
    };
    check(fields, value);
    // RFC 6749 appendix A.2: visible ASCII and space.
    if !value.value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        fields.report.add(Problem::at(value.at, "a secret holds visible ASCII characters and spaces only"));
    }
    let text = Secret::new(value.value);
    let kept = ClientSecret { expires_at, ..ClientSecret::new(&description, &text) };
    seen.add(kept.digest, value.at, || "the same secret stands already".to_owned(), fields.report);
    WantedSecret { kept, value: text }
}

fn check(fields: &Fields<'_>, secret: Placed<&str>) {
    let found = secret.value.chars().count();
    if found < SHORTEST_SECRET {
        let what = format!("a secret must have at least {SHORTEST_SECRET} characters");
        fields.report.add(Problem::at(secret.at, what));
    } else if found > LONGEST_SECRET {
        fields.report.add(Problem::at(secret.at, format!("a secret must have at most {LONGEST_SECRET} characters")));
    }
}
