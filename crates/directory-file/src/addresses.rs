//! Addresses of an application that are not for answers: where its people read about it, and where they are signed out.

use grantor_rules::client_metadata::addresses as rules;
use grantor_rules::model::Information;

use crate::fields::Fields;
use crate::report::{Problem, shown};

/// Where people read about an application.
pub(crate) fn information(fields: &Fields<'_>) -> Information {
    Information {
        home_page: of_a_page(fields, "home_page_uri"),
        terms: of_a_page(fields, "terms_uri"),
        privacy: of_a_page(fields, "privacy_uri"),
        logo: of_a_page(fields, "logo_uri"),
    }
}

/// Where the browsers of an application's people tell it that they have signed out.
pub(crate) fn front_channel_logout(fields: &Fields<'_>) -> Option<String> {
    address(fields, "front_channel_logout_uri", rules::front_channel_logout)
}

/// The address of a page or picture.
pub(crate) fn of_a_page(fields: &Fields<'_>, key: &str) -> Option<String> {
    address(fields, key, rules::page)
}

fn address(fields: &Fields<'_>, key: &str, check: fn(&str) -> Result<(), String>) -> Option<String> {
    let text = fields.text(key)?;
    match check(text.value) {
        Ok(()) => Some(text.value.to_owned()),
        Err(why) => {
            let what = format!("the {key} {} is refused: {why}", shown(text.value));
            fields.report.add(Problem::at(text.at, what));
            None
        }
    }
}
