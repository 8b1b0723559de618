//! Hosts that an operator names because they are meant to be contacted although they are not public.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use url::Host;

use crate::addresses::within;

/// One entry of an [`AllowList`]: a name, an address or a network, each at every port or at one.
///
/// Read from text as in `idp.internal`, `idp.internal:8443`, `10.1.2.3`, `10.0.0.0/8:443`, `[fd00::5]:443`, `fd00::/8` or
/// `[fd00::/8]:443`. A name stands for itself alone, without regard to case: neither for names that end in it nor for other
/// names of the same machine. Whatever it resolves to may be contacted.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(try_from = "String")]
pub struct AllowedHost {
    host: Allowed,
    port: Option<u16>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Allowed {
    Name(String),
    Network { first: IpAddr, prefix: u8 },
}

/// Why a text is no [`AllowedHost`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} {reason}; name a host, an address or a network, as in idp.internal, 10.1.2.3:8443 or fd00::/8")]
pub struct BadAllowedHost {
    text: String,
    reason: &'static str,
}

impl FromStr for AllowedHost {
    type Err = BadAllowedHost;

    fn from_str(text: &str) -> Result<Self, BadAllowedHost> {
        let bad = |reason| BadAllowedHost { text: text.to_owned(), reason };
        let (host, port) = split(text).map_err(bad)?;
        let port = port.map(|port| port.parse::<u16>().ok().filter(|port| *port > 0));
        let port = match port {
            Some(None) => return Err(bad("does not end in a port")),
            Some(given) => given,
            None => None,
        };
        Ok(Self { host: allowed(host).map_err(bad)?, port })
    }
}

impl TryFrom<String> for AllowedHost {
    type Error = BadAllowedHost;

    fn try_from(text: String) -> Result<Self, BadAllowedHost> {
        text.parse()
    }
}

impl fmt::Display for AllowedHost {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = match &self.host {
            Allowed::Name(name) => name.clone(),
            Allowed::Network { first, prefix } if *prefix == full(*first) => first.to_string(),
            Allowed::Network { first, prefix } => format!("{first}/{prefix}"),
        };
        match self.port {
            None => formatter.write_str(&host),
            Some(port) if host.contains(':') => write!(formatter, "[{host}]:{port}"),
            Some(port) => write!(formatter, "{host}:{port}"),
        }
    }
}

/// Host and port. An IPv6 address has colons of its own, so a port needs brackets around it.
fn split(text: &str) -> Result<(&str, Option<&str>), &'static str> {
    if let Some(rest) = text.strip_prefix('[') {
        return match rest.split_once(']') {
            Some((host, "")) => Ok((host, None)),
            Some((host, port)) => Ok((host, Some(port.strip_prefix(':').ok_or("has something behind the bracket")?))),
            None => Err("lacks the closing bracket"),
        };
    }
    match text.split_once(':') {
        Some((_, rest)) if rest.contains(':') => Ok((text, None)),
        Some((host, port)) => Ok((host, Some(port))),
        None => Ok((text, None)),
    }
}

fn allowed(host: &str) -> Result<Allowed, &'static str> {
    if let Some((first, prefix)) = host.split_once('/') {
        let first: IpAddr = first.parse().map_err(|_| "is neither a network nor a host")?;
        let prefix: u8 =
            prefix.parse().ok().filter(|bits| *bits <= full(first)).ok_or("has no prefix of that length")?;
        return network(first, prefix);
    }
    if let Ok(address) = host.parse::<Ipv6Addr>() {
        return network(address.into(), 128);
    }
    if host.contains('*') {
        return Err("holds a wildcard, and a name stands for itself alone");
    }
    // The same reading as that of addresses of the web, so that both sides are compared in one spelling.
    match Host::parse(host) {
        Ok(Host::Domain(name)) => Ok(Allowed::Name(name)),
        Ok(Host::Ipv4(address)) => network(address.into(), 32),
        Ok(Host::Ipv6(_)) | Err(_) => Err("is not the name of a host"),
    }
}

fn network(first: IpAddr, prefix: u8) -> Result<Allowed, &'static str> {
    // What is IPv4 in an IPv6 coat is compared as IPv4.
    let (first, prefix) = match (first, first.to_canonical()) {
        (IpAddr::V6(_), IpAddr::V4(inner)) if prefix >= 96 => (inner.into(), prefix - 96),
        _ => (first, prefix),
    };
    let beyond = match first {
        IpAddr::V4(address) => u128::from(address.to_bits().checked_shl(prefix.into()).unwrap_or(0)),
        IpAddr::V6(address) => address.to_bits().checked_shl(prefix.into()).unwrap_or(0),
    };
    // A typing error that would open more, or less, than was meant.
    if beyond != 0 { Err("has bits beyond its prefix") } else { Ok(Allowed::Network { first, prefix }) }
}

const fn full(address: IpAddr) -> u8 {
    match address {
        IpAddr::V4(_) => 32,
        IpAddr::V6(_) => 128,
    }
}

