//! Signing in on a device without a browser: the code, the question, and how it ended.
//!
//! Spec: RFC 8628 §3.3, §5.4.

use askama::Template;

use crate::{Application, Brand, Hidden, Person, assets, words};

/// The form for the code that a device shows.
///
/// The field `#user-code` sends `user-code`, the button is `#continue`, an error stands in `#error`. The field shows capital
/// letters but sends what was typed: small letters, spaces and a missing dash are for the reader to forgive (RFC 8628 §6.1).
#[derive(Clone, Debug, Template)]
#[template(path = "device_code_entry.html")]
pub struct DeviceCodeEntry {
    /// Whose page it is; none where the address names no tenant.
    pub brand: Option<Brand>,
    /// The code that the field starts with; empty for none.
    pub user_code: String,
    /// Why the last code did not do.
    pub error: Option<DeviceCodeError>,
    /// What tells that refusal from others, for whoever is asked for help.
    pub facts: Option<Facts>,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}

/// What tells one refusal from others: `#error-code` and `#trace-id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The code that the dialect has for it.
    pub code: String,
    /// The request's id in the log.
    pub trace_id: String,
    /// When, as text.
    pub timestamp: String,
}

/// Why a code did not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeviceCodeError {
    /// There was none.
    Missing,
    /// Nobody waits for it.
    Unknown,
    /// Its device waited too long.
    Expired,
    /// It was answered before.
    AlreadyUsed,
    /// Too many codes were tried.
    TooManyAttempts,
    /// The form was too old or not of this browser.
    PageExpired,
}

impl DeviceCodeError {
    /// The sentence that the page shows.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Missing => words::CODE_MISSING,
            Self::Unknown => words::CODE_UNKNOWN,
            Self::Expired => words::CODE_EXPIRED,
            Self::AlreadyUsed => words::CODE_USED,
            Self::TooManyAttempts => words::TOO_MANY_ATTEMPTS,
            Self::PageExpired => words::CODE_PAGE_EXPIRED,
        }
    }

    /// Whether another code would mend it: then the field is marked.
    const fn blames_code(self) -> bool {
        match self {
            Self::Missing | Self::Unknown | Self::Expired | Self::AlreadyUsed => true,
            Self::TooManyAttempts | Self::PageExpired => false,
        }
    }
}

impl DeviceCodeEntry {
    fn code_is_invalid(&self) -> bool {
        self.error.is_some_and(DeviceCodeError::blames_code)
    }

    /// A code that came with the address needs no typing: then the focus is left alone.
    fn starts_at_code(&self) -> bool {
        self.user_code.is_empty() || self.error.is_some()
    }
}

/// The question whether the device is the person's own: somebody else's code is how this grant is abused.
///
/// `#accept` and `#deny` send `decision=accept` and `decision=deny`; the code is `#user-code`, as text.
#[derive(Clone, Debug, Template)]
#[template(path = "device_confirm.html")]
pub struct DeviceConfirm {
    /// Whose page it is.
    pub brand: Brand,
    /// The app on the device.
    pub application: Application,
    /// The code, written as on the device.
    pub user_code: String,
    /// Who would be signed in there, where somebody is signed in here.
    pub person: Option<Person>,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}

/// The end of a device's sign-in: yes. The sentence is `#device-done`.
#[derive(Clone, Debug, Template)]
#[template(path = "device_done.html")]
pub struct DeviceDone {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The app on the device.
    pub application_name: String,
}

/// The end of a device's sign-in: no. The sentence is `#device-declined`.
#[derive(Clone, Debug, Template)]
#[template(path = "device_declined.html")]
pub struct DeviceDeclined {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The app on the device.
    pub application_name: String,
}
