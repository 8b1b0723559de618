//! Every string that a page is given is hostile until it is escaped.

use crate::{markup::tags, samples};

#[test]
fn every_string_appears_and_only_escaped() {
    // T09
    let mut said = 0;
    let pages = samples::pages(&mut |_| {
        said += 1;
        hostile(said)
    });
    // A mark may stand within a string: it shows where two addresses part.
    let all: String = pages.iter().map(|(_, html)| html.replace("<mark>", "").replace("</mark>", "")).collect();
    assert!(!all.contains("<script>alert"), "a string came through as markup");
    for number in 1..=said {
        let escaped = format!("&#34;&#62;&#60;script&#62;alert({number})&#60;/script&#62;&#39;&#38;");
        assert!(all.contains(&escaped), "string {number} of {said} is not shown");
        assert!(!all.contains(&hostile(number)), "string {number} is not escaped");
    }
}

#[test]
fn no_string_changes_the_structure_of_a_page() {
    // T09
    let mut number = 0;
    let hostile = samples::pages(&mut |_| {
        number += 1;
        hostile(number)
    });
    let harmless = samples::pages(&mut |_| "word".to_owned());
    for ((name, hostile), (_, harmless)) in hostile.iter().zip(&harmless) {
        let names = |html| tags(html).iter().map(|tag| tag.name).filter(|&name| name != "mark").collect::<Vec<_>>();
        assert_eq!(names(hostile), names(harmless), "{name}");
    }
}

fn hostile(number: usize) -> String {
    format!("\"><script>alert({number})</script>'&")
}
