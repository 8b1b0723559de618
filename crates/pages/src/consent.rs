//! What may the app do: the consent page.

use askama::Template;

use crate::{Brand, Hidden, Person, assets, words};

/// The question whether an app may have permissions.
///
/// The list is `#permissions`. The buttons `#accept` and `#deny` send `decision=accept` and `decision=deny`; `#switch`
/// stands in a form of its own and sends `decision=switch`. The checkbox `#consent-for-organization` sends
/// `consent-for-organization=1` and starts off.
#[derive(Clone, Debug, Template)]
#[template(path = "consent.html")]
pub struct Consent {
    /// Whose page it is.
    pub brand: Brand,
    /// The app that asks.
    pub application_name: String,
    /// Who made the app; empty if nobody is named.
    pub publisher: String,
    /// Whether the app is registered in this tenant. If not, the page warns.
    pub publisher_is_this_tenant: bool,
    /// What the app asks for.
    pub permissions: Vec<Permission>,
    /// Who is asked.
    pub person: Person,
    /// Whether the person may decide for everyone in the tenant.
    pub organization_choice: bool,
    /// The path that the forms are sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
}

/// One permission that an app asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// What it allows, as a person would say it; it continues "NAME would like to".
    pub words: String,
    /// The API's name and the permission's, for developers: `Colors API · Colors.Read`.
    pub technical: String,
    /// More about it.
    pub description: Option<String>,
    /// Whether it usually takes an administrator to allow it.
    pub administrators_only: bool,
}
