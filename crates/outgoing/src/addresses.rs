//! Which addresses belong to the public Internet, and which lead to this machine or into somebody's own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// The ranges that are refused: first address, length of the prefix.
///
/// Source: IANA IPv4 Special-Purpose Address Registry (RFC 6890), and what comes after the unicast addresses (RFC 1112 §4,
/// RFC 5771).
const CLOSED_V4: &[(Ipv4Addr, u8)] = &[
    // This network, this host (RFC 1122 §3.2.1.3); many systems take 0.0.0.0 for themselves.
    (Ipv4Addr::UNSPECIFIED, 8),
    // Private use (RFC 1918), and what a carrier shares among its customers (RFC 6598).
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    // This machine (RFC 1122 §3.2.1.3).
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    // This link (RFC 3927), where clouds keep the credentials of a machine: 169.254.169.254.
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    // Azure's agent for a machine: an address of the public part that every machine there has to itself.
    (Ipv4Addr::new(168, 63, 129, 16), 32),
    // Protocol assignments (RFC 6890), 6to4 relays (RFC 7526).
    (Ipv4Addr::new(192, 0, 0, 0), 24),
    (Ipv4Addr::new(192, 88, 99, 0), 24),
    // Documentation (RFC 5737) and benchmarks (RFC 2544): nobody's, so somebody's inside.
    (Ipv4Addr::new(192, 0, 2, 0), 24),
    (Ipv4Addr::new(198, 51, 100, 0), 24),
    (Ipv4Addr::new(203, 0, 113, 0), 24),
    (Ipv4Addr::new(198, 18, 0, 0), 15),
    // Multicast (RFC 5771), the reserved rest (RFC 1112 §4) and with it broadcast.
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::new(240, 0, 0, 0), 4),
];

/// What is refused inside of 2000::/3, the only range of IPv6 from which public addresses are given out (RFC 4291 §2.4).
///
/// Source: IANA IPv6 Special-Purpose Address Registry (RFC 6890).
const CLOSED_V6: &[(Ipv6Addr, u8)] = &[
    // Protocol assignments (RFC 2928), Teredo among them, which carries an IPv4 address inside (RFC 4380).
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23),
    // Documentation (RFC 3849, RFC 9637).
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20),
];

/// Whether an address belongs to the public Internet.
///
/// An IPv6 address that carries an IPv4 address and leads to it is judged by the latter: IPv4-mapped (RFC 4291 §2.5.5.2),
/// NAT64 with the well-known prefix (RFC 6052 §2.1) and 6to4 (RFC 3056 §2). IPv4-compatible ones (RFC 4291 §2.5.5.1), NAT64 with
/// a local prefix (RFC 8215), unique local and link-local ones lie outside of 2000::/3 and are never public.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match carried(address) {
            Some(inner) => is_public_v4(inner),
            None => within_v6(address, (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3)) && is_open_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !CLOSED_V4.iter().any(|closed| within_v4(address, *closed))
}

fn is_open_v6(address: Ipv6Addr) -> bool {
    !CLOSED_V6.iter().any(|closed| within_v6(address, *closed))
}

/// The IPv4 address to which an IPv6 address leads.
fn carried(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let from = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(from(high, low))
        }
        _ => None,
    }
}

/// Whether an address lies in the network that a first address and the length of a prefix make.
pub fn within(address: IpAddr, network: IpAddr, prefix: u8) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => within_v4(address, (network, prefix)),
        (IpAddr::V6(address), IpAddr::V6(network)) => within_v6(address, (network, prefix)),
        _ => false,
    }
}

fn within_v4(address: Ipv4Addr, (network, prefix): (Ipv4Addr, u8)) -> bool {
    let differing = address.to_bits() ^ network.to_bits();
    differing.leading_zeros() >= u32::from(prefix)
}

