//! `lifetimes`: how long an application's tokens live.

use std::time::Duration;

use grantor_environment::parse_length;
use grantor_rules::model::Lifetimes;

use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};

pub(crate) const LIFETIMES: Kind = Kind {
    name: "lifetimes",
    header: "[tenant.application.lifetimes]",
    keys: &["access_token", "id_token", "refresh_token", "sign_in", "code"],
    not_keys: &[],
};

const SHORTEST: (Duration, &str) = (Duration::from_mins(10), "10m");
const LONGEST_TOKEN: (Duration, &str) = (Lifetimes::LONGEST_TOKEN, "1d");
/// Long enough for a program to come back with it, and no longer than RFC 6749 §4.1.2 recommends.
const SHORTEST_CODE: (Duration, &str) = (Duration::from_secs(10), "10s");
const LONGEST_CODE: (Duration, &str) = (Duration::from_mins(10), "10m");
const LONGEST_REFRESH: (Duration, &str) = (Duration::from_hours(24 * 365), "365d");

/// The lifetimes of an application's tokens; what is not said is left to the deployment.
///
/// Source: entra-dialect 13.2: what the live service lets a policy say of access tokens.
pub(crate) fn of_application(application: &Fields<'_>) -> Lifetimes {
    let Some(fields) = application.table("lifetimes", &LIFETIMES) else { return Lifetimes::default() };
    Lifetimes {
        access_token: length(&fields, "access_token", SHORTEST, LONGEST_TOKEN),
        id_token: length(&fields, "id_token", SHORTEST, LONGEST_TOKEN),
        refresh_token: length(&fields, "refresh_token", SHORTEST, LONGEST_REFRESH),
        sign_in: length(&fields, "sign_in", SHORTEST, LONGEST_REFRESH),
        code: length(&fields, "code", SHORTEST_CODE, LONGEST_CODE),
    }
}

fn length(fields: &Fields<'_>, key: &str, shortest: (Duration, &str), longest: (Duration, &str)) -> Option<Duration> {
    let text = fields.text(key)?;
    let Some(length) = parse_length(text.value) else {
        let what = format!("\"{key}\" is {}, which is no length of time", shown(text.value));
        fields.report.add(Problem::at(text.at, what).hint("expected something like 90s, 20m, 1h or 30d"));
        return None;
    };
    if length < shortest.0 || length > longest.0 {
        let what = format!("\"{key}\" must be from {} to {}, not {}", shortest.1, longest.1, shown(text.value));
        fields.report.add(Problem::at(text.at, what));
    }
    Some(length)
}
