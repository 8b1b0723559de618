//! A file that ends anywhere, or has a byte changed, is read or refused, at a place that exists.

use grantor_directory_file::{FileError, LARGEST, parse};

use crate::EXAMPLE;

/// Reads it; says whether it could be read.
fn survives(text: &str) -> bool {
    let Err(errors) = parse("cut.toml", text) else { return true };
    assert!(!errors.is_empty(), "a refusal without a reason");
    let lines: Vec<&str> = text.split('\n').collect();
    for error in &errors {
        assert!(inside(error, &lines), "{error} is outside a text of {} lines", lines.len());
    }
    let places: Vec<_> = errors.iter().map(|error| (error.line, error.column)).collect();
    assert!(places.is_sorted(), "{places:?}");
    false
}

fn inside(error: &FileError, lines: &[&str]) -> bool {
    let longest = |line: &&str| line.chars().count() + 1;
    error.line >= 1 && error.column >= 1 && lines.get(error.line - 1).is_some_and(|line| error.column <= longest(line))
}

#[test]
fn a_file_cut_anywhere_is_read_or_refused() {
    let cuts = (0..=EXAMPLE.len()).filter(|end| EXAMPLE.is_char_boundary(*end));
    let (read, refused): (Vec<usize>, Vec<usize>) = cuts.partition(|end| survives(&EXAMPLE[..*end]));
    assert!(read.contains(&0) && read.contains(&EXAMPLE.len()), "nothing and everything can be read");
    assert!(refused.len() > read.len(), "{} cuts can be read, {} cannot", read.len(), refused.len());
}

#[test]
fn a_file_without_its_beginning_is_read_or_refused() {
    let cuts = (0..=EXAMPLE.len()).step_by(7).filter(|start| EXAMPLE.is_char_boundary(*start));
    assert!(cuts.filter(|start| !survives(&EXAMPLE[*start..])).count() > 100);
}

#[test]
fn a_file_with_a_letter_in_the_wrong_place_is_read_or_refused() {
    for strange in ["\"", "[", "]]", "{", "}", "=", ".", "\n", "\u{0}", "\u{1f980}", "'''", "tenant.user.x = 1\n"] {
        let places = (0..=EXAMPLE.len()).step_by(61).filter(|at| EXAMPLE.is_char_boundary(*at));
        let refused = places.filter(|at| !survives(&format!("{}{strange}{}", &EXAMPLE[..*at], &EXAMPLE[*at..])));
        assert!(refused.count() > 3, "{strange:?}");
    }
}

#[test]
fn deep_and_wide_files_are_refused_and_not_fatal() {
    for opening in ["[", "{a=", "[[", "a."] {
        assert!(!survives(&format!("tenant = {}", opening.repeat(20_000))), "{opening}");
    }
    assert!(!survives(&format!("{}x = 1", "a.".repeat(20_000))));
    let wide: Vec<String> = (0..5_000).map(|number| format!("k{number} = 1\n")).collect();
    let errors = parse("wide.toml", &wide.concat()).expect_err("unknown keys");
    assert_eq!(errors.len(), 500, "the errors that nobody reads are left out");
}

#[test]
fn a_file_that_is_too_large_is_refused_and_one_of_just_that_size_is_not() {
    let comment = |bytes: usize| format!("#{}", "x".repeat(bytes - 1));
    assert!(survives(&comment(LARGEST)));
    let errors = parse("large.toml", &comment(LARGEST + 1)).expect_err("it is too large");
    assert_eq!((errors.len(), errors[0].line, errors[0].column), (1, 1, 1));
    assert!(errors[0].what.contains("4 MiB"), "{}", errors[0]);
}
