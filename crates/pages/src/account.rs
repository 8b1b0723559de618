//! What was allowed: a person's own page, and the question before something is withdrawn.

use askama::Template;

use crate::{Application, Brand, Hidden, Person, assets, words};

/// A person's apps.
///
/// Each app that the person allowed has a button `#withdraw-CLIENT-ID` that sends `withdraw=CLIENT-ID`; [`WithdrawConfirm`]
/// answers it. What an administrator allowed for everyone has none. The apps are `#app-CLIENT-ID` and
/// `#for-everyone-CLIENT-ID`. What waits for an answer stands in the list `#waiting-apps`, each with a button `#review-ID` that
/// sends `review=ID`. After a withdrawal `#withdrawn` says so; `#sign-out`
/// leads to the sign-out.
#[derive(Clone, Debug, Template)]
#[template(path = "account.html")]
pub struct AccountPage {
    /// Whose page it is.
    pub brand: Brand,
    /// Who is signed in.
    pub person: Person,
    /// What waits for the person's answer.
    pub waiting: Vec<WaitingApp>,
    /// What the person allowed.
    pub apps: Vec<AllowedApp>,
    /// What an administrator allowed for everyone in the tenant.
    pub apps_for_everyone: Vec<AllowedApp>,
    /// The app that was just withdrawn.
    pub withdrawn: Option<String>,
    /// For an administrator: where what people ask for is answered.
    pub requests: Option<String>,
    /// The path that signs out.
    pub sign_out: String,
    /// The path that the forms are sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
}

/// An app that waits for the person's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WaitingApp {
    /// The id that the form sends back.
    pub id: String,
    /// The app.
    pub application: Application,
    /// What the person compares with what the app shows.
    pub binding_message: Option<String>,
}

/// An app that somebody allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedApp {
    /// The id that the form sends back.
    pub client_id: String,
    /// The app.
    pub application: Application,
    /// What it may do.
    pub apis: Vec<AllowedApi>,
    /// Since when.
    pub since: String,
}

/// What an app may do with one API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedApi {
    /// The API's name.
    pub name: String,
    /// What each permission allows, as a person would say it.
    pub permissions: Vec<String>,
}

/// The question before a consent is withdrawn.
///
/// The form carries `withdraw=CLIENT-ID`; `#withdraw-confirm` sends `decision=accept` with it, `#deny` sends `decision=deny`.
#[derive(Clone, Debug, Template)]
#[template(path = "withdraw_confirm.html")]
pub struct WithdrawConfirm {
    /// Whose page it is.
    pub brand: Brand,
    /// What would be withdrawn.
    pub app: AllowedApp,
    /// Whether everyone in the tenant loses it, or only the person.
    pub for_everyone: bool,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}