/// Hosts that may be contacted although their addresses are not public.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AllowList(Vec<AllowedHost>);

impl AllowList {
    /// Whether the list holds this very name at this port.
    pub(crate) fn holds_name(&self, name: &str, port: Option<u16>) -> bool {
        self.at(port).any(|one| matches!(&one.host, Allowed::Name(known) if known.eq_ignore_ascii_case(name)))
    }

    /// Whether the list holds this address, or a network around it, at this port.
    pub(crate) fn holds_address(&self, address: IpAddr, port: Option<u16>) -> bool {
        let address = address.to_canonical();
        self.at(port)
            .any(|one| matches!(one.host, Allowed::Network { first, prefix } if within(address, first, prefix)))
    }

    /// The ports for which the list says more than for all others.
    pub(crate) fn ports(&self) -> impl Iterator<Item = u16> + '_ {
        self.0.iter().filter_map(|one| one.port)
    }

    /// What holds at a port; `None` for a port that no entry names.
    fn at(&self, port: Option<u16>) -> impl Iterator<Item = &AllowedHost> {
        self.0.iter().filter(move |one| one.port.is_none() || one.port == port)
    }
}

impl FromIterator<AllowedHost> for AllowList {
    fn from_iter<I: IntoIterator<Item = AllowedHost>>(hosts: I) -> Self {
        Self(hosts.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> AllowList {
        entries.iter().map(|entry| entry.parse().unwrap()).collect()
    }

    #[test]
    fn each_form_is_read_and_written() {
        for (text, written) in [
            ("idp.internal", "idp.internal"),
            ("IDP.Internal:8443", "idp.internal:8443"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("10.1.2.3", "10.1.2.3"),
            ("0x7f.1:80", "127.0.0.1:80"),
            ("10.0.0.0/8:443", "10.0.0.0/8:443"),
            ("::1", "::1"),
            ("[::1]", "::1"),
            ("[::1]:443", "[::1]:443"),
            ("fd00::/8", "fd00::/8"),
            ("[fd00::/8]:443", "[fd00::/8]:443"),
            ("::ffff:10.0.0.5", "10.0.0.5"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("0.0.0.0/0", "0.0.0.0/0"),
        ] {
            assert_eq!(text.parse::<AllowedHost>().unwrap().to_string(), written, "{text}");
        }
    }

    #[test]
    fn what_is_no_host_is_refused_with_the_forms() {
        for bad in [
            "",
            ":443",
            "x:",
            "x:0",
            "x:65536",
            "x:https",
            "*.internal",
            "https://x",
            "https://x/",
            "x/y",
            "u@x",
            "10.0.0.1/8",
            "10.0.0.0/33",
            "10.0.0.0/",
            "fd00::1/8",
            "[::1",
            "[::1]443",
            "[::1]:",
            "a b",
            "10.0.0.256",
        ] {
            let error = bad.parse::<AllowedHost>().expect_err(bad).to_string();
            assert!(error.contains(&format!("{bad:?}")) && error.contains("idp.internal"), "{error}");
        }
    }

    #[test]
    fn a_name_stands_for_itself_alone() {
        let list = list(&["IDP.internal"]);
        assert!(list.holds_name("idp.INTERNAL", None) && list.holds_name("idp.internal", Some(1)));
        for other in ["x.idp.internal", "xidp.internal", "idp.internal.evil.example", "internal", "idp.internal."] {
            assert!(!list.holds_name(other, None), "{other}");
        }
    }

    #[test]
    fn a_port_that_is_named_is_the_only_one() {
        let list = list(&["a.internal:8443", "10.0.0.0/8:443", "b.internal"]);
        assert!(list.holds_name("a.internal", Some(8443)));
        assert!(!list.holds_name("a.internal", Some(443)) && !list.holds_name("a.internal", None));
        assert!(list.holds_address("10.9.9.9".parse().unwrap(), Some(443)));
        assert!(!list.holds_address("10.9.9.9".parse().unwrap(), Some(8443)));
        assert!(list.holds_name("b.internal", Some(8443)) && list.holds_name("b.internal", None));
        assert_eq!(list.ports().collect::<Vec<_>>(), [8443, 443]);
    }

    #[test]
    fn a_network_holds_its_addresses_in_each_family() {
        let list = list(&["10.0.0.0/8", "fd00::/8", "::1"]);
        for inside in ["10.0.0.0", "10.255.255.255", "::ffff:10.1.1.1", "fdff::1", "::1"] {
            assert!(list.holds_address(inside.parse().unwrap(), None), "{inside}");
        }
        // A gateway's address for a host of that network is another way in, and was not named.
        for outside in ["11.0.0.0", "fe00::", "::2", "64:ff9b::10.1.1.1", "2002:a00:1::1", "127.0.0.1"] {
            assert!(!list.holds_address(outside.parse().unwrap(), None), "{outside}");
        }
    }
}
