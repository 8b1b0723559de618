//! Not you: what only an administrator may allow, and the way to ask one.

use askama::Template;

use crate::{Application, Brand, Hidden, Permission, Person, assets, words};

/// The answer to a person whose app wants what only an administrator may allow.
///
/// The sentence is `#error`, the code `#error-code`, the trace `#trace-id`, the list `#permissions`. `#deny` sends
/// `decision=deny` and leads back to the app. Where the tenant takes requests, the field `#reason` sends `reason` and
/// `#ask-administrator` sends `decision=ask` with it. `#switch` stands in a form of its own and sends `decision=switch`.
#[derive(Clone, Debug, Template)]
#[template(path = "needs_administrator.html")]
pub struct NeedsAdministrator {
    /// Whose page it is.
    pub brand: Brand,
    /// The app that asks.
    pub application: Application,
    /// Why it takes an administrator.
    pub why: NeedsAdministratorReason,
    /// The permissions that need one.
    pub permissions: Vec<Permission>,
    /// Who is signed in.
    pub person: Person,
    /// Whether the tenant takes requests to its administrators.
    pub can_ask: bool,
    /// The dialect's code, as developers look it up.
    pub code: String,
    /// The id under which the log tells the rest.
    pub trace_id: String,
    /// When it happened.
    pub timestamp: String,
    /// The path that the forms are sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
}

impl NeedsAdministrator {
    /// The longest reason, as browsers count it: in UTF-16 code units, a line break as one.
    pub const LONGEST_REASON: usize = 500;
}

/// Why it takes an administrator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NeedsAdministratorReason {
    /// The permissions themselves are for administrators to allow.
    Permissions,
    /// The tenant lets people allow what is of low risk.
    OnlyLowRisk,
    /// The tenant lets people allow nothing.
    PeopleMayNotAllow,
}

impl NeedsAdministratorReason {
    /// The sentence that the page shows.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Permissions => words::ONLY_ADMINISTRATORS_MAY,
            Self::OnlyLowRisk => words::ONLY_LOW_RISK,
            Self::PeopleMayNotAllow => words::PEOPLE_MAY_NOT_ALLOW,
        }
    }
}

/// The page after a request went to the administrators, and while it waits there.
///
/// The sentence is `#request-sent`; `#deny` sends `decision=deny` and leads back to the app.
#[derive(Clone, Debug, Template)]
#[template(path = "request_sent.html")]
pub struct RequestSent {
    /// Whose page it is.
    pub brand: Brand,
    /// The app that the request is about.
    pub application_name: String,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}
