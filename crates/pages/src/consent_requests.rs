//! Where administrators decide what people asked them for.

use askama::Template;

use crate::{
    AllowedApp, Application, Brand, Hidden, Permission, Person, assets,
    words::{self, Around},
};

/// The requests that wait, and what is allowed for everyone already.
///
/// Each request has `#approve-ID` and `#reject-ID`, which send `approve=ID` and `reject=ID`. Each app that is allowed for
/// everyone has `#withdraw-CLIENT-ID`, which sends `withdraw=CLIENT-ID`; [`WithdrawConfirm`](crate::WithdrawConfirm)
/// answers it. `#sign-out` leads to the sign-out.
#[derive(Clone, Debug, Template)]
#[template(path = "consent_requests.html")]
pub struct ConsentRequests {
    /// Whose page it is.
    pub brand: Brand,
    /// Who is signed in.
    pub person: Person,
    /// What waits, the oldest first.
    pub requests: Vec<ConsentRequest>,
    /// What is allowed for everyone in the tenant.
    pub apps_for_everyone: Vec<AllowedApp>,
    /// What was just done.
    pub done: Option<ConsentRequestsDone>,
    /// The path that signs out.
    pub sign_out: String,
    /// The path that the forms are sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
}

/// What somebody asks the administrators for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentRequest {
    /// The id that the form sends back.
    pub id: String,
    /// The app.
    pub application: Application,
    /// Who asked.
    pub person: Person,
    /// When.
    pub asked_at: String,
    /// Why, in the person's own words; empty if they gave none.
    pub reason: String,
    /// What the app would get, for everyone.
    pub permissions: Vec<Permission>,
}

/// What was just done, each with the app's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConsentRequestsDone {
    /// A request was approved: `#approved`.
    Approved(String),
    /// A request was rejected: `#rejected`.
    Rejected(String),
    /// An app was withdrawn from everyone: `#withdrawn`.
    Withdrawn(String),
}

impl ConsentRequestsDone {
    fn said(&self) -> (&'static str, Around, &str) {
        match self {
            Self::Approved(name) => ("approved", words::APPROVED, name),
            Self::Rejected(name) => ("rejected", words::REJECTED, name),
            Self::Withdrawn(name) => ("withdrawn", words::WITHDRAWN, name),
        }
    }
}
