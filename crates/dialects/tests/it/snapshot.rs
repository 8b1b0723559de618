//! Texts that are kept in files beside the tests. `UPDATE_SNAPSHOTS=1` writes them anew; read the difference before you keep it.

use std::fmt::Write as _;
use std::path::PathBuf;

use grantor_dialects::Reply;

/// Compares `found` with the file of that name.
///
/// # Panics
/// With the lines that differ.
pub fn assert_same(name: &str, found: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots").join(name);
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some_and(|value| value == "1") {
        std::fs::write(&path, found).expect("the snapshot can be written");
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(kept == found, "{name} differs (UPDATE_SNAPSHOTS=1 writes it anew):\n{}", difference(&kept, found));
}

/// The lines that stand in one text alone, in order.
fn difference(kept: &str, found: &str) -> String {
    let mut text = String::new();
    for line in kept.lines().filter(|line| !found.lines().any(|other| other == *line)) {
        let _ = writeln!(text, "- {line}");
    }
    for line in found.lines().filter(|line| !kept.lines().any(|other| other == *line)) {
        let _ = writeln!(text, "+ {line}");
    }
    if text.is_empty() { "the same lines in another order or number".into() } else { text }
}

/// A reply as text: status, who may keep it, headers, body.
pub fn shown(title: &str, reply: &Reply) -> String {
    let mut text = format!("== {title}\n{} {:?}\n", reply.status, reply.caching);
    for (name, value) in &reply.headers {
        let _ = writeln!(text, "{name}: {value}");
    }
    let _ = writeln!(text, "{:#}\n", reply.body);
    text
}

#[test]
#[should_panic(expected = "entra_refusals.txt differs")]
fn another_text_is_noticed() {
    assert!(std::env::var_os("UPDATE_SNAPSHOTS").is_none(), "entra_refusals.txt differs: not looked at while updating");
    assert_same("entra_refusals.txt", "another text");
}
