//! The pages that people see: view structs in, HTML text out.
//!
//! This crate knows no HTTP, no rules and no storage. Every string that it is given is taken as hostile and is escaped
//! by askama; no template uses `safe`. A page needs no script, loads nothing from elsewhere and holds no inline style.
//! There are two inline scripts, whose hashes a content security policy can name: [`FORM_POST_SCRIPT`], a convenience, and
//! [`CHECK_SESSION_SCRIPT`], in a frame that nobody sees.
//!
//! Start reading at [`SignIn`] and `templates/base.html`. To add a page: a struct with `#[derive(Template)]`, a template
//! that extends `base.html`, its words in [`words`], its name in the list below, and a sample in `tests/it/samples.rs`,
//! where the tests for escaping and structure find it. `examples/gallery.rs` writes all pages for looking at them.
//!
//! What the caller's headers must allow: `style-src 'self'; img-src 'self'`, and [`SignedOut`] the frames that it is given. A `form-action` needs care:
//! browsers apply it to the redirect that answers a form too, so a page whose answer leaves for the app must name the
//! app's address in it or leave it out. The pages ask for `no-referrer`, and with it browsers send `Origin: null` with
//! a form: what proves that a form is ours is the hidden value and `Sec-Fetch-Site`, not `Origin`.

use askama::Template;

mod account;
mod application;
pub mod assets;
mod check_session;
mod consent;
mod consent_requests;
mod device;
mod elsewhere;
mod form_post;
mod needs_administrator;
mod pieces;
mod refused;
mod sign_in;
mod sign_out;
pub mod words;

pub use account::{AccountPage, AllowedApi, AllowedApp, WaitingApp, WithdrawConfirm};
pub use application::{Application, Permission, Risk};
pub use check_session::{CHECK_SESSION_SCRIPT, CHECK_SESSION_SCRIPT_SHA256, CheckSession};
pub use consent::{Consent, Detail, Elsewhere};
pub use consent_requests::{ConsentRequest, ConsentRequests, ConsentRequestsDone};
pub use device::{DeviceCodeEntry, DeviceCodeError, DeviceConfirm, DeviceDeclined, DeviceDone, Facts};
pub use elsewhere::ElsewhereDone;
pub use form_post::{FORM_POST_SCRIPT, FORM_POST_SCRIPT_SHA256, FormPost, NativeClient};
pub use needs_administrator::{NeedsAdministrator, NeedsAdministratorReason, RequestSent};
pub use pieces::{Account, Brand, Hidden, Person, mark_picture};
pub use refused::{Busy, Compare, Fault, NotFound, Refused};
pub use sign_in::{AccountPicker, SignIn, SignInError};
pub use sign_out::{ContinueTo, SignOutConfirm, SignOutFrame, SignOutPick, SignedOut};

macro_rules! pages {
    ($($page:ty),* $(,)?) => {$(
        impl $page {
            /// The page as a whole HTML document.
            pub fn render(&self) -> String {
                document(self)
            }
        }
    )*};
}

pages!(
    AccountPicker,
    SignIn,
    Consent,
    NeedsAdministrator,
    RequestSent,
    DeviceCodeEntry,
    DeviceConfirm,
    DeviceDone,
    DeviceDeclined,
    ElsewhereDone,
    SignOutPick,
    SignOutConfirm,
    SignedOut,
    AccountPage,
    WithdrawConfirm,
    ConsentRequests,
    Refused,
    FormPost,
    CheckSession,
    NativeClient,
    NotFound,
    Busy,
    Fault,
);

fn document(page: &impl Template) -> String {
    page.render().expect("no template holds a fallible filter, and writing into a string cannot fail")
}
