//! One of a few words.

use crate::fields::Placed;
use crate::report::{Problem, Report, shown};

/// What the word stands for; an unknown one is reported with those that there are.
pub(crate) fn one_of<T: Copy>(
    word: Placed<&str>,
    noun: &str,
    choices: &[(&'static str, T)],
    report: &Report,
) -> Option<T> {
    let found = choices.iter().find(|(choice, _)| *choice == word.value);
    if found.is_none() {
        let words = choices.iter().map(|&(choice, _)| choice.to_owned()).collect();
        let what = format!("unknown {noun} {}", shown(word.value));
        report.add(Problem::at(word.at, what).choices(word.value, words));
    }
    found.map(|&(_, meaning)| meaning)
}
