//! The certificate that the other side of a TLS connection has shown: its names and its time.
//!
//! Whether anybody vouches for it is for others to say; here it is only read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::certified_key::parts;
use crate::der::element;
use crate::{BadCertificate, base64url, digest};

const OCTET_STRING: u8 = 0x04;
const OBJECT_IDENTIFIER: u8 = 0x06;
const BOOLEAN: u8 = 0x01;
const UTF8_STRING: u8 = 0x0c;
const PRINTABLE_STRING: u8 = 0x13;
const IA5_STRING: u8 = 0x16;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
/// `[3]`: the extensions (RFC 5280 §4.1).
const EXTENSIONS: u8 = 0xa3;
/// Of a `GeneralName` (RFC 5280 §4.2.1.6).
const EMAIL: u8 = 0x81;
const DNS: u8 = 0x82;
const URI: u8 = 0x86;
const IP: u8 = 0x87;
/// `id-ce-subjectAltName`.
const SUBJECT_ALT_NAME: [u8; 3] = [0x55, 0x1d, 0x11];

/// What a certificate says of whoever showed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerCertificate {
    /// The SHA-256 digest of the certificate.
    pub thumbprint_sha256: [u8; 32],
    /// The subject, in the order of the certificate: each relative name with its attributes.
    pub subject: Vec<RelativeName>,
    /// The DNS names among its alternative names.
    pub dns: Vec<String>,
    /// The URIs among them.
    pub uris: Vec<String>,
    /// The mail addresses among them.
    pub emails: Vec<String>,
    /// The IP addresses among them.
    pub ips: Vec<IpAddr>,
    /// The first second of its time, since 1970.
    pub not_before_unix: i64,
    /// The last second of its time, since 1970.
    pub not_after_unix: i64,
}

/// A relative distinguished name: attributes by the numbers of their types, with their values. A value that is no text is
/// written as RFC 4514 §2.4 says: `#` and the hexadecimal digits of its encoding.
pub type RelativeName = Vec<(String, String)>;

impl PeerCertificate {
    /// Reads a certificate.
    ///
    /// # Errors
    /// [`BadCertificate::Malformed`].
    ///
    /// Spec: RFC 5280 §4.1.
    pub fn from_der(der: &[u8]) -> Result<Self, BadCertificate> {
        read(der).ok_or(BadCertificate::Malformed)
    }

    /// The digest as the `x5t#S256` of a `cnf` claim (RFC 8705 §3.1).
    pub fn x5t_s256(&self) -> String {
        base64url::encode(self.thumbprint_sha256)
    }
}

fn read(der: &[u8]) -> Option<PeerCertificate> {
    let parts = parts(der)?;
    let mut found = PeerCertificate {
        thumbprint_sha256: digest::sha256(der),
        subject: subject(parts.subject)?,
        dns: Vec::new(),
        uris: Vec::new(),
        emails: Vec::new(),
        ips: Vec::new(),
        not_before_unix: parts.not_before,
        not_after_unix: parts.not_after,
    };
    if let Some(names) = alternative_names(parts.rest)? {
        found.take(names)?;
    }
    Some(found)
}

fn subject(mut names: &[u8]) -> Option<Vec<RelativeName>> {
    let mut found = Vec::new();
    while !names.is_empty() {
        let (mut attributes, rest) = element(SET, names)?;
        let mut one = Vec::new();
        while !attributes.is_empty() {
            let (attribute, rest) = element(SEQUENCE, attributes)?;
            let (kind, value) = element(OBJECT_IDENTIFIER, attribute)?;
            one.push((dotted(kind)?, text(value)?));
            attributes = rest;
        }
        found.push(one);
        names = rest;
    }
    Some(found)
}

/// The numbers of an object identifier (X.690 §8.19).
fn dotted(bytes: &[u8]) -> Option<String> {
    let mut numbers = Vec::new();
    let mut value: u64 = 0;
    for byte in bytes {
        value = value.checked_mul(128)? + u64::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            numbers.push(value);
            value = 0;
        }
    }
    let (&first, others) = numbers.split_first()?;
    let (one, two) = if first < 80 { (first / 40, first % 40) } else { (2, first - 80) };
    let numbers = [one, two].into_iter().chain(others.iter().copied());
    Some(numbers.map(|number| number.to_string()).collect::<Vec<_>>().join("."))
}

