//! Addresses of an application that are not for answers: where its people read about it, and where they are signed out.

use grantor_protocol::RedirectUri;
use grantor_protocol::redirect_uri::BadRedirectUri;
use grantor_rules::model::Information;

use crate::fields::Fields;
use crate::report::{Problem, shown};

/// The longest address, in bytes.
const LONGEST: usize = 256;

/// Where people read about an application.
pub(crate) fn information(fields: &Fields<'_>) -> Information {
    Information {
        home_page: of_a_page(fields, "home_page_uri"),
        terms: of_a_page(fields, "terms_uri"),
        privacy: of_a_page(fields, "privacy_uri"),
        logo: of_a_page(fields, "logo_uri"),
    }
}

/// Where the browsers of an application's people tell it that they have signed out: plain HTTP only to the person's own
/// machine.
pub(crate) fn front_channel_logout(fields: &Fields<'_>) -> Option<String> {
    address(fields, "front_channel_logout_uri", "https://…, http://localhost or http://127.0.0.1", |uri| {
        uri.scheme() == "https" || uri.is_loopback()
    })
}

/// The address of a page or picture.
pub(crate) fn of_a_page(fields: &Fields<'_>, key: &str) -> Option<String> {
    address(fields, key, "https://…", |uri| uri.scheme() == "https")
}

fn address(fields: &Fields<'_>, key: &str, expected: &str, fits: impl Fn(&RedirectUri) -> bool) -> Option<String> {
    let text = fields.text(key)?;
    let refused = |why: &str| {
        fields.report.add(Problem::at(text.at, format!("the {key} {} is refused: {why}", shown(text.value))));
        None
    };
    if text.value.len() > LONGEST {
        return refused("it is longer than 256 characters");
    }
    // They are read as strictly as those that answers go to: a browser is led there too.
    match RedirectUri::parse(text.value) {
        Ok(uri) if fits(&uri) => Some(text.value.to_owned()),
        Ok(_) | Err(BadRedirectUri::Scheme) => refused(&format!("expected {expected}")),
        Err(wrong) => refused(&wrong.to_string()),
    }
}
