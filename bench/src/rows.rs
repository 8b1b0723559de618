//! The paths that are measured, and what is to be reached on each.

use crate::proof::Algorithm;
use crate::proof::Algorithm::{Es256, Rs256};
use crate::sides::Side;

/// A path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// A daemon gets a token for itself.
    Credentials(Algorithm),
    /// A refresh token is exchanged and rotated.
    Refresh(Algorithm),
    /// A code is redeemed.
    Code(Algorithm),
    /// Who is that?
    Userinfo,
    /// The same question at the directory API.
    Me,
    /// The discovery document.
    Discovery,
    /// The keys.
    Keys,
    /// Is this token of use?
    Introspection,
    /// Userinfo with an opaque token.
    OpaqueUserinfo,
    /// An authorization request is pushed.
    Pushed,
    /// A daemon that signs its assertions gets a token for itself.
    Assertion,
    /// The sign-in form with the right password.
    Password,
}

/// What is to be reached at least, in hundredths: against the peer, against the floor.
#[derive(Clone, Copy, Default)]
pub struct Goals {
    /// Against the peer.
    pub peer: Option<u32>,
    /// Against the floor.
    pub floor: Option<u32>,
}

impl Goals {
    /// Against that side.
    pub const fn against(self, side: Side) -> Option<u32> {
        match side {
            Side::Grantor => None,
            Side::Peer => self.peer,
            Side::Floor => self.floor,
        }
    }
}

const fn both(peer: u32, floor: u32) -> Goals {
    Goals { peer: Some(peer), floor: Some(floor) }
}

/// The rows in groups: the servers are started afresh for each group.
pub const GROUPS: [&[Row]; 6] = [
    &[Row::Credentials(Rs256), Row::Credentials(Es256)],
    &[Row::Refresh(Rs256), Row::Refresh(Es256)],
    &[Row::Code(Es256)],
    &[Row::Userinfo, Row::Me, Row::Discovery, Row::Keys],
    &[Row::Introspection, Row::OpaqueUserinfo, Row::Pushed, Row::Assertion],
    &[Row::Password],
];

impl Row {
    /// Every row, in the order of the table.
    pub fn all() -> impl Iterator<Item = Self> {
        GROUPS.into_iter().flatten().copied()
    }

    /// Its name.
    pub fn name(self) -> String {
        match self {
            Self::Credentials(algorithm) => format!("client credentials, JWT, {}", algorithm.name()),
            Self::Refresh(algorithm) => format!("refresh with rotation, durable, {}", algorithm.name()),
            Self::Code(algorithm) => format!("code redemption, durable, {}", algorithm.name()),
            Self::Userinfo => "userinfo".to_owned(),
            Self::Me => "/v1.0/me".to_owned(),
            Self::Discovery => "discovery".to_owned(),
            Self::Keys => "keys".to_owned(),
            Self::Introspection => "introspection".to_owned(),
            Self::OpaqueUserinfo => "userinfo, opaque token".to_owned(),
            Self::Pushed => "pushed requests, durable".to_owned(),
            Self::Assertion => "client credentials, private_key_jwt, ES256".to_owned(),
            Self::Password => "password sign-ins".to_owned(),
        }
    }

    /// Whether a side has such a path.
    pub const fn is_of(self, side: Side) -> bool {
        match self {
            Self::Password => matches!(side, Side::Grantor),
            Self::Me => side.words().me.is_some(),
            _ if self.is_of_the_standard() => side.standard().is_some(),
            _ => true,
        }
    }

    /// Whether it is asked in the words of the standard.
    pub const fn is_of_the_standard(self) -> bool {
        matches!(self, Self::Introspection | Self::OpaqueUserinfo | Self::Pushed | Self::Assertion)
    }

    /// Whether it is measured on PostgreSQL too: what looks at the store.
    pub const fn is_of_postgres(self) -> bool {
        !matches!(self, Self::Discovery | Self::Keys | Self::Password)
    }

    /// What is to be reached on PostgreSQL.
    pub const fn goals_on_postgres(self) -> Goals {
        match self {
            Self::Refresh(_) | Self::Code(_) => Goals { peer: Some(300), floor: None },
            _ => Goals { peer: None, floor: None },
        }
    }

    /// What is to be reached on SQLite.
    pub const fn goals(self) -> Goals {
        match self {
            Self::Credentials(Rs256) => both(140, 85),
            Self::Credentials(Es256) => both(350, 75),
            Self::Refresh(Rs256) => both(400, 85),
            Self::Refresh(Es256) => both(800, 85),
            Self::Code(_) => both(600, 80),
            Self::Userinfo => both(400, 60),
            Self::Me => Goals { peer: None, floor: Some(60) },
            Self::Discovery | Self::Keys => both(400, 70),
            Self::Introspection | Self::OpaqueUserinfo => Goals { peer: Some(400), floor: None },
            Self::Pushed => Goals { peer: Some(300), floor: None },
            Self::Assertion => Goals { peer: Some(200), floor: None },
            // Against cores ÷ time of one hash, which is no program: see `report`.
            Self::Password => Goals { peer: None, floor: Some(90) },
        }
    }
}
