//! What somebody may have meant.

/// The choice that is nearest to `word`: a slip or two away, or the only one that holds it.
pub(crate) fn nearest<'c>(word: &str, choices: impl IntoIterator<Item = &'c str>) -> Option<&'c str> {
    // Comparing is quadratic, and nothing that long is a slip of the pen.
    if word.len() > 256 {
        return None;
    }
    let word = word.to_lowercase();
    let tolerated = (word.chars().count() / 3).max(1);
    let choices: Vec<&str> = choices.into_iter().filter(|choice| choice.len() <= 256).collect();
    let closest = choices.iter().map(|choice| (distance(&word, &choice.to_lowercase()), *choice)).min();
    match closest {
        Some((slips, choice)) if slips <= tolerated => Some(choice),
        _ => only_one_holding(&word, &choices),
    }
}

/// The sentence about it.
pub(crate) fn did_you_mean<'c>(word: &str, choices: impl IntoIterator<Item = &'c str>) -> Option<String> {
    nearest(word, choices).map(|choice| format!("did you mean \"{choice}\"?"))
}

fn only_one_holding<'c>(word: &str, choices: &[&'c str]) -> Option<&'c str> {
    let mut holding = choices.iter().filter(|choice| word.len() >= 4 && choice.to_lowercase().contains(word));
    match (holding.next(), holding.next()) {
        (Some(only), None) => Some(only),
        _ => None,
    }
}

/// How many letters must be put in, left out, replaced or swapped with their neighbour.
fn distance(one: &str, other: &str) -> usize {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let mut rows = vec![vec![0; other.len() + 1]; one.len() + 1];
    rows[0] = (0..=other.len()).collect();
    for i in 1..=one.len() {
        rows[i][0] = i;
        for j in 1..=other.len() {
            let replaced = rows[i - 1][j - 1] + usize::from(one[i - 1] != other[j - 1]);
            let moved = rows[i - 1][j].min(rows[i][j - 1]) + 1;
            let swapped = i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1];
            let swap = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
            rows[i][j] = replaced.min(moved).min(swap);
        }
    }
    rows[one.len()][other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_recognized_and_strangers_are_not() {
        let keys = ["id", "password", "display_name", "user_principal_name", "web_redirect_uris", "spa_redirect_uris"];
        let rows = [
            ("pasword", Some("password")),
            ("passwrod", Some("password")),
            ("Password", Some("password")),
            ("displayName", Some("display_name")),
            ("principal", Some("user_principal_name")),
            ("redirect", None),
            ("colour", None),
            ("", None),
        ];
        for (word, expected) in rows {
            assert_eq!(nearest(word, keys), expected, "{word}");
        }
    }

    #[test]
    fn distances_are_counted() {
        for (one, other, expected) in [("", "abc", 3), ("abc", "abc", 0), ("abc", "acb", 1), ("kitten", "sitting", 3)] {
            assert_eq!(distance(one, other), expected, "{one} {other}");
        }
    }
}
