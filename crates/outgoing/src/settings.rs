//! What outgoing requests may do.

use std::time::Duration;

use crate::allow::AllowList;

/// What outgoing requests may do.
///
/// The default is for a program that contacts whom its own user or operator named. For addresses that others wrote down take
/// [`OutgoingSettings::for_registered_addresses`].
#[derive(Clone, Debug)]
pub struct OutgoingSettings {
    /// Who may be contacted.
    pub destinations: Destinations,
    /// Where unencrypted requests may go.
    pub plain_http: PlainHttp,
    /// How long a connection may take, the resolution of the name included.
    pub connect_timeout: Duration,
    /// How long the whole exchange may take, the wait for a free place and the body included.
    pub total_timeout: Duration,
    /// How many bytes of a body are read, unless the request says otherwise.
    pub body_limit: usize,
    /// How many requests may be under way at once.
    pub at_once: AtOnce,
    /// Files with certificates in PEM form that are trusted beside the platform's.
    pub extra_ca_pem: Vec<Vec<u8>>,
    /// How the program's user adds such a file: named where a certificate is refused.
    pub ca_flag: &'static str,
    /// How we introduce ourselves.
    pub user_agent: String,
}

/// Who may be contacted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Destinations {
    /// Anyone, through the proxy that the environment names, if any: for addresses that the program's own user chose.
    #[default]
    Any,
    /// Public addresses and the hosts of a list, and never through a proxy: for addresses that strangers may have chosen, who
    /// would otherwise have us ask machines that they cannot reach themselves.
    PublicAnd(AllowList),
}

/// Where unencrypted requests may go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlainHttp {
    /// To this machine alone.
    #[default]
    LoopbackOnly,
    /// Anywhere: for a network whose links are encrypted below HTTP.
    Anywhere,
}

/// How many requests may be under way at once; others wait for their turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtOnce {
    /// To one host, whatever the port: a slow one does not hold every place.
    pub to_one_host: usize,
    /// Altogether.
    pub altogether: usize,
}

impl AtOnce {
    /// As many as there are callers.
    pub const UNLIMITED: Self = Self { to_one_host: usize::MAX, altogether: usize::MAX };
}

impl Default for OutgoingSettings {
    fn default() -> Self {
        Self {
            destinations: Destinations::default(),
            plain_http: PlainHttp::default(),
            connect_timeout: Duration::from_secs(10),
            total_timeout: Duration::from_secs(30),
            body_limit: 1024 * 1024,
            at_once: AtOnce::UNLIMITED,
            extra_ca_pem: Vec::new(),
            ca_flag: "--ca",
            user_agent: concat!("grantor/", env!("CARGO_PKG_VERSION")).to_owned(),
        }
    }
}

impl OutgoingSettings {
    /// For a server that contacts addresses which its clients registered: public ones and those that its operator allows.
    /// What a stranger can make it wait for, read and do at once is little.
    pub fn for_registered_addresses(allow: AllowList) -> Self {
        Self {
            destinations: Destinations::PublicAnd(allow),
            connect_timeout: Duration::from_secs(3),
            total_timeout: Duration::from_secs(10),
            body_limit: 256 * 1024,
            at_once: AtOnce { to_one_host: 4, altogether: 64 },
            ca_flag: "--outgoing-ca",
            ..Self::default()
        }
    }
}
