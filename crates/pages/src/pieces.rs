//! The small parts that several pages share.

use std::fmt;

/// Whose page it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// The tenant's name, as people know it.
    pub tenant_name: String,
}

impl Brand {
    /// The letter that stands for the tenant.
    pub(crate) fn mark(&self) -> String {
        initials(&self.tenant_name, 1)
    }
}

/// What each form carries without showing it.
#[derive(Clone, PartialEq, Eq)]
pub struct Hidden {
    /// The value that ties the form to this browser.
    pub csrf: String,
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hidden").finish_non_exhaustive()
    }
}

/// The person who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// The name that others call the person by.
    pub display_name: String,
    /// The name that the person signs in with.
    pub username: String,
}

impl Person {
    pub(crate) fn mark(&self) -> String {
        initials(&self.display_name, 2)
    }
}

/// An account with a session in this browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The id that the form sends back.
    pub user_id: String,
    /// The name that others call the person by.
    pub display_name: String,
    /// The name that the person signs in with.
    pub username: String,
}

impl Account {
    pub(crate) fn mark(&self) -> String {
        initials(&self.display_name, 2)
    }
}

/// The letter that stands for an app, as a picture (SVG): in the place of one that cannot be had.
pub fn mark_picture(name: &str) -> String {
    // It is a letter, a digit or `·`: nothing that would need escaping.
    let mark = initials(name, 1);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 48 48\"><rect width=\"48\" height=\"48\" rx=\"9\" fill=\"#56605d\"/>\
         <text x=\"24\" y=\"25\" fill=\"#ffffff\" font-family=\"system-ui, sans-serif\" font-size=\"24\" font-weight=\"700\" \
         text-anchor=\"middle\" dominant-baseline=\"central\">{mark}</text></svg>"
    )
}

/// The first letters of the first and the last word, at most `count`; `·` for a name without letters.
fn initials(name: &str, count: usize) -> String {
    let mut letters = name.split_whitespace().filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = if count > 1 { letters.rfind(|letter| letter.is_alphabetic()) } else { None };
    let mark: String = first.into_iter().chain(last).flat_map(char::to_uppercase).collect();
    if mark.is_empty() { "·".to_owned() } else { mark }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn initials_are_of_the_first_and_the_last_word() {
        assert_eq!(initials("Chris Green", 2), "CG");
        assert_eq!(initials("maria del carmen ruiz", 2), "MR");
        assert_eq!(initials("Contoso", 2), "C");
        assert_eq!(initials("Chris Green 2", 2), "CG");
        assert_eq!(initials("3M", 1), "3");
        assert_eq!(initials("Contoso Tea", 1), "C");
        assert_eq!(initials("李小龍", 2), "李");
        assert_eq!(initials(" (\u{1f600}) ", 2), "·");
    }

    #[test]
    fn the_picture_of_a_name_holds_its_letter_and_nothing_else_of_it() {
        assert!(mark_picture("expense <script>").contains(">E</text>"));
        assert!(mark_picture("<>&\"").contains(">·</text>"));
        assert!(!mark_picture("&amp; <b>x</b>\"").contains("amp"));
    }

    #[test]
    fn the_csrf_value_stays_out_of_debug_output() {
        let hidden = Hidden { csrf: "8d1f".to_owned() };
        assert!(!format!("{hidden:?}").contains("8d1f"));
    }
}
