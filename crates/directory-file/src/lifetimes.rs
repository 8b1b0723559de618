//! `lifetimes`: how long an application's tokens live.

use std::time::Duration;

use grantor_rules::model::Lifetimes;

use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};

pub(crate) const LIFETIMES: Kind = Kind {
    name: "lifetimes",
    header: "[tenant.application.lifetimes]",
    keys: &["access_token", "id_token", "refresh_token"],
    not_keys: &[],
};

const SHORTEST: (Duration, &str) = (Duration::from_mins(10), "10m");
const LONGEST_TOKEN: (Duration, &str) = (Lifetimes::LONGEST_TOKEN, "1d");
const LONGEST_REFRESH: (Duration, &str) = (Duration::from_hours(24 * 365), "365d");

/// The lifetimes of an application's tokens; what is not said is left to the deployment.
///
/// Source: entra-dialect 13.2: what the live service lets a policy say of access tokens.
pub(crate) fn of_application(application: &Fields<'_>) -> Lifetimes {
    let Some(fields) = application.table("lifetimes", &LIFETIMES) else { return Lifetimes::default() };
    Lifetimes {
        access_token: length(&fields, "access_token", LONGEST_TOKEN),
        id_token: length(&fields, "id_token", LONGEST_TOKEN),
        refresh_token: length(&fields, "refresh_token", LONGEST_REFRESH),
    }
}

fn length(fields: &Fields<'_>, key: &str, longest: (Duration, &str)) -> Option<Duration> {
    let text = fields.text(key)?;
    let Some(length) = parse(text.value) else {
        let what = format!("\"{key}\" is {}, which is no length of time", shown(text.value));
        fields.report.add(Problem::at(text.at, what).hint("expected something like 90s, 20m, 1h or 30d"));
        return None;
    };
    if length < SHORTEST.0 || length > longest.0 {
        let what = format!("\"{key}\" must be from {} to {}, not {}", SHORTEST.1, longest.1, shown(text.value));
        fields.report.add(Problem::at(text.at, what));
    }
    Some(length)
}

/// A whole number and its unit: `s`, `m`, `h` or `d`.
fn parse(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let count: u64 = digits.then(|| number.parse().ok())??;
    Some(Duration::from_secs(count.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_with_its_unit() {
        for (text, seconds) in [("90s", 90), ("20m", 1200), ("1h", 3600), ("30d", 2_592_000), ("0s", 0)] {
            assert_eq!(parse(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "h", "90", "1.5h", "-1h", "+1h", "1 h", "1w", "1H", "1hh", "\u{661}h", "99999999999999999999d"]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
        assert_eq!(parse(&format!("{}d", u64::MAX)), None);
    }
}
