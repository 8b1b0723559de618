//! A person who proved who they are, in one browser.

use grantor_environment::Timestamp;
use grantor_protocol::UserId;
use serde::{Deserialize, Serialize};

/// How a person proved who they are (RFC 8176 names the values of `amr`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// By password.
    Pwd,
    /// Not to us: an issuer that the tenant trusts says so, and not how (RFC 7523).
    Asserted,
}

impl Method {
    /// Each.
    pub const ALL: [Self; 2] = [Self::Pwd, Self::Asserted];

    /// Its name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pwd => "pwd",
            Self::Asserted => "asserted",
        }
    }

    /// The values of the `amr` claim (RFC 8176 §2): none of what we have not seen ourselves.
    pub const fn amr(self) -> &'static [&'static str] {
        match self {
            Self::Pwd => &["pwd"],
            Self::Asserted => &[],
        }
    }
}

/// A person who is signed in, in one browser and one tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignIn {
    /// Who.
    pub user: UserId,
    /// The session's id as applications see it (`sid`): not a secret.
    pub sid: String,
    /// When the person last proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}
