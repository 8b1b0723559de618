//! What is measured: Grantor, the peer and the floor, each with its own words for the same questions.

mod launch;
mod server;
mod standard;

use crate::proof::Algorithm;

pub use launch::{Launch, Passing, Store};
pub use server::Server;
pub use standard::{Standard, assertions};

/// Whose figures they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// This platform.
    Grantor,
    /// npm's oidc-provider over a durable store.
    Peer,
    /// A bare axum program that does only the unavoidable work.
    Floor,
}

impl Side {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Grantor, Self::Peer, Self::Floor];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Grantor => "Grantor",
            Self::Peer => "oidc-provider",
            Self::Floor => "floor",
        }
    }

    /// Its name within a sentence.
    pub const fn with_article(self) -> &'static str {
        match self {
            Self::Grantor | Self::Peer => self.name(),
            Self::Floor => "the floor",
        }
    }

    /// How it words what it is asked.
    pub const fn words(self) -> &'static Words {
        match self {
            Self::Grantor => &GRANTOR,
            Self::Peer => &PEER,
            Self::Floor => &FLOOR,
        }
    }
}

impl Side {
    /// How it words what the standard adds. The floor has nothing of it.
    pub const fn standard(self) -> Option<&'static Standard> {
        match self {
            Self::Grantor => Some(&standard::OF_GRANTOR),
            Self::Peer => Some(&standard::OF_THE_PEER),
            Self::Floor => None,
        }
    }
}

/// Parameters.
pub type Pairs = &'static [(&'static str, &'static str)];

/// How a side words what it is asked.
pub struct Words {
    /// The authorization endpoint.
    pub authorize: &'static str,
    /// The token endpoint.
    pub token: &'static str,
    /// The userinfo endpoint.
    pub userinfo: Place,
    /// The directory API's word for the same.
    pub me: Option<Place>,
    /// The discovery document.
    pub discovery: Place,
    /// The keys, as they are measured.
    pub keys: Place,
    /// The keys, as signatures are proven with them.
    pub published: &'static str,
    /// The confidential client that acts for a person.
    pub web: Pairs,
    /// The client that acts for itself.
    pub daemon: Pairs,
    /// What the daemon adds to its request, for each algorithm.
    pub daemon_asks: [Pairs; 2],
    /// What the web client asks a person for, for each algorithm.
    pub web_asks: [Pairs; 2],
    /// What it asks for when it wants to know the person.
    pub person_asks: Pairs,
    /// How many people there are: `person-N@bench.example`.
    pub people: usize,
}

/// An address, and what its answer must show.
#[derive(Clone, Copy)]
pub struct Place {
    /// Where.
    pub path: &'static str,
    /// Something in the body.
    pub shows: &'static str,
}

impl Words {
    /// What the daemon adds.
    pub const fn daemon_asks(&self, algorithm: Algorithm) -> Pairs {
        self.daemon_asks[algorithm as usize]
    }

    /// What the web client asks for.
    pub const fn web_asks(&self, algorithm: Algorithm) -> Pairs {
        self.web_asks[algorithm as usize]
    }
}

const GRANTOR: Words = Words {
    authorize: "/bench.example/oauth2/v2.0/authorize",
    token: "/bench.example/oauth2/v2.0/token",
    userinfo: Place { path: "/oidc/userinfo", shows: "\"sub\":\"" },
    me: Some(Place { path: "/v1.0/me", shows: "\"userPrincipalName\":\"person-0@bench.example\"" }),
    discovery: Place {
        path: "/bench.example/v2.0/.well-known/openid-configuration",
        shows: "\"token_endpoint\":\"http",
    },
    keys: Place { path: "/bench.example/discovery/v2.0/keys", shows: "\"kty\":\"RSA\"" },
    published: "/bench.example/discovery/v2.0/keys",
    web: &[
        ("client_id", "b0000000-0000-4000-8000-00000000b001"),
        ("client_secret", "web-secret-for-the-benchmark-only-0001"),
    ],
    daemon: &[
        ("client_id", "b0000000-0000-4000-8000-00000000b003"),
        ("client_secret", "daemon-secret-for-the-benchmark-only-0001"),
    ],
    daemon_asks: [&[("scope", "api://rs256/.default")], &[("scope", "api://es256/.default")]],
    web_asks: [&[("scope", "api://rs256/Read offline_access")], &[("scope", "api://es256/Read offline_access")]],
    person_asks: &[("scope", "openid profile User.Read")],
    people: 4,
};

const PEER: Words = Words {
    authorize: "/auth",
    token: "/token",
    userinfo: Place { path: "/me", shows: "\"sub\":\"person\"" },
    me: None,
    discovery: Place { path: "/.well-known/openid-configuration", shows: "\"token_endpoint\":\"http" },
    keys: Place { path: "/jwks", shows: "\"kty\":\"RSA\"" },
    published: "/jwks",
    web: &[("client_id", "web"), ("client_secret", "web-secret-for-the-benchmark-only-0001")],
    daemon: &[("client_id", "daemon"), ("client_secret", "daemon-secret-for-the-benchmark-only-0001")],
    daemon_asks: [
        &[("resource", "urn:bench:RS256"), ("scope", "read")],
        &[("resource", "urn:bench:ES256"), ("scope", "read")],
    ],
    web_asks: [
        &[("resource", "urn:bench:RS256"), ("scope", "read")],
        &[("resource", "urn:bench:ES256"), ("scope", "read")],
    ],
    person_asks: &[("scope", "openid profile")],
    people: 1,
};

/// The floor speaks as the peer does, so that both are asked the same.
const FLOOR: Words = Words {
    userinfo: Place { path: "/verified", shows: "hello" },
    me: Some(Place { path: "/verified", shows: "hello" }),
    discovery: Place { path: "/hello", shows: "hello" },
    keys: Place { path: "/hello", shows: "hello" },
    ..PEER
};
