//! Which HTTP client a request takes. Each has its connections to itself, so none is shared between rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use reqwest::{Client, ClientBuilder};
use url::{Host, Url};

use crate::destination::{is_loopback, shown};
use crate::error::OutgoingError;
use crate::names::{Guard, Names, Resolver, SystemNames};
use crate::settings::Destinations;

pub enum Routes {
    Any {
        /// For this machine: never through a proxy.
        direct: Client,
        /// For others: through the proxy that the environment names (`HTTPS_PROXY` and its like), if any.
        proxied: Client,
    },
    /// None goes through a proxy: a proxy resolves names itself, and what is checked here would not be what it connects to.
    Guarded {
        /// For the ports that the allow-list names.
        at_ports: BTreeMap<u16, Guarded>,
        /// For all others.
        elsewhere: Guarded,
    },
}

pub struct Guarded {
    guard: Guard,
    client: Client,
}

impl Routes {
    /// Makes the clients. Without `names` the system is asked.
    pub fn new(
        destinations: &Destinations,
        names: Option<Arc<dyn Names>>,
        builder: impl Fn() -> ClientBuilder,
    ) -> Result<Self, reqwest::Error> {
        let allow = match destinations {
            Destinations::Any => {
                let builder = || match &names {
                    Some(names) => builder().dns_resolver(Resolver { names: Arc::clone(names), guard: None }),
                    None => builder(),
                };
                return Ok(Self::Any { direct: builder().no_proxy().build()?, proxied: builder().build()? });
            }
            Destinations::PublicAnd(allow) => Arc::new(allow.clone()),
        };
        let names = names.unwrap_or_else(|| Arc::new(SystemNames));
        let guarded = |port: Option<u16>| {
            let guard = Guard { allow: Arc::clone(&allow), port };
            let resolver = Resolver { names: Arc::clone(&names), guard: Some(guard.clone()) };
            Ok(Guarded { guard, client: builder().no_proxy().dns_resolver(resolver).build()? })
        };
        let at_ports = allow.ports().map(|port| Ok((port, guarded(Some(port))?))).collect::<Result<_, _>>()?;
        Ok(Self::Guarded { at_ports, elsewhere: guarded(None)? })
    }

    /// The client for an address, or why it is not contacted. Names are judged when they are resolved, addresses here: the HTTP
    /// library resolves none of those. The reading of [`Url`] has brought them into one form, however they were spelled.
    pub fn client(&self, url: &Url) -> Result<&Client, OutgoingError> {
        let (at_ports, elsewhere) = match self {
            Self::Any { direct, .. } if is_loopback(url) => return Ok(direct),
            Self::Any { proxied, .. } => return Ok(proxied),
            Self::Guarded { at_ports, elsewhere } => (at_ports, elsewhere),
        };
        let port = url.port_or_known_default();
        let route = port.and_then(|port| at_ports.get(&port)).unwrap_or(elsewhere);
        let address = match url.host() {
            Some(Host::Ipv4(address)) => Some(address.into()),
            Some(Host::Ipv6(address)) => Some(address.into()),
            Some(Host::Domain(_)) | None => None,
        };
        match address {
            Some(address) if !route.guard.permits_address(address) => Err(not_permitted(url)),
            _ => Ok(&route.client),
        }
    }
}

/// The refusal of an address whose host is not public.
pub fn not_permitted(url: &Url) -> OutgoingError {
    OutgoingError::NotPermitted { destination: shown(url), host: url.host_str().unwrap_or_default().to_owned() }
}
