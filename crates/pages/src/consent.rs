//! What may the app do: the consent page.

use askama::Template;

use crate::{Application, Brand, Hidden, Permission, Person, assets, words};

/// One thing that an app asks for in detail, such as a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub heading: String,
    /// The name of the API that does it.
    pub api: String,
    /// What it says: labels and values.
    pub rows: Vec<(String, String)>,
}

/// The question whether an app may have permissions.
///
/// The list is `#permissions`, and what is asked for in detail stands in `#details`. The buttons `#accept` and `#deny` send `decision=accept` and `decision=deny`; `#switch`
/// stands in a form of its own and sends `decision=switch`. The checkbox `#consent-for-organization` sends
/// `consent-for-organization=1` and starts off. Where the app waits elsewhere there is no `#switch`.
#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// Whose page it is.
    pub brand: Brand,
    /// The app that asks.
    pub application: Application,
    /// What the app asks for.
    pub permissions: Vec<Permission>,
    /// What the app asks for in detail.
    pub details: Vec<Detail>,
    /// Who is asked.
    pub person: Person,
    /// Whether the answer holds for everyone in the tenant: the page says so, and leaves no choice but yes or no.
    pub for_everyone: bool,
    /// Whether the person may decide for everyone in the tenant.
    pub organization_choice: bool,
    /// What the app waits with elsewhere, if it does: then nobody but this person can answer.
    pub elsewhere: Option<Elsewhere>,
    /// The path that the forms are sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
}

/// What an app waits with elsewhere (CIBA §7.1). The message is `#binding-message`, the warning `#elsewhere`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Elsewhere {
    /// What the person compares with what the app shows.
    pub binding_message: Option<String>,
}
