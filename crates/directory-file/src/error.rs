//! What is wrong with a file, and where.

use std::fmt;

/// One thing that is wrong with a directory file. It never holds a password or a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileError {
    /// The name of the file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub what: String,
    /// What could stand there instead, where that is a list.
    pub choices: Vec<String>,
    /// What to do about it, where we can guess.
    pub hint: Option<String>,
}

impl FileError {
    /// The choices after this many are counted, not shown, by [`Display`](fmt::Display).
    pub const MOST_CHOICES_SHOWN: usize = 24;
}

impl fmt::Display for FileError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, column, what, choices, hint } = self;
        write!(formatter, "{file}:{line}:{column}: {what}")?;
        if !choices.is_empty() {
            let shown = choices.len().min(Self::MOST_CHOICES_SHOWN);
            write!(formatter, "; expected one of: {}", choices[..shown].join(", "))?;
            if shown < choices.len() {
                write!(formatter, " and {} more", choices.len() - shown)?;
            }
        }
        hint.iter().try_for_each(|hint| write!(formatter, "; {hint}"))
    }
}

impl std::error::Error for FileError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_list_of_choices_is_cut() {
        let error = FileError {
            file: "a.toml".into(),
            line: 3,
            column: 7,
            what: "unknown thing".into(),
            choices: (0..30).map(|number| format!("c{number}")).collect(),
            hint: Some("look again".into()),
        };
        let text = error.to_string();
        assert!(text.starts_with("a.toml:3:7: unknown thing; expected one of: c0, c1, "), "{text}");
        assert!(text.ends_with("c23 and 6 more; look again"), "{text}");
    }
}