fn within_v6(address: Ipv6Addr, (network, prefix): (Ipv6Addr, u8)) -> bool {
    let differing = address.to_bits() ^ network.to_bits();
    differing.leading_zeros() >= u32::from(prefix)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// For each range that is refused its first and its last address, and the nearest public ones around it.
    const EDGES: &[(&[&str], &[&str])] = &[
        (&["0.0.0.0", "0.0.0.1", "0.255.255.255"], &["1.0.0.0"]),
        (&["10.0.0.0", "10.255.255.255"], &["9.255.255.255", "11.0.0.0"]),
        (&["100.64.0.0", "100.100.100.200", "100.127.255.255"], &["100.63.255.255", "100.128.0.0"]),
        (&["127.0.0.0", "127.0.0.1", "127.255.255.255"], &["126.255.255.255", "128.0.0.0"]),
        (&["169.254.0.0", "169.254.169.254", "169.254.255.255"], &["169.253.255.255", "169.255.0.0"]),
        (&["168.63.129.16"], &["168.63.129.15", "168.63.129.17"]),
        (&["172.16.0.0", "172.31.255.255"], &["172.15.255.255", "172.32.0.0"]),
        (&["192.0.0.0", "192.0.0.192", "192.0.0.255"], &["191.255.255.255", "192.0.1.0"]),
        (&["192.0.2.0", "192.0.2.255"], &["192.0.1.255", "192.0.3.0"]),
        (&["192.88.99.0", "192.88.99.255"], &["192.88.98.255", "192.88.100.0"]),
        (&["192.168.0.0", "192.168.255.255"], &["192.167.255.255", "192.169.0.0"]),
        (&["198.18.0.0", "198.19.255.255"], &["198.17.255.255", "198.20.0.0"]),
        (&["198.51.100.0", "198.51.100.255"], &["198.51.99.255", "198.51.101.0"]),
        (&["203.0.113.0", "203.0.113.255"], &["203.0.112.255", "203.0.114.0"]),
        (&["224.0.0.0", "239.255.255.255", "240.0.0.0", "255.255.255.255"], &["223.255.255.255"]),
        // Unspecified, loopback, IPv4-compatible: nothing below 2000:: is public, whatever it carries.
        (&["::", "::1", "::7f00:1", "::10.0.0.1", "::8.8.8.8", "::169.254.169.254", "1fff:ffff::"], &["2000::1"]),
        // IPv4-mapped.
        (&["::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::ffff:0.0.0.0"], &["::ffff:8.8.8.8"]),
        // NAT64.
        (&["64:ff9b::7f00:1", "64:ff9b::10.1.2.3", "64:ff9b::a9fe:a9fe"], &["64:ff9b::8.8.8.8"]),
        (&["64:ff9b:1::8.8.8.8", "64:ff9b::1:808:808", "100::1"], &[]),
        // 6to4.
        (&["2002:7f00:1::", "2002:a00:1::1", "2002:a9fe:a9fe::", "2002:c0a8:101::1"], &["2002:808:808::1"]),
        // Protocol assignments with Teredo; documentation.
        (&["2001::", "2001:0:7f00:1::", "2001:1ff:ffff::"], &["2001:200::", "2001:4860:4860::8888"]),
        (&["2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"], &["2001:db7::1", "2001:db9::1"]),
        (&["3fff::", "3fff:fff:ffff::"], &["3fff:1000::", "3ffe::1"]),
        // Segment routing, unique local, link-local, site-local, multicast.
        (&["4000::", "5f00::1", "fc00::", "fd00:ec2::254", "fdff:ffff::", "fe80::1", "fec0::1", "ff02::1"], &[]),
    ];

    #[test]
    fn each_closed_range_ends_where_it_should() {
        for (closed, public) in EDGES {
            for address in *closed {
                assert!(!is_public(address.parse().unwrap()), "{address} is not public");
            }
            for address in *public {
                assert!(is_public(address.parse().unwrap()), "{address} is public");
            }
        }
    }

    #[test]
    fn every_range_of_the_tables_is_met_by_the_test() {
        let met: Vec<IpAddr> =
            EDGES.iter().flat_map(|(closed, _)| *closed).map(|address| address.parse().unwrap()).collect();
        for (network, prefix) in CLOSED_V4 {
            assert!(met.iter().any(|address| within(*address, (*network).into(), *prefix)), "{network}/{prefix}");
        }
        for (network, prefix) in CLOSED_V6 {
            assert!(met.iter().any(|address| within(*address, (*network).into(), *prefix)), "{network}/{prefix}");
        }
    }

    #[test]
    fn a_prefix_without_bits_holds_everything_of_its_family() {
        let (any, v6) = ("0.0.0.0".parse().unwrap(), "::1".parse().unwrap());
        assert!(within("255.1.2.3".parse().unwrap(), any, 0));
        assert!(!within(v6, any, 0));
        assert!(within(v6, v6, 128) && !within("::2".parse().unwrap(), v6, 128));
    }
}
