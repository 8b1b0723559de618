//! Lengths of time as people write them.

use std::time::Duration;

/// A whole number and its unit: `s`, `m`, `h` or `d`, as in `90s` or `30d`; nothing for any other text.
pub fn parse_length(text: &str) -> Option<Duration> {
    let number = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let unit = match &text[number.len()..] {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return None,
    };
    let digits = number.bytes().all(|byte| byte.is_ascii_digit());
    let count: u64 = digits.then(|| number.parse().ok())??;
    Some(Duration::from_secs(count.checked_mul(unit)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_a_number_with_its_unit() {
        for (text, seconds) in [("90s", 90), ("20m", 1200), ("1h", 3600), ("30d", 2_592_000), ("0s", 0)] {
            assert_eq!(parse_length(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for bad in ["", "h", "90", "1.5h", "-1h", "+1h", "1 h", "1w", "1H", "1hh", "\u{661}h", "99999999999999999999d"]
        {
            assert_eq!(parse_length(bad), None, "{bad}");
        }
        assert_eq!(parse_length(&format!("{}d", u64::MAX)), None);
    }
}
