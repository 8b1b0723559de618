//! The `prompt` parameter (OpenID Connect Core §3.1.2.1).

use serde::{Deserialize, Serialize};

/// What the application wants the person to be asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Prompt {
    /// Nothing was said: ask what must be asked.
    #[default]
    AsNeeded,
    /// Show nothing at all: answer, or fail.
    None,
    /// Prove who you are again.
    Login,
    /// Allow it again.
    Consent,
    /// Choose an account.
    SelectAccount,
    /// Allow it for everyone of the organization. Azure AD v1.0 alone knows it, so it is not among [`Self::VALUES`].
    AdminConsent,
}

impl Prompt {
    /// The values that can be written, as the specification spells them.
    pub const VALUES: [(&'static str, Self); 4] = [
        ("none", Self::None),
        ("login", Self::Login),
        ("consent", Self::Consent),
        ("select_account", Self::SelectAccount),
    ];

    /// Reads one value, `None` if there is no such value.
    pub fn parse(text: &str) -> Option<Self> {
        Self::VALUES.iter().find(|(name, _)| *name == text).map(|(_, prompt)| *prompt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_spelled_as_in_the_specification() {
        assert_eq!(Prompt::parse("select_account"), Some(Prompt::SelectAccount));
        assert_eq!(Prompt::parse("Login"), None);
        assert_eq!(Prompt::parse(""), None);
    }
}
