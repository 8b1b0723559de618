//! Device codes: one program waits while its person signs in elsewhere (RFC 8628).

use std::time::Duration;

use grantor_environment::Timestamp;
use grantor_protocol::secret::sha256;
use grantor_protocol::{ClientId, FlowId, TenantId, UserId};
use serde::{Deserialize, Serialize};

use super::{Authority, Method, Terms};
use crate::refusal::WaitedWith;
use crate::scopes::WantedScopes;

/// A request that waits for its person to enter its user code. It belongs to no tenant before the person has signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeviceCode {
    /// Which application asks.
    pub client_id: ClientId,
    /// Whose people may answer.
    pub authority: Authority,
    /// Which dialect asked, by its name.
    pub dialect: String,
    /// What is asked for.
    pub wanted: WantedScopes,
    /// The flow it belongs to.
    pub flow: FlowId,
    /// When it ends.
    pub expires_at: Timestamp,
    /// What the person has said, if they have.
    pub answer: Option<DeviceAnswer>,
    /// When it was redeemed, if it was.
    pub spent_at: Option<Timestamp>,
    /// What the grant carries beside its permissions.
    pub terms: Terms,
    /// Whose answer it waits for, where the application has named the person itself (CIBA §7).
    pub awaits: Option<Awaited>,
    /// When the program last asked, if it has.
    pub polled: Option<Polled>,
}

impl DeviceCode {
    /// What its program waits with.
    pub const fn waited_with(&self) -> WaitedWith {
        if self.awaits.is_some() { WaitedWith::AuthReqId } else { WaitedWith::DeviceCode }
    }
}

/// The person whose answer is waited for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// In whose directory.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// What the person compares with what the application shows (CIBA §7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding_message: Option<String>,
    /// What proves us to the application when it is told of the answer, sealed (CIBA §7.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notification_token: Option<Vec<u8>>,
}

/// When a program last asked whether its person has answered, and how long it waits from then on (RFC 8628 §3.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Polled {
    /// When.
    pub at: Timestamp,
    /// For how long it waits before it asks again.
    pub interval: Duration,
}

/// What the person has said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeviceAnswer {
    /// Yes.
    Approved(DeviceApproval),
    /// No.
    Declined,
}

/// Who said yes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceApproval {
    /// In whose directory.
    pub tenant: TenantId,
    /// Who.
    pub user: UserId,
    /// When the person proved who they are.
    pub authenticated_at: Timestamp,
    /// How.
    pub method: Method,
    /// The browser session as applications see it.
    pub sid: String,
}

/// What a person types: eight letters without vowels, so that no word arises (RFC 8628 §6.1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserCode(String);

impl UserCode {
    const LETTERS: &[u8; 20] = b"BCDFGHJKLMNPQRSTVWXZ";
    const LENGTH: usize = 8;

    /// Makes one from unpredictable numbers.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        // Four bytes for a letter: that twenty does not divide their range favours none by a share that anybody could use.
        let letter = |bytes: &[u8]| {
            let number = bytes.iter().fold(0_u32, |number, byte| (number << 8) | u32::from(*byte));
            char::from(Self::LETTERS[number as usize % Self::LETTERS.len()])
        };
        Self(bytes.chunks(4).take(Self::LENGTH).map(letter).collect())
    }

    /// Reads what a person typed: case, spaces and hyphens do not matter.
    pub fn parse(text: &str) -> Option<Self> {
        let letters = text.chars().filter(|letter| !letter.is_whitespace() && *letter != '-');
        let code: String = letters.take(Self::LENGTH + 1).map(|letter| letter.to_ascii_uppercase()).collect();
        let fits = code.len() == Self::LENGTH && code.bytes().all(|letter| Self::LETTERS.contains(&letter));
        fits.then_some(Self(code))
    }

    /// As it is shown: two groups of four.
    pub fn shown(&self) -> String {
        format!("{}-{}", &self.0[..4], &self.0[4..])
    }

    /// What is kept of it.
    pub fn digest(&self) -> [u8; 32] {
        sha256(self.0.as_bytes())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_code_is_read_however_it_is_typed() {
        let code = UserCode::from_random([7; 32]);
        let shown = code.shown();
        for typed in
            [shown.clone(), shown.to_lowercase(), shown.replace('-', " "), format!(" {} ", shown.replace('-', ""))]
        {
            assert_eq!(UserCode::parse(&typed), Some(code.clone()), "{typed}");
        }
        for bad in ["", "BCDF", "BCDF-GHJA", "BCDF-GHJKL", "ÄCDF-GHJK"] {
            assert_eq!(UserCode::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn user_codes_differ() {
        let codes: std::collections::BTreeSet<_> =
            (0..=255).map(|byte| UserCode::from_random(sha256(&[byte])).shown()).collect();
        assert_eq!(codes.len(), 256);
    }
}
