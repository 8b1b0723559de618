//! What OpenID Connect tells of a person beyond their name and addresses (Core §5.1).

use grantor_environment::Timestamp;
use serde::{Deserialize, Serialize};

/// What is known of a person, by the names of the claims that tell it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StandardClaims {
    /// Names between the given name and the family name.
    pub middle_name: Option<String>,
    /// What friends say.
    pub nickname: Option<String>,
    /// The address of a page about the person.
    pub profile: Option<String>,
    /// The address of a picture of the person.
    pub picture: Option<String>,
    /// The address of the person's own pages.
    pub website: Option<String>,
    /// Whether the mail address was shown to be the person's.
    pub email_verified: bool,
    /// The person's gender, in any words.
    pub gender: Option<String>,
    /// `YYYY-MM-DD`, with the year 0000 where that is nobody's business, or a year alone.
    pub birthdate: Option<String>,
    /// A time zone by its name, such as `Europe/Paris`.
    pub zoneinfo: Option<String>,
    /// Whether the phone number was shown to be the person's.
    pub phone_number_verified: bool,
    /// Where the person gets letters.
    pub address: Option<PostalAddress>,
    /// When any of what is known of the person changed last.
    pub updated_at: Option<Timestamp>,
}

/// Where a person gets letters (OpenID Connect Core §5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PostalAddress {
    /// As it stands on a letter.
    pub formatted: Option<String>,
    /// Street and number, in one line or several.
    pub street_address: Option<String>,
    /// City.
    pub locality: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Option<String>,
}
