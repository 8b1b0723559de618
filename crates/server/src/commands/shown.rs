//! How things are shown on the command line: moments, credentials, columns.

use std::io::{self, ErrorKind, Write as _};

use grantor_environment::Timestamp;
use grantor_rules::credentials::Ending;

/// Prints to standard output. Whoever has read enough of it may close it.
///
/// # Errors
/// What the system says, if it cannot be written.
pub fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        other => other,
    }
}

/// A moment, to the minute: `2026-05-01 10:12 UTC`.
pub fn moment(at: Timestamp) -> String {
    let known = jiff::Timestamp::from_millisecond(at.millis());
    known.map_or_else(|_| format!("{} ms", at.millis()), |known| known.strftime("%Y-%m-%d %H:%M UTC").to_string())
}

/// The day of a moment.
pub fn day(at: Timestamp) -> String {
    moment(at).split(' ').next().unwrap_or_default().to_owned()
}

/// What has to be said of an end, if anything: `ends in 12 days`.
pub fn ending(ending: Ending) -> Option<String> {
    match ending {
        Ending::Far => None,
        Ending::Soon { days: 0 } => Some("ends within a day".to_owned()),
        Ending::Soon { days: 1 } => Some("ends in 1 day".to_owned()),
        Ending::Soon { days } => Some(format!("ends in {days} days")),
        Ending::Past => Some("ended".to_owned()),
    }
}

/// `1 secret`, `2 secrets`.
pub fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}

/// Rows in columns, each as wide as its widest cell.
pub fn columns<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// A named list of facts below a heading.
pub struct Facts(String);

impl Facts {
    /// Of the thing of this name.
    pub fn of(name: &str) -> Self {
        Self(format!("{name}\n"))
    }

    /// Adds one.
    pub fn add(&mut self, name: &str, value: impl AsRef<str>) {
        let line = format!("  {name:<14}{}", value.as_ref());
        self.0.push_str(line.trim_end());
        self.0.push('\n');
    }

    /// Adds several of one kind, each on a line of its own, or says that there are none.
    pub fn all(&mut self, name: &str, values: &[String]) {
        let mut name = name;
        if values.is_empty() {
            self.add(name, "none");
        }
        for value in values {
            self.add(name, value);
            name = "";
        }
    }

    /// Prints them.
    ///
    /// # Errors
    /// As [`print`].
    pub fn print(self) -> io::Result<()> {
        print(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_told_to_the_minute() {
        assert_eq!(moment(Timestamp::from_seconds(1_777_630_332)), "2026-05-01 10:12 UTC");
        assert_eq!(day(Timestamp::from_seconds(1_777_630_332)), "2026-05-01");
        assert_eq!(moment(Timestamp::from_millis(i64::MAX)), format!("{} ms", i64::MAX));
    }

    #[test]
    fn an_end_is_told_when_it_is_near() {
        let told: Vec<_> = [Ending::Far, Ending::Soon { days: 30 }, Ending::Soon { days: 1 }, Ending::Soon { days: 0 }]
            .map(ending)
            .into();
        let expected = [None, Some("ends in 30 days"), Some("ends in 1 day"), Some("ends within a day")];
        assert_eq!(told, expected.map(|text| text.map(str::to_owned)));
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let rows = [["a", "bc", ""], ["déf", "g", "h"]].map(|row| row.map(str::to_owned));
        assert_eq!(columns(&rows), "a    bc\ndéf  g   h\n");
    }
}
