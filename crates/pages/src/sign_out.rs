//! Goodbye: which account, whether at all, and the page after it.

use askama::Template;

use crate::{Account, Brand, Hidden, Person, assets, words};

/// The choice between the accounts of this browser.
///
/// Each account is a button `#sign-out-USER-ID` that sends `pick=USER-ID`; `#sign-out-all` sends `all=1` and `#deny` sends
/// `decision=deny`.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out_pick.html")]
pub struct SignOutPick {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The app that asks, if one does.
    pub application_name: Option<String>,
    /// The accounts, in the order in which they are shown.
    pub accounts: Vec<Account>,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}

/// The question whether to sign out, where nothing proves that the person wants it.
///
/// `#sign-out-confirm` sends `decision=accept`, `#deny` sends `decision=deny`.
///
/// Spec: OpenID Connect RP-Initiated Logout 1.0 §2, §6.
#[derive(Clone, Debug, Template)]
#[template(path = "sign_out_confirm.html")]
pub struct SignOutConfirm {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The app that asks, if one does.
    pub application_name: Option<String>,
    /// Who is signed in, where it is one person.
    pub person: Option<Person>,
    /// The path that the form is sent to.
    pub action: String,
    /// What the form carries.
    pub hidden: Hidden,
}

/// The page after signing out. The heading is `#signed-out`.
///
/// It loads the apps' sign-out addresses in hidden frames; the page's policy must name each in `frame-src`. Where there is
/// an app to go back to, `#continue` leads there at once and the page by itself after [`SignedOut::SECONDS`].
///
/// Spec: OpenID Connect Front-Channel Logout 1.0 §3.
#[derive(Clone, Debug, Template)]
#[template(path = "signed_out.html")]
pub struct SignedOut {
    /// Whose page it is.
    pub brand: Option<Brand>,
    /// The apps that are told.
    pub frames: Vec<SignOutFrame>,
    /// The app that asked, and where it wants the browser back.
    pub continue_to: Option<ContinueTo>,
}

/// An app that is told in a frame that its person signed out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOutFrame {
    /// The app's name.
    pub application_name: String,
    /// The registered address. One of any other scheme than `https` or `http` is not loaded: it could run in our origin.
    pub address: String,
}

/// The way back to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContinueTo {
    /// The app's name.
    pub application_name: String,
    /// The address. Only a registered one may come here.
    pub address: String,
}

impl ContinueTo {
    /// What `http-equiv="refresh"` wants. The address runs to the end, so nothing in it needs quotes.
    fn refresh(&self) -> String {
        format!("{};url={}", SignedOut::SECONDS, self.address)
    }
}

impl SignedOut {
    /// How long the page stays before it goes on by itself: the frames take a moment to load.
    pub const SECONDS: u8 = 3;

    fn loaded(&self) -> impl Iterator<Item = &SignOutFrame> {
        self.frames.iter().filter(|frame| frame.is_web())
    }
}

impl SignOutFrame {
    fn is_web(&self) -> bool {
        let scheme = self.address.split_once("://").map(|(scheme, _)| scheme);
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http"))
    }
}