fn text(value: &[u8]) -> Option<String> {
    for tag in [UTF8_STRING, PRINTABLE_STRING, IA5_STRING] {
        if let Some((bytes, [])) = element(tag, value) {
            return String::from_utf8(bytes.to_vec()).ok();
        }
    }
    Some(value.iter().fold("#".to_owned(), |text, byte| format!("{text}{byte:02x}")))
}

/// The content of that extension, if it is there; nothing at all if what stands there cannot be read.
#[expect(clippy::option_option, reason = "not there and not readable are two things")]
fn alternative_names(mut rest: &[u8]) -> Option<Option<&[u8]>> {
    // Unique identifiers, which nobody uses, come before.
    while !rest.is_empty() {
        if let Some((extensions, _)) = element(EXTENSIONS, rest) {
            let (mut extensions, _) = element(SEQUENCE, extensions)?;
            while !extensions.is_empty() {
                let (extension, after) = element(SEQUENCE, extensions)?;
                let (kind, value) = element(OBJECT_IDENTIFIER, extension)?;
                let value = element(BOOLEAN, value).map_or(value, |(_, value)| value);
                if kind == SUBJECT_ALT_NAME {
                    let (octets, _) = element(OCTET_STRING, value)?;
                    return Some(Some(element(SEQUENCE, octets)?.0));
                }
                extensions = after;
            }
            return Some(None);
        }
        rest = skip(rest)?;
    }
    Some(None)
}

/// What follows the first element, whatever it is.
fn skip(input: &[u8]) -> Option<&[u8]> {
    element(*input.first()?, input).map(|(_, rest)| rest)
}

impl PeerCertificate {
    fn take(&mut self, mut names: &[u8]) -> Option<()> {
        while let Some(&tag) = names.first() {
            let (value, rest) = element(tag, names)?;
            let text = || String::from_utf8(value.to_vec()).ok();
            match tag {
                EMAIL => self.emails.push(text()?),
                DNS => self.dns.push(text()?),
                URI => self.uris.push(text()?),
                IP => self.ips.push(address(value)?),
                // Names of other kinds are nobody's registration.
                _ => {}
            }
            names = rest;
        }
        Some(())
    }
}

fn address(bytes: &[u8]) -> Option<IpAddr> {
    if let Ok(four) = <[u8; 4]>::try_from(bytes) {
        return Some(Ipv4Addr::from(four).into());
    }
    <[u8; 16]>::try_from(bytes).ok().map(|sixteen| Ipv6Addr::from(sixteen).into())
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    fn certificate() -> Vec<u8> {
        let mut parameters = CertificateParams::default();
        parameters.distinguished_name = rcgen::DistinguishedName::new();
        parameters.distinguished_name.push(DnType::CountryName, "NO");
        parameters.distinguished_name.push(DnType::OrganizationName, "Müller, Sons");
        parameters.distinguished_name.push(DnType::CommonName, "client");
        parameters.subject_alt_names = vec![
            SanType::DnsName("client.example".try_into().unwrap()),
            SanType::URI("https://client.example/id".try_into().unwrap()),
            SanType::Rfc822Name("ops@client.example".try_into().unwrap()),
            SanType::IpAddress("192.0.2.7".parse().unwrap()),
            SanType::IpAddress("2001:db8::1".parse().unwrap()),
        ];
        parameters.self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec()
    }

    #[test]
    fn names_and_digest_are_read() {
        let der = certificate();
        let read = PeerCertificate::from_der(&der).unwrap();
        let one = |kind: &str, value: &str| vec![(kind.to_owned(), value.to_owned())];
        assert_eq!(read.subject, [one("2.5.4.6", "NO"), one("2.5.4.10", "Müller, Sons"), one("2.5.4.3", "client")]);
        assert_eq!(read.dns, ["client.example"]);
        assert_eq!(read.uris, ["https://client.example/id"]);
        assert_eq!(read.emails, ["ops@client.example"]);
        assert_eq!(read.ips, ["192.0.2.7".parse::<IpAddr>().unwrap(), "2001:db8::1".parse().unwrap()]);
        assert_eq!(read.x5t_s256(), base64url::encode(digest::sha256(&der)));
        assert!(read.not_before_unix < read.not_after_unix);
    }

    #[test]
    fn what_is_no_certificate_is_refused_and_never_a_panic() {
        let der = certificate();
        for length in 0..der.len() {
            assert!(PeerCertificate::from_der(&der[..length]).is_err(), "{length}");
        }
        for position in 0..der.len() {
            let mut changed = der.clone();
            changed[position] ^= 0xff;
            let _ = PeerCertificate::from_der(&changed);
        }
    }
}
