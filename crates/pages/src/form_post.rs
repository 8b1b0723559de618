//! The way back to the app: the form that carries an answer, and the page where embedded browsers land.

use std::fmt;

use askama::Template;

use crate::{assets, words};

/// The one inline script: it sends the form of [`FormPost`].
///
/// It goes through the prototype, since a field named `submit` would hide the form's own method.
pub const FORM_POST_SCRIPT: &str = "HTMLFormElement.prototype.submit.call(document.forms[0])";

/// The SHA-256 of [`FORM_POST_SCRIPT`] in base64, for a content security policy: `script-src 'sha256-…'`.
pub const FORM_POST_SCRIPT_SHA256: &str = "ox4bri+xTrW3kuLTyRoak73QX8KZGuyP3JlQYusbSlA=";

/// A form that carries an answer to the app by itself; without a script, by a button.
///
/// The page's policy needs [`FORM_POST_SCRIPT_SHA256`]. The fields hold codes and tokens: it must not be cached.
///
/// Spec: OAuth 2.0 Form Post Response Mode §2.
#[derive(Clone, Template)]
#[template(path = "form_post.html")]
pub struct FormPost {
    /// The app's address. Only a registered redirect address may come here.
    pub action_url: String,
    /// The parameters of the answer.
    pub fields: Vec<(String, String)>,
    /// The app's name.
    pub application_name: String,
}

impl fmt::Debug for FormPost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        f.debug_struct("FormPost")
            .field("action_url", &self.action_url)
            .field("fields", &names)
            .field("application_name", &self.application_name)
            .finish()
    }
}

/// The page at which a browser inside an app ends: the app reads the address and closes the window.
#[derive(Clone, Copy, Debug, Default, Template)]
#[template(path = "native_client.html")]
pub struct NativeClient;
