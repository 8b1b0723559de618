//! From names to the addresses that are connected to. The rule about destinations is applied to these, not to an earlier
//! answer for the same name: a name that leads elsewhere the second time (DNS rebinding) gains nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::addresses::is_public;
use crate::allow::AllowList;
use crate::destination::is_loopback_name;

/// Finds the addresses of a name. A program uses [`SystemNames`]; a test says what it wants to be found.
#[async_trait::async_trait]
pub trait Names: Send + Sync {
    /// The addresses of `name`, the preferred ones first.
    ///
    /// # Errors
    /// When the name is not known or cannot be asked for.
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// The system's own resolution: its hosts file, its name servers.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemNames;

#[async_trait::async_trait]
impl Names for SystemNames {
    async fn addresses(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect())
    }
}

/// What may be connected to, under an allow-list, at one port or at all those that the list does not name.
///
/// The HTTP library asks for a name without saying the port, so there is one for each port that matters.
#[derive(Clone)]
pub struct Guard {
    pub allow: Arc<AllowList>,
    pub port: Option<u16>,
}

impl Guard {
    pub fn permits_address(&self, address: IpAddr) -> bool {
        is_public(address) || self.allow.holds_address(address, self.port)
    }

    /// Those of the addresses behind `name` that may be connected to.
    fn permitted(&self, name: &str, found: Vec<IpAddr>) -> Vec<IpAddr> {
        let by_name = self.allow.holds_name(name, self.port);
        // Plain HTTP is let through to names of this machine (RFC 6761 §6.3): then they must lead to this machine.
        let fits = |address: &IpAddr| address.to_canonical().is_loopback() || !is_loopback_name(name);
        found.into_iter().filter(fits).filter(|address| by_name || self.permits_address(*address)).collect()
    }
}

/// The resolver of a client: with a guard, addresses that are not permitted are left out.
pub struct Resolver {
    pub names: Arc<dyn Names>,
    pub guard: Option<Guard>,
}

/// A name is known, and none of its addresses may be connected to. It does not say which: that is the inside of somebody's
/// network.
#[derive(Debug, thiserror::Error)]
#[error("no address behind the name may be contacted")]
pub struct NothingPermitted;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, guard) = (Arc::clone(&self.names), self.guard.clone());
        Box::pin(async move {
            let found = names.addresses(name.as_str()).await?;
            let known = !found.is_empty();
            let permitted = match guard {
                Some(guard) => guard.permitted(name.as_str(), found),
                None => found,
            };
            if known && permitted.is_empty() {
                return Err(NothingPermitted.into());
            }
            // Port 0 stands for the one of the address that was asked for.
            Ok(Box::new(permitted.into_iter().map(|address| SocketAddr::new(address, 0))) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(allow: &[&str], port: Option<u16>, name: &str, found: &[&str]) -> Vec<String> {
        let allow = Arc::new(allow.iter().map(|entry| entry.parse().unwrap()).collect());
        let found = found.iter().map(|address| address.parse().unwrap()).collect();
        Guard { allow, port }.permitted(name, found).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn of_a_mix_the_public_addresses_are_left() {
        let mix = ["10.0.0.1", "8.8.8.8", "::1", "2001:4860::1", "::ffff:192.168.0.1"];
        assert_eq!(left(&[], None, "x.example", &mix), ["8.8.8.8", "2001:4860::1"]);
        assert_eq!(left(&["10.0.0.0/8"], None, "x.example", &mix), ["10.0.0.1", "8.8.8.8", "2001:4860::1"]);
        assert_eq!(left(&["x.example"], None, "X.example", &mix).len(), mix.len());
        assert_eq!(left(&["x.example:1"], Some(2), "x.example", &mix), ["8.8.8.8", "2001:4860::1"]);
    }

    #[test]
    fn a_name_of_this_machine_leads_nowhere_else() {
        let found = ["127.0.0.1", "8.8.8.8", "10.0.0.1"];
        assert_eq!(left(&["127.0.0.0/8"], None, "app.localhost", &found), ["127.0.0.1"]);
        assert_eq!(left(&["app.localhost"], None, "app.localhost", &found), ["127.0.0.1"]);
        assert!(left(&[], None, "localhost", &found).is_empty());
    }
}
