//! Who are you: the account picker and the sign-in form.

use askama::Template;

use crate::{Account, Application, Brand, Hidden, assets, words};

/// The choice between the accounts that are signed in in this browser.
///
/// Each account is a button `#pick-USER-ID` that sends `pick=USER-ID`; `#use-another` sends `use-another=1`, and `#deny` sends
/// `decision=deny`.
#[derive(Clone, Debug, Template)]
#[template(path = "account_picker.html")]
pub struct AccountPicker {
    /// Whose page it is; none where the tenant is only known once somebody signed in.
    pub brand: Option<Brand>,
    /// The app that asks.
    pub application: Application,
    /// The accounts, in the order in which they are shown.
    pub accounts: Vec<Account>,
    /// The path that the form is sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
    /// Whether somebody waits for an answer, which may be no.
    pub may_deny: bool,
}

/// The form for user name and password.
///
/// The fields are `#username` and `#password`, the button is `#sign-in`, an error stands in `#error`. In a form of their own, so
/// that no password goes with them and the enter key signs in, `#switch` sends `decision=switch` and `#deny` sends
/// `decision=deny`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_in.html")]
pub struct SignIn {
    /// Whose page it is; none where the tenant is only known once somebody signed in.
    pub brand: Option<Brand>,
    /// The app that asks, if one does.
    pub application: Option<Application>,
    /// The user name that the field starts with; empty for none.
    pub username: String,
    /// Why the last attempt did not succeed.
    pub error: Option<SignInError>,
    /// The path that the form is sent to.
    pub action: String,
    /// What each form carries.
    pub hidden: Hidden,
    /// Whether the person may go and choose another account.
    pub switch_account: bool,
    /// Whether somebody waits for an answer, which may be no.
    pub may_deny: bool,
}

/// Why a sign-in did not succeed, as far as a stranger may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignInError {
    /// Wrong password or nobody of that name: which one is not said.
    Mismatch,
    /// A field came empty.
    Incomplete,
    /// Too many attempts.
    TooManyAttempts,
    /// The account may not sign in. Only for those who gave the right password.
    AccountDisabled,
    /// Too many wrong passwords for this account. A name that nobody has must be counted too, or this tells who exists.
    AccountLocked,
    /// The password has to be changed. Only for those who gave the right one.
    PasswordExpired,
    /// The user name's domain belongs to another tenant, whatever stands before it.
    OtherOrganization,
    /// The form was too old or not of this browser.
    PageExpired,
}

impl SignInError {
    /// The sentence that the page shows.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Mismatch => words::MISMATCH,
            Self::Incomplete => words::INCOMPLETE,
            Self::TooManyAttempts => words::TOO_MANY_ATTEMPTS,
            Self::AccountDisabled => words::ACCOUNT_DISABLED,
            Self::AccountLocked => words::ACCOUNT_LOCKED,
            Self::PasswordExpired => words::PASSWORD_EXPIRED,
            Self::OtherOrganization => words::OTHER_ORGANIZATION,
            Self::PageExpired => words::PAGE_EXPIRED,
        }
    }

    /// Whether another user name would mend it: then that field is marked.
    const fn blames_username(self) -> bool {
        match self {
            Self::Mismatch | Self::Incomplete | Self::OtherOrganization => true,
            Self::TooManyAttempts
            | Self::AccountDisabled
            | Self::AccountLocked
            | Self::PasswordExpired
            | Self::PageExpired => false,
        }
    }

    /// Whether another password would mend it: then that field is marked.
    const fn blames_password(self) -> bool {
        match self {
            Self::Mismatch | Self::Incomplete => true,
            Self::TooManyAttempts
            | Self::AccountDisabled
            | Self::AccountLocked
            | Self::PasswordExpired
            | Self::OtherOrganization
            | Self::PageExpired => false,
        }
    }
}

impl SignIn {
    fn username_is_invalid(&self) -> bool {
        self.error.is_some_and(SignInError::blames_username)
    }

    fn password_is_invalid(&self) -> bool {
        self.error.is_some_and(SignInError::blames_password)
    }

    /// The field to begin with is the first that has to be filled in or changed.
    fn starts_at_password(&self) -> bool {
        !self.username.is_empty() && self.error != Some(SignInError::OtherOrganization)
    }
}
