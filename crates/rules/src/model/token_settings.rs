//! What an application's registration decides of its tokens: what they tell, how long they live, what becomes of them.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What becomes of a refresh token that was exchanged for its successor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RefreshRotation {
    /// It is worthless after the grace window, and whoever presents it then ends the family (RFC 9700 §4.14.2).
    #[default]
    RotateAndRevoke,
    /// It stays good, for clients that share a cache carelessly (Source: entra-dialect 9.2, what the live service does).
    RotateAndKeep,
    /// It is not exchanged: the same one stays good (FAPI 2.0 Security Profile §5.3.2.1).
    Stay,
}

/// Claims beyond the usual ones, by name (Source: entra-dialect 13.7).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OptionalClaims {
    /// In id_tokens for this application.
    #[serde(default)]
    pub id_token: Vec<OptionalClaim>,
    /// In access tokens for this API.
    #[serde(default)]
    pub access_token: Vec<OptionalClaim>,
}

named! {
    /// A claim beyond the usual ones, by the name that the claim has.
    OptionalClaim {
        /// Whether the person is a member (0) or a guest (1).
        Acct = "acct",
        /// When the person proved who they are.
        AuthTime = "auth_time",
        /// The person's mail address.
        Email = "email",
        /// The person's family name.
        FamilyName = "family_name",
        /// The person's given name.
        GivenName = "given_name",
        /// Whether the token is for an application or for a person.
        Idtyp = "idtyp",
        /// The address that the request came from.
        Ipaddr = "ipaddr",
        /// What signs the person out without a question.
        LoginHint = "login_hint",
        /// The name that the person signs in with, in v1.0 tokens.
        PreferredUsername = "preferred_username",
        /// The browser session.
        Sid = "sid",
        /// The country of the tenant.
        TenantCtry = "tenant_ctry",
        /// The name that the person signs in with.
        Upn = "upn",
        /// The language that the person prefers.
        XmsPl = "xms_pl",
    }
}

named! {
    /// Which groups of the person a token tells (Source: entra-dialect 13.8).
    GroupClaims {
        /// Those of the directory.
        SecurityGroup = "security-group",
        /// Those of them that are assigned to the application.
        ApplicationGroup = "application-group",
        /// The directory roles, in `wids`.
        DirectoryRole = "directory-role",
        /// All of these.
        All = "all",
    }
}

/// A claim that tells a custom attribute of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimMapping {
    /// The claim.
    pub claim: String,
    /// The attribute.
    pub attribute: String,
}

/// How long an application's tokens live; where nothing is said, as long as the deployment's settings say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lifetimes {
    /// Access tokens for this API, always just so long.
    #[serde(default)]
    pub access_token: Option<Duration>,
    /// id_tokens for this application.
    #[serde(default)]
    pub id_token: Option<Duration>,
    /// How long this application's refresh tokens may lie unused.
    #[serde(default)]
    pub refresh_token: Option<Duration>,
    /// How long after proving who they are a person is taken for themselves by this application; then they sign in again.
    #[serde(default)]
    pub sign_in: Option<Duration>,
    /// This application's authorization codes.
    #[serde(default)]
    pub code: Option<Duration>,
}

impl Lifetimes {
    /// The longest that an application's access tokens and id_tokens may live (Source: entra-dialect 13.2). Keys that have
    /// stopped to sign stay published for as long.
    pub const LONGEST_TOKEN: Duration = Duration::from_hours(24);

    /// How long access tokens for this API live, if it says so.
    pub fn access_token(&self) -> Option<Duration> {
        self.access_token.map(|life| life.min(Self::LONGEST_TOKEN))
    }

    /// How long id_tokens for this application live, if it says so.
    pub fn id_token(&self) -> Option<Duration> {
        self.id_token.map(|life| life.min(Self::LONGEST_TOKEN))
    }
}
