//! `docs/specs.md` says of each row of the OAuth checklist that a test carries its number, or why none does; here that is held
//! against the tests.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// How many rows the checklist has.
const ROWS: usize = 217;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The rows of the page: number and state.
fn rows() -> Vec<(String, String)> {
    let page = fs::read_to_string(root().join("docs/specs.md")).unwrap();
    let cells = |line: &str| {
        let mut cells = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").map(str::to_owned);
        let (row, state) = (cells.next()?, cells.next()?);
        row.ends_with(|letter: char| letter.is_ascii_digit()).then_some((row, state))
    };
    page.lines().filter_map(cells).collect()
}

/// Every comment of the tests and of what they test.
fn comments() -> String {
    let mut text = String::new();
    let mut folders = vec![root().join("crates"), root().join("tests/e2e")];
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
                comments.for_each(|(_, comment)| text.extend([comment, "\n"]));
            }
        }
    }
    text
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

#[test]
fn each_row_has_a_test_or_a_reason() {
    let (rows, comments) = (rows(), comments());
    let numbers: BTreeSet<&str> = rows.iter().map(|(row, _)| row.as_str()).collect();
    assert_eq!((rows.len(), numbers.len()), (ROWS, ROWS));
    for (row, state) in &rows {
        assert_eq!(state == "tested", stands_in(row, &comments), "{row}: {state}");
        assert!(state.len() > 5, "{row}");
    }
    assert!(rows.iter().filter(|(_, state)| state == "tested").count() > 100);
}

#[test]
fn a_number_is_found_only_as_itself() {
    assert!(stands_in("1234-01", "// 1234-01, word-02") && stands_in("word-02", "1234-01, word-02"));
    assert!(!stands_in("1234-01", "1234-012") && !stands_in("1-06", "2.1-06") && !stands_in("word-0", "word-02"));
}
