//! `docs/specs.md` says of each row of the OAuth checklist that a test carries its number, or why none does, and
//! `docs/lessons.md` says of each row of the security lessons which tests do; here that is held against the tests.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// How many rows the checklist has.
const ROWS: usize = 217;

/// How many of the security lessons are about what is built.
const LESSONS: usize = 36;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of a page: the number in the first cell, and the last cell.
fn rows(page: &str) -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join(page)).unwrap();
    let cells = |line: &str| {
        let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
        let (row, state) = (*cells.first()?, *cells.last()?);
        row.ends_with(|letter: char| letter.is_ascii_digit()).then_some((row.to_owned(), state.to_owned()))
    };
    page.lines().filter_map(cells).collect()
}

/// Every comment of the tests and of what they test, by the file that it stands in.
fn comments() -> BTreeMap<String, String> {
    let root = root();
    let mut found = BTreeMap::new();
    let mut folders = vec![root.join("crates"), root.join("tests/e2e")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            let name = entry.file_name().to_string_lossy().into_owned();
            if path.is_dir() {
                let is_ours = !["target", "node_modules", "vectors", "fixtures"].contains(&name.as_str());
                folders.extend(is_ours.then_some(path));
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "py") {
                let file = fs::read_to_string(&path).unwrap();
                let comments = file.lines().filter_map(|line| line.split_once("//").or_else(|| line.split_once('#')));
                let comments: Vec<&str> = comments.map(|(_, comment)| comment).collect();
                let path = path.strip_prefix(&root).unwrap().to_string_lossy().into_owned();
                found.insert(path, comments.join("\n"));
            }
        }
    }
    found
}

/// Whether a number stands by itself: `6749-1` is not in `6749-12`, nor `12-06` in `2.12-06`.
fn stands_in(number: &str, text: &str) -> bool {
    text.match_indices(number).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + number.len()..].chars().next();
        before.is_none_or(|letter| !letter.is_ascii_alphanumeric() && !['.', '-', '_'].contains(&letter))
            && after.is_none_or(|letter| !letter.is_ascii_digit())
    })
}

/// The files in whose comments a number stands.
fn carry<'c>(number: &str, comments: &'c BTreeMap<String, String>) -> BTreeSet<&'c str> {
    let carry = comments.iter().filter(|(_, text)| stands_in(number, text));
    carry.map(|(path, _)| path.as_str()).collect()
}

#[test]
fn each_row_has_a_test_or_a_reason() {
    let (rows, comments) = (rows("docs/specs.md"), comments());
    let numbers: BTreeSet<&str> = rows.iter().map(|(row, _)| row.as_str()).collect();
    assert_eq!((rows.len(), numbers.len()), (ROWS, ROWS));
    for (row, state) in &rows {
        assert_eq!(state == "tested", !carry(row, &comments).is_empty(), "{row}: {state}");
        assert!(state.len() > 5, "{row}");
    }
    assert!(rows.iter().filter(|(_, state)| state == "tested").count() > 100);
}

#[test]
fn each_lesson_names_its_tests_or_has_a_reason() {
    let (rows, comments) = (rows("docs/lessons.md"), comments());
    let numbers: Vec<String> = (1..=LESSONS).map(|number| format!("T{number:02}")).collect();
    assert_eq!(rows.iter().map(|(row, _)| row).collect::<Vec<_>>(), numbers.iter().collect::<Vec<_>>());
    for (row, state) in &rows {
        let named: BTreeSet<&str> = state.split('`').skip(1).step_by(2).collect();
        assert_eq!(named, carry(row, &comments), "{row}");
        assert!(!named.is_empty() || state.len() > 5, "{row} has neither");
    }
}

#[test]
fn a_number_is_found_only_as_itself() {
    assert!(stands_in("1234-01", "// 1234-01, word-02") && stands_in("word-02", "1234-01, word-02"));
    assert!(!stands_in("1234-01", "1234-012") && !stands_in("1-06", "2.1-06") && !stands_in("word-0", "word-02"));
}
