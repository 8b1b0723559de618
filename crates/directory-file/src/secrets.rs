//! Passwords and client secrets: taken in, never shown, not even in an error.

use grantor_protocol::Secret;
use grantor_protocol::secret::sha256;
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

const LONGEST: usize = 256;
const SHORTEST_PASSWORD: usize = 8;
const SHORTEST_SECRET: usize = 16;
/// How many characters of a secret people tell it from others by.
const HINT: usize = 3;

/// The password of a person.
pub(crate) fn password(fields: &Fields<'_>) -> Option<Secret> {
    let password = fields.text("password")?;
    check(fields, password, "a password", SHORTEST_PASSWORD);
    if password.value.chars().any(char::is_control) {
        fields.report.add(Problem::at(password.at, "a password must not hold control characters"));
    }
    Some(Secret::new(password.value))
}

/// The secrets of an application, as digests.
pub(crate) fn of_application(application: &Fields<'_>) -> Vec<ClientSecret> {
    let mut seen = Seen::nothing();
    application.tables("secrets", &SECRET).iter().map(|fields| read(fields, &mut seen)).collect()
}

fn read(fields: &Fields<'_>, seen: &mut Seen<[u8; 32]>) -> ClientSecret {
    let description = text::required_name(fields, "description");
    let expires_at = moment::of(fields, "expires_at");
    let Some(value) = fields.required_text("value") else {
        return ClientSecret { description, digest: [0; 32], hint: String::new(), created_at: None, expires_at };
    };
    check(fields, value, "a secret", SHORTEST_SECRET);
    // RFC 6749 appendix A.2: visible ASCII and space.
    if !value.value.bytes().all(|byte| (0x20..=0x7e).contains(&byte)) {
        fields.report.add(Problem::at(value.at, "a secret holds visible ASCII characters and spaces only"));
    }
    let digest = sha256(value.value.as_bytes());
    seen.add(digest, value.at, || "the same secret stands already".to_owned(), fields.report);
    let hint = value.value.chars().take(HINT).collect();
    ClientSecret { description, digest, hint, created_at: None, expires_at }
}

fn check(fields: &Fields<'_>, secret: Placed<&str>, noun: &str, shortest: usize) {
    let found = secret.value.chars().count();
    if found < shortest {
        let what = format!("{noun} must have at least {shortest} characters");
        fields.report.add(Problem::at(secret.at, what));
    } else if found > LONGEST {
        fields.report.add(Problem::at(secret.at, format!("{noun} must have at most {LONGEST} characters")));
    }
}
