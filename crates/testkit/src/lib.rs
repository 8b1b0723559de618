//! The platform in process, and scripted programs and people to use it: for tests alone.
//!
//! [`TestPlatform`] is everything that `grantor serve` serves, on a folder of its own and a clock that the test moves.
//! A [`Browser`] walks its pages as a person would; [`Authorize`] and [`TokenRequest`] are what applications send, with
//! everything that a test does not care about filled in. Requests go straight to the router: there is no socket, so
//! nothing here waits or depends on a port.
#![expect(clippy::missing_panics_doc, reason = "a test says no by panicking, its helpers too")]
#![expect(clippy::unwrap_used, reason = "as above")]

mod answer;
mod arrival;
mod assertion;
mod authorize;
mod backchannel;
mod browser;
mod contoso;
mod cookies;
mod device;
mod dpop;
mod folder;
mod others;
mod page;
mod permissions;
mod platform;
mod registration;
mod token;
pub mod wire;

pub use answer::Answer;
pub use arrival::{Arrival, Response};
pub use assertion::{Certified, ClientAssertion, IN_USE, OVER};
pub use authorize::Authorize;
pub use backchannel::{BackchannelRequest, WaitingElsewhere};
pub use browser::Browser;
pub use contoso::{
    ADMIN, Application, CHRIS, COLORS_API, CONTOSO, CONTOSO_DIRECTORY, DAEMON, DANA, FABRIKAM, FABRIKAM_ADMIN,
    FABRIKAM_NOTES, FABRIKAM_TIMESHEET, NATIVE, Organization, PERSONAL, Person, SAM, SPA, WEB,
};
pub use cookies::{Cookie, CookieJar};
pub use device::{Device, DeviceRequest};
pub use dpop::{DpopKey, DpopProof};
pub use folder::Folder;
pub use others::OtherMachines;
pub use page::{Element, Form, Input, Page, elements_of};
pub use permissions::{
    BOARD, BOARD_EXPIRED_SECRET, BOARD_SECOND_SECRET, CARELESS, CASS, CAUTIOUS, CAUTIOUS_ADMIN, CLUB, EVERYBODY, KIM,
    LEDGER, LEE, NORTHWIND, NORTHWIND_ADMIN, OFFICE, OLD_TASKS, PARCELS, PARCELS_API, PERMISSIONS_DIRECTORY, PLANNERS,
    SASHA, SINGLE, SOL, STRICT, STRICT_ADMIN, SYNC, TASKS, TASKS_API, TASKS_SPA,
};
pub use platform::{Directory, Options, START, TestPlatform};
pub use registration::{initial_access_token, let_register, look_after, register};
pub use token::{TokenRequest, Tokens, unverified_claims, unverified_header};
