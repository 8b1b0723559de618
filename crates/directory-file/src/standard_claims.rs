//! What a file says of a person for the claims of OpenID Connect (Core §5.1).

use grantor_rules::model::{PostalAddress, StandardClaims};

use crate::addresses;
use crate::fields::{Fields, Kind};
use crate::report::{Problem, shown};
use crate::text;

pub(crate) const ADDRESS: Kind = Kind {
    name: "an address",
    header: "[tenant.user.address]",
    keys: &["formatted", "street_address", "locality", "region", "postal_code", "country"],
    not_keys: &[],
};

/// What is said of a person.
pub(crate) fn of_user(fields: &Fields<'_>) -> StandardClaims {
    let flag = |key| fields.flag(key).unwrap_or(false);
    StandardClaims {
        middle_name: text::name(fields, "middle_name"),
        nickname: text::name(fields, "nickname"),
        profile: addresses::of_a_page(fields, "profile_uri"),
        picture: addresses::of_a_page(fields, "picture_uri"),
        website: addresses::of_a_page(fields, "website_uri"),
        email_verified: flag("mail_verified"),
        gender: text::name(fields, "gender"),
        birthdate: birthdate(fields),
        zoneinfo: time_zone(fields),
        phone_number_verified: flag("mobile_phone_verified"),
        address: address(fields),
        updated_at: None,
    }
}

/// `YYYY-MM-DD`, with the year 0000 where it is left out, or `YYYY`.
fn birthdate(fields: &Fields<'_>) -> Option<String> {
    let date = fields.text("birthdate")?;
    let parts: Vec<&str> = date.value.split('-').collect();
    let number = |text: &str, length: usize| {
        let fits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        fits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let is_date = match parts.as_slice() {
        [year] => number(year, 4).is_some(),
        [year, month, day] => {
            let (year, month, day) = (number(year, 4), number(month, 2), number(day, 2));
            year.is_some()
                && month.is_some_and(|month| (1..=12).contains(&month))
                && day.is_some_and(|day| (1..=31).contains(&day))
        }
        _ => false,
    };
    if !is_date {
        let what = format!("\"birthdate\" is {}, which is no date", shown(date.value));
        fields.report.add(Problem::at(date.at, what).hint("expected something like 1990-05-14, 0000-05-14 or 1990"));
    }
    Some(date.value.to_owned())
}

/// The name of a time zone, as far as its form goes: `Europe/Paris`.
fn time_zone(fields: &Fields<'_>) -> Option<String> {
    let zone = fields.text("time_zone")?;
    let fits = |part: &str| {
        !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+-".contains(&byte))
    };
    if zone.value.len() > 64 || !zone.value.split('/').all(fits) {
        let what = format!("\"time_zone\" is {}, which names no time zone", shown(zone.value));
        fields.report.add(Problem::at(zone.at, what).hint("expected something like Europe/Paris"));
    }
    Some(zone.value.to_owned())
}

fn address(user: &Fields<'_>) -> Option<PostalAddress> {
    let fields = user.table("address", &ADDRESS)?;
    let part = |key| text::description(&fields, key);
    Some(PostalAddress {
        formatted: text::lines(&fields, "formatted"),
        street_address: text::lines(&fields, "street_address"),
        locality: part("locality"),
        region: part("region"),
        postal_code: part("postal_code"),
        country: part("country"),
    })
}
