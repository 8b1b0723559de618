//! Text can be read: 4.5 to 1 in both schemes (WCAG 2.2, 1.4.3), borders of fields 3 to 1 (1.4.11).

use std::collections::BTreeMap;

use grantor_pages::assets;

#[test]
fn text_keeps_its_contrast_in_both_schemes() {
    let sheet = std::str::from_utf8(assets::assets()[0].bytes).expect("UTF-8");
    let schemes: Vec<_> = sheet.split(":root {").skip(1).map(tokens).filter(|found| found.len() > 5).collect();
    assert_eq!(schemes.len(), 2, "light and dark");
    for scheme in &schemes {
        for (text, ground, least) in [
            ("ink", "paper", 4.5),
            ("ink", "ground", 4.5),
            ("ink-soft", "paper", 4.5),
            ("ink-soft", "ground", 4.5),
            ("accent", "paper", 4.5),
            ("on-accent", "accent", 4.5),
            ("danger", "paper", 4.5),
            ("danger", "danger-ground", 4.5),
            ("warn", "warn-ground", 4.5),
            ("ink-soft", "paper", 3.0),
        ] {
            let found = contrast(scheme[text], scheme[ground]);
            assert!(found >= least, "--{text} on --{ground}: {found:.2}");
        }
    }
}

/// The `--name: #rrggbb` of a rule.
fn tokens(rule: &str) -> BTreeMap<&str, u32> {
    let (body, _) = rule.split_once('}').expect("the end of the rule");
    body.split("--")
        .filter_map(|part| part.split_once(": #"))
        .map(|(name, value)| (name, u32::from_str_radix(&value[..6], 16).expect("six digits")))
        .collect()
}

fn contrast(one: u32, other: u32) -> f64 {
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn luminance(colour: u32) -> f64 {
    let part = |shift: u32| {
        let value = f64::from((colour >> shift) & 255) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * part(16) + 0.7152 * part(8) + 0.0722 * part(0)
}
