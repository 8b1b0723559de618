//! What a verifier is told.

use std::time::Duration;

use grantor_jose::Algorithm;
use grantor_protocol::PublicUrl;
use url::Url;

/// Whose tokens are accepted, and how their keys are kept.
#[derive(Clone, Debug)]
pub struct VerifierSettings {
    /// The issuer, compared byte for byte with the metadata's `issuer` and the token's `iss`.
    pub issuer: String,
    /// The names of this API: a token must be for one of them.
    pub audiences: Vec<String>,
    /// Where the issuer's metadata is; `None` for the issuer with `/.well-known/openid-configuration` behind it
    /// (OpenID Connect Discovery §4).
    pub metadata_url: Option<String>,
    /// The signature algorithms that are accepted.
    pub algorithms: Vec<Algorithm>,
    /// The values of `typ` that are accepted. `at+jwt` is RFC 9068's; Microsoft's and Auth0's dialects write `JWT`.
    pub token_types: Vec<String>,
    /// How far the issuer's clock may be off.
    pub clock_skew: Duration,
    /// How long keys are used before they are fetched again.
    pub keys_lifetime: Duration,
    /// The least time between two fetches that an unknown key, or a failed renewal, causes.
    pub refetch_interval: Duration,
    /// The least time between two fetches while no key is known yet; a caller is told to come back after it.
    pub first_fetch_interval: Duration,
    /// Under which origin callers reach this API, such as `https://api.example`: proofs of keys are for an address below it
    /// (RFC 9449 §4.3). Without it, tokens that are bound to a key are refused. What was used is remembered in this process: of
    /// several behind one address, each takes a proof once.
    pub public_url: Option<String>,
    /// What is protected, as the challenge names it (RFC 9110 §11.5).
    pub realm: String,
}

impl VerifierSettings {
    /// Everything but the issuer and the audiences as it usually is: all our algorithms, both token types, no clock skew,
    /// keys kept for an hour, unknown keys asked for at most every five minutes.
    pub fn new<A: Into<String>>(issuer: impl Into<String>, audiences: impl IntoIterator<Item = A>) -> Self {
        Self {
            issuer: issuer.into(),
            audiences: audiences.into_iter().map(Into::into).collect(),
            metadata_url: None,
            algorithms: Algorithm::ALL.to_vec(),
            token_types: vec!["JWT".to_owned(), "at+jwt".to_owned()],
            clock_skew: Duration::ZERO,
            keys_lifetime: Duration::from_hours(1),
            refetch_interval: Duration::from_mins(5),
            first_fetch_interval: Duration::from_secs(5),
            public_url: None,
            realm: "api".to_owned(),
        }
    }

    pub(crate) fn checked(self) -> Result<(Self, Url), BadSettings> {
        if self.issuer.is_empty() {
            return Err(BadSettings::NoIssuer);
        }
        if self.audiences.is_empty() || self.audiences.iter().any(String::is_empty) {
            return Err(BadSettings::NoAudience);
        }
        if self.algorithms.is_empty() || self.token_types.is_empty() {
            return Err(BadSettings::NothingAccepted);
        }
        if let Some(text) = self.public_url.as_ref().filter(|text| PublicUrl::parse(text).is_err()) {
            return Err(BadSettings::PublicUrl { text: text.clone() });
        }
        let text = self.metadata_url.clone().unwrap_or_else(|| {
            // The issuer may end in a slash, as Auth0's does; the address has one slash all the same (Discovery §4.1).
            format!("{}/.well-known/openid-configuration", self.issuer.trim_end_matches('/'))
        });
        let url = Url::parse(&text).map_err(|_| BadSettings::MetadataUrl { text })?;
        Ok((self, url))
    }
}

/// The settings do not make a verifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSettings {
    /// No issuer.
    #[error("no issuer is named; set it to the `issuer` of the provider's metadata")]
    NoIssuer,
    /// No audience: tokens for any API would be accepted.
    #[error("no audience is named; set it to the client id or identifier of this API")]
    NoAudience,
    /// An empty list.
    #[error("the list of algorithms or of token types is empty: no token would be accepted")]
    NothingAccepted,
    /// The API's own origin is none.
    #[error("{text:?} is not an origin; set public_url to scheme, host and port alone")]
    PublicUrl {
        /// What was given.
        text: String,
    },
    /// The metadata's address is no address.
    #[error("{text:?} is not an address; set metadata_url, or correct the issuer")]
    MetadataUrl {
        /// What was given.
        text: String,
    },
}
