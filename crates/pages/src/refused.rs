//! No: refusals that must not be sent back to an app, and troubles of ours.

use askama::Template;

use crate::{Brand, assets, words};

/// A refusal that must be shown here, since the app's address cannot be trusted with it.
///
/// The sentence is `#error`, the code `#error-code`, the trace `#trace-id`.
#[derive(Clone, Debug, Template)]
#[template(path = "refused.html")]
pub struct Refused {
    /// Whose page it is, where the tenant is known.
    pub brand: Option<Brand>,
    /// The heading: [`words::REFUSED_HEADING`] unless there is a better one.
    pub heading: String,
    /// What was wrong, in one fixed sentence for each reason.
    pub sentence: String,
    /// What was sent and what would do; only for those who may read the application.
    pub compare: Option<Compare>,
    /// Who can mend it, and how.
    pub how_to_mend: Option<String>,
    /// The dialect's code, as developers look it up.
    pub code: String,
    /// The id under which the log tells the rest.
    pub trace_id: String,
    /// When it happened.
    pub timestamp: String,
}

/// An address that was sent beside those that are registered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compare {
    /// What was sent.
    pub asked: String,
    /// What is registered.
    pub registered: Vec<String>,
}

impl Compare {
    /// What was sent, cut in three: the part in the middle is where it leaves the nearest registered address.
    ///
    /// The middle is empty where no registered address shares at least half of it: a mark would only mislead.
    fn parts(&self) -> (&str, &str, &str) {
        let asked = self.asked.as_str();
        self.registered
            .iter()
            .map(|known| shared_ends(asked, known))
            .max_by_key(|(start, end)| start + end)
            .filter(|(start, end)| 2 * (start + end) >= asked.len())
            .map_or((asked, "", ""), |(start, end)| {
                (&asked[..start], &asked[start..asked.len() - end], &asked[asked.len() - end..])
            })
    }
}

/// How many bytes the two share at the start, and how many of the rest at the end.
fn shared_ends(one: &str, other: &str) -> (usize, usize) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(c, _): (char, char)| c.len_utf8();
    let start: usize = one.chars().zip(other.chars()).take_while(same).map(length).sum();
    let end = one[start..].chars().rev().zip(other[start..].chars().rev()).take_while(same).map(length).sum();
    (start, end)
}

/// The page for an address that leads nowhere.
#[derive(Clone, Debug, Template)]
#[template(path = "not_found.html")]
pub struct NotFound {
    /// The path that was asked for.
    pub path: String,
}

/// The page for a request that we could not take: come back later.
#[derive(Clone, Debug, Template)]
#[template(path = "busy.html")]
pub struct Busy {
    /// The id under which the log tells the rest.
    pub trace_id: String,
}

/// The page for a trouble of ours.
#[derive(Clone, Debug, Template)]
#[template(path = "fault.html")]
pub struct Fault {
    /// The id under which the log tells the rest.
    pub trace_id: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compare(asked: &str, registered: &[&str]) -> Compare {
        Compare { asked: asked.to_owned(), registered: registered.iter().map(|&text| text.to_owned()).collect() }
    }

    #[test]
    fn the_part_that_differs_from_the_nearest_address_is_cut_out() {
        let sent = compare("https://app.example/back/", &["https://other.example/", "https://app.example/back"]);
        assert_eq!(sent.parts(), ("https://app.example/back", "/", ""));
        let sent = compare("https://app.example:81/back", &["https://app.example:80/back"]);
        assert_eq!(sent.parts(), ("https://app.example:8", "1", "/back"));
        let sent = compare("https://äpp.example/bäck", &["https://äpp.example/böck"]);
        assert_eq!(sent.parts(), ("https://äpp.example/b", "ä", "ck"));
    }

    #[test]
    fn an_address_unlike_all_others_is_not_cut() {
        let sent = compare("https://app.example/back", &["msauth://com.example.app"]);
        assert_eq!(sent.parts(), ("https://app.example/back", "", ""));
        assert_eq!(compare("https://app.example/", &[]).parts(), ("https://app.example/", "", ""));
    }
}
