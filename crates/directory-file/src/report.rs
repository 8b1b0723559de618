//! Everything that is wrong, as it is found.

use std::cell::RefCell;

use crate::FileError;
use crate::position::Lines;
use crate::suggest::did_you_mean;

/// A file with more errors than this is another kind of file.
const MOST: usize = 500;

/// One thing that is wrong, at a byte of the text.
pub(crate) struct Problem {
    at: usize,
    what: String,
    choices: Vec<String>,
    hint: Option<String>,
    /// The byte where the thing stands that this one collides with.
    first: Option<usize>,
}

impl Problem {
    pub(crate) fn at(at: usize, what: impl Into<String>) -> Self {
        Self { at, what: what.into(), choices: Vec::new(), hint: None, first: None }
    }

    pub(crate) fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// Adds what could stand there, and which of it may be meant by `word`.
    pub(crate) fn choices(self, word: &str, choices: Vec<String>) -> Self {
        let hint = self.hint.or_else(|| did_you_mean(word, choices.iter().map(String::as_str)));
        Self { choices, hint, ..self }
    }

    /// Adds the line of `first` to the end of the sentence.
    pub(crate) fn first_at(self, first: usize) -> Self {
        Self { first: Some(first), ..self }
    }
}

/// Everything that is wrong. Every reader adds to it through a shared reference.
#[derive(Default)]
pub(crate) struct Report {
    problems: RefCell<Vec<Problem>>,
}

impl Report {
    pub(crate) fn add(&self, problem: Problem) {
        self.problems.borrow_mut().push(problem);
    }

    /// Whether no more errors will be shown; what takes long can be left out then.
    pub(crate) fn is_full(&self) -> bool {
        self.problems.borrow().len() >= MOST
    }

    /// The errors in the order of the text.
    pub(crate) fn into_errors(self, file: &str, text: &str) -> Vec<FileError> {
        let mut problems = self.problems.into_inner();
        if problems.is_empty() {
            return Vec::new();
        }
        problems.sort_by_key(|problem| problem.at);
        problems.dedup_by(|next, kept| next.at == kept.at && next.what == kept.what);
        let lines = Lines::of(text);
        problems.into_iter().take(MOST).map(|problem| error(problem, file, &lines)).collect()
    }
}

fn error(problem: Problem, file: &str, lines: &Lines<'_>) -> FileError {
    let (line, column) = lines.position(problem.at);
    let what = match problem.first {
        Some(first) => format!("{} at line {}", problem.what, lines.position(first).0),
        None => problem.what,
    };
    FileError { file: file.to_owned(), line, column, what, choices: problem.choices, hint: problem.hint }
}

/// A text of the file as an error shows it: quoted, escaped and not too long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}…", &text[..end]),
        None => format!("{text:?}"),
    }
}
