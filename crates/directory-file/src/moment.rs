//! Moments, as TOML writes them.

use grantor_environment::Timestamp;

use crate::fields::Fields;
use crate::report::Problem;

/// A moment: a date with its time and its offset from UTC, or a date alone, which means its beginning in UTC.
pub(crate) fn of(fields: &Fields<'_>, key: &str) -> Option<Timestamp> {
    let written = fields.moment(key)?;
    let text = match (written.value.date, written.value.time, written.value.offset) {
        (Some(_), Some(_), Some(_)) => Some(written.value.to_string()),
        (Some(date), None, None) => Some(format!("{date}T00:00:00Z")),
        _ => None,
    };
    let read = text.and_then(|text| text.parse::<jiff::Timestamp>().ok());
    if read.is_none() {
        let what = format!("\"{key}\" must be a date, or a date and time with its offset from UTC");
        let problem = Problem::at(written.at, what).hint("expected something like 2027-01-31 or 2027-01-31T12:00:00Z");
        fields.report.add(problem);
    }
    read.map(|moment| Timestamp::from_millis(moment.as_millisecond()))
}
