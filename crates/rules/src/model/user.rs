//! Who.

use std::collections::BTreeMap;

use grantor_environment::Timestamp;
use grantor_protocol::UserId;
use serde::{Deserialize, Serialize};

use super::StandardClaims;

/// A person in a tenant's directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The person's id in the tenant, the same for ever.
    pub id: UserId,
    /// The name that the person signs in with, as it was written; it is compared without regard to case.
    pub user_principal_name: String,
    /// What other people read.
    pub display_name: String,
    /// Given name.
    #[serde(default)]
    pub given_name: Option<String>,
    /// Family name.
    #[serde(default)]
    pub surname: Option<String>,
    /// Job title.
    #[serde(default)]
    pub job_title: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub mail: Option<String>,
    /// Mobile phone.
    #[serde(default)]
    pub mobile_phone: Option<String>,
    /// Office phones.
    #[serde(default)]
    pub business_phones: Vec<String>,
    /// Where the office is.
    #[serde(default)]
    pub office_location: Option<String>,
    /// The language that the person prefers, as a language tag (BCP 47).
    #[serde(default)]
    pub preferred_language: Option<String>,
    /// Whether the person may sign in.
    pub account_enabled: bool,
    /// Directory roles by display name, such as `Global Administrator`.
    #[serde(default)]
    pub directory_roles: Vec<String>,
    /// Custom attributes.
    #[serde(default)]
    pub attributes: BTreeMap<String, String>,
    /// What OpenID Connect tells beyond that.
    #[serde(default)]
    pub claims: StandardClaims,
    /// What was signed in or allowed before this moment counts no more: the password was changed, the account was switched
    /// off, or somebody ended all sessions.
    #[serde(default)]
    pub sessions_valid_from: Option<Timestamp>,
}

impl User {
    /// The role that may do everything in a tenant.
    pub const GLOBAL_ADMINISTRATOR: &'static str = "Global Administrator";
    /// The role that may give roles.
    const ROLE_ADMINISTRATOR: &'static str = "Privileged Role Administrator";
    /// The directory roles that exist.
    pub const DIRECTORY_ROLES: [&'static str; 5] = [
        Self::GLOBAL_ADMINISTRATOR,
        "Application Administrator",
        "Cloud Application Administrator",
        "Privileged Role Administrator",
        "User Administrator",
    ];

    /// Those of them that may consent to what only administrators may.
    const ROLES_THAT_CONSENT: [&'static str; 4] = [
        Self::GLOBAL_ADMINISTRATOR,
        "Application Administrator",
        "Cloud Application Administrator",
        "Privileged Role Administrator",
    ];

    /// How a sign-in name is compared: without regard to case and surrounding space.
    pub fn name_key(name: &str) -> String {
        name.trim().to_lowercase()
    }

    /// Whether what the person proved at that moment still counts.
    pub fn stands_by(&self, authenticated_at: Timestamp) -> bool {
        self.sessions_valid_from.is_none_or(|from| authenticated_at >= from)
    }

    /// The domain of a sign-in name, in lower case.
    pub fn domain_of(name: &str) -> Option<String> {
        name.trim().rsplit_once('@').map(|(_, domain)| domain.to_ascii_lowercase())
    }

    /// Whether the person may grant applications app roles of the directory itself: with those they could do whatever the
    /// person may not.
    pub fn may_grant_roles_in_the_directory(&self) -> bool {
        self.directory_roles
            .iter()
            .any(|role| [Self::GLOBAL_ADMINISTRATOR, Self::ROLE_ADMINISTRATOR].contains(&role.as_str()))
    }

    /// Whether the person may consent to what only administrators may: by one of the roles that say so, so that a role which
    /// is not known here gives no power.
    pub fn may_consent_for_administrators(&self) -> bool {
        self.directory_roles.iter().any(|role| Self::ROLES_THAT_CONSENT.contains(&role.as_str()))
    }
}
