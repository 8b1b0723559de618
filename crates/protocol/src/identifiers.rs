//! The identifiers of things: whose directory, who, which application, which flow.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! uuid_identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(Uuid);

        impl $name {
            /// Wraps an identifier that is known to be one.
            pub const fn from_uuid(uuid: Uuid) -> Self {
                Self(uuid)
            }

            /// Makes one from 16 unpredictable bytes (RFC 9562 §5.4, version 4).
            pub fn from_random(bytes: [u8; 16]) -> Self {
                Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
            }

            /// The identifier as a UUID.
            pub const fn uuid(&self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.as_hyphenated().fmt(formatter)
            }
        }

        impl FromStr for $name {
            type Err = BadIdentifier;

            /// Reads the hyphenated form, in either case, and no other.
            fn from_str(text: &str) -> Result<Self, BadIdentifier> {
                if text.len() != 36 {
                    return Err(BadIdentifier);
                }
                Uuid::try_parse(text).map(Self).map_err(|_| BadIdentifier)
            }
        }
    };
}

/// The text is not a UUID in its hyphenated form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a UUID such as 8eaef023-2b34-4da1-9baa-8bc8c9d6a490")]
pub struct BadIdentifier;

uuid_identifier!(
    /// Whose directory: an organization, or the tenant of personal accounts.
    TenantId
);
uuid_identifier!(
    /// A person, within a tenant.
    UserId
);
uuid_identifier!(
    /// One journey of a person through sign-in, tokens and API calls: what the trace is kept under.
    FlowId
);
uuid_identifier!(
    /// What one code redemption or sign-in bought: the refresh tokens that descend from each other, revoked together.
    FamilyId
);

/// The identifier of a client (RFC 6749 §2.2): 1 to 128 visible ASCII characters.
///
/// Identifiers that are UUIDs are kept in lower case, so that the two spellings of one name the same client.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

impl ClientId {
    /// The longest client id that is accepted, in bytes.
    pub const LONGEST: usize = 128;

    /// # Errors
    /// [`BadClientId`] when it is empty, too long or holds anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, BadClientId> {
        match text.len() {
            0 => Err(BadClientId::Empty),
            found if found > Self::LONGEST => Err(BadClientId::TooLong { found }),
            _ if !text.bytes().all(|byte| byte.is_ascii_graphic()) => Err(BadClientId::Character),
            _ if Uuid::try_parse(text).is_ok() => Ok(Self(text.to_ascii_lowercase())),
            _ => Ok(Self(text.to_owned())),
        }
    }

    /// The identifier as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for ClientId {
    type Error = BadClientId;
    fn try_from(text: String) -> Result<Self, BadClientId> {
        Self::parse(&text)
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

/// Why a text is not a client id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadClientId {
    /// Nothing was given.
    #[error("a client id may not be empty")]
    Empty,
    /// More than [`ClientId::LONGEST`] bytes.
    #[error("a client id has at most 128 characters, this one has {found}")]
    TooLong {
        /// How many bytes were given.
        found: usize,
    },
    /// A space, a control character or something outside ASCII.
    #[error("a client id holds visible ASCII characters only")]
    Character,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_client_id_is_the_same_in_either_case() {
        let upper = ClientId::parse("C0105000-0000-4000-8000-00000000A001").unwrap();
        assert_eq!(upper, ClientId::parse("c0105000-0000-4000-8000-00000000a001").unwrap());
    }

    #[test]
    fn other_client_ids_keep_their_case() {
        assert_eq!(ClientId::parse("My-App").unwrap().as_str(), "My-App");
    }

    #[test]
    fn a_client_id_with_a_space_is_refused() {
        assert_eq!(ClientId::parse("a b"), Err(BadClientId::Character));
        assert_eq!(ClientId::parse(""), Err(BadClientId::Empty));
        assert_eq!(ClientId::parse(&"x".repeat(129)), Err(BadClientId::TooLong { found: 129 }));
    }

    #[test]
    fn only_the_hyphenated_form_names_a_tenant() {
        assert!("8eaef0232b344da19baa8bc8c9d6a490".parse::<TenantId>().is_err());
        assert!("8EAEF023-2b34-4da1-9baa-8bc8c9d6a490".parse::<TenantId>().is_ok());
    }
}
