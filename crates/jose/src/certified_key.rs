//! The key in a certificate that somebody else made, and its time.
//!
//! The certificate names the key; nobody builds trust on it. So neither its signature nor its names are looked at.

use crate::der::{element, rsa_public_key};
use crate::{KeyError, digest, weak_rsa};

const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT_IDENTIFIER: u8 = 0x06;
const UTC_TIME: u8 = 0x17;
const GENERALIZED_TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
/// The first field, which says the version and may be absent.
const VERSION: u8 = 0xa0;

/// `rsaEncryption` (RFC 3279 §2.3.1).
const RSA: [u8; 9] = [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01];

/// What a certificate says of the key that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertifiedKey {
    /// The SHA-1 digest of the certificate (RFC 7515 §4.1.7).
    pub thumbprint_sha1: [u8; 20],
    /// The SHA-256 digest of the certificate (RFC 7515 §4.1.8).
    pub thumbprint_sha256: [u8; 32],
    /// The public key (SubjectPublicKeyInfo, DER).
    pub public_key: Vec<u8>,
    /// The first second of its time, since 1970.
    pub not_before_unix: i64,
    /// The last second of its time, since 1970.
    pub not_after_unix: i64,
}

/// Why a certificate cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCertificate {
    /// It is not an X.509 certificate in DER.
    #[error("it is not an X.509 certificate")]
    Malformed,
    /// Its key is of another kind.
    #[error("its key is not an RSA key")]
    NotRsa,
    /// Its key is not to be trusted.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Time,
}

impl CertifiedKey {
    /// Reads a certificate with an RSA key, the only kind whose signatures Microsoft's libraries make.
    ///
    /// # Errors
    /// [`BadCertificate`].
    ///
    /// Spec: RFC 5280 §4.1. Source: entra-dialect 8.4.
    pub fn from_der(der: &[u8]) -> Result<Self, BadCertificate> {
        let parts = parts(der).ok_or(BadCertificate::Malformed)?;
        let key = rsa_key(parts.public_key).ok_or(BadCertificate::NotRsa)?;
        let (modulus, exponent) = rsa_public_key(key).ok_or(BadCertificate::Malformed)?;
        weak_rsa::refuse(modulus, exponent)?;
        if parts.not_before > parts.not_after {
            return Err(BadCertificate::Time);
        }
        Ok(Self {
            thumbprint_sha1: digest::sha1(der),
            thumbprint_sha256: digest::sha256(der),
            public_key: parts.public_key.to_vec(),
            not_before_unix: parts.not_before,
            not_after_unix: parts.not_after,
        })
    }
}

pub(crate) struct Parts<'a> {
    pub(crate) not_before: i64,
    pub(crate) not_after: i64,
    /// The content of the name.
    pub(crate) subject: &'a [u8],
    /// With its own tag and length.
    pub(crate) public_key: &'a [u8],
    /// What follows the key: unique identifiers and extensions.
    pub(crate) rest: &'a [u8],
}

/// Spec: RFC 5280 §4.1.
pub(crate) fn parts(der: &[u8]) -> Option<Parts<'_>> {
    let (certificate, []) = element(SEQUENCE, der)? else { return None };
    let (fields, signature) = element(SEQUENCE, certificate)?;
    let (_, signature) = element(SEQUENCE, signature)?;
    let (_, []) = element(BIT_STRING, signature)? else { return None };
    let fields = element(VERSION, fields).map_or(fields, |(_, rest)| rest);
    let (_serial_number, fields) = element(INTEGER, fields)?;
    let (_algorithm, fields) = element(SEQUENCE, fields)?;
    let (_issuer, fields) = element(SEQUENCE, fields)?;
    let (validity, fields) = element(SEQUENCE, fields)?;
    let (subject, fields) = element(SEQUENCE, fields)?;
    let (_, rest) = element(SEQUENCE, fields)?;
    let (not_before, validity) = time(validity)?;
    let (not_after, []) = time(validity)? else { return None };
    Some(Parts { not_before, not_after, subject, public_key: &fields[..fields.len() - rest.len()], rest })
}

/// The RSA key in a SubjectPublicKeyInfo; nothing if it holds another kind.
///
/// Spec: RFC 3279 §2.3.1.
fn rsa_key(public_key_info: &[u8]) -> Option<&[u8]> {
    let (info, []) = element(SEQUENCE, public_key_info)? else { return None };
    let (algorithm, info) = element(SEQUENCE, info)?;
    let (identifier, _) = element(OBJECT_IDENTIFIER, algorithm)?;
    let (bits, []) = element(BIT_STRING, info)? else { return None };
    // The first byte counts the bits that are left over at the end: none, for whole bytes.
    bits.strip_prefix(&[0]).filter(|_| identifier == RSA)
}

/// Seconds since 1970, and what follows.
///
/// Spec: RFC 5280 §4.1.2.5: UTCTime until 2049, where two digits from 50 on mean the 20th century, then GeneralizedTime;
/// always with seconds and in UTC.
fn time(input: &[u8]) -> Option<(i64, &[u8])> {
    if let Some((text, rest)) = element(UTC_TIME, input) {
        let (year, text) = number(text, 2)?;
        return Some((seconds(if year < 50 { 2000 + year } else { 1900 + year }, text)?, rest));
    }
    let (text, rest) = element(GENERALIZED_TIME, input)?;
    let (year, text) = number(text, 4)?;
    Some((seconds(year, text)?, rest))
}

/// The seconds from 1970 to what `text` says after the year.
fn seconds(year: i64, text: &[u8]) -> Option<i64> {
    let (month, text) = number(text, 2)?;
    let (day, text) = number(text, 2)?;
    let (hour, text) = number(text, 2)?;
    let (minute, text) = number(text, 2)?;
    let (second, text) = number(text, 2)?;
    let fits = text == b"Z" && (1..=12).contains(&month) && hour < 24 && minute < 60 && second < 60;
    let before = days_before_month(year, month).filter(|_| fits)?;
    let next = days_before_month(year, month + 1)?;
    let exists = (1..=next - before).contains(&day);
    exists.then(|| (((days_before_year(year) + before + day - 1) * 24 + hour) * 60 + minute) * 60 + second)
}

fn number(text: &[u8], digits: usize) -> Option<(i64, &[u8])> {
    let (digits, rest) = text.split_at_checked(digits)?;
    let read = |sum: i64, digit: &u8| digit.is_ascii_digit().then(|| sum * 10 + i64::from(digit - b'0'));
    Some((digits.iter().try_fold(0, read)?, rest))
}

/// The days from the beginning of 1970 to that of the year.
fn days_before_year(year: i64) -> i64 {
    let leap_years_until = |year: i64| year / 4 - year / 100 + year / 400;
    (year - 1970) * 365 + leap_years_until(year - 1) - leap_years_until(1969)
}

/// The days of the year before the month, from 1; the 13th is the end of the year.
fn days_before_month(year: i64, month: i64) -> Option<i64> {
    const BEFORE: [i64; 13] = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365];
    let before = BEFORE.get(usize::try_from(month - 1).ok()?)?;
    let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    Some(before + i64::from(is_leap && month > 2))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Algorithm, SigningKey, self_signed};

    /// Made by another program, with its digests and times as that program tells them.
    const FOREIGN: &str = include_str!("../tests/vectors/second-implementation/certificate.pem");
    const FOREIGN_SHA1: &str = "6922bd504fd9dc751caa8703bd29a5fb45dda1bb";
    const FOREIGN_SHA256: &str = "b4ef00afe56fb5277ddb2c5074ffe05828301791c316f0ebc1ec7f7f549ac6d9";

    const START: i64 = 1_767_225_600;
    const END: i64 = START + 86_400;

    fn foreign() -> Vec<u8> {
        use base64::Engine;
        let body: String = FOREIGN.lines().filter(|line| !line.starts_with('-')).collect();
        base64::engine::general_purpose::STANDARD.decode(body).unwrap()
    }

    /// A digest as that program writes it, in hexadecimal.
    fn hex<const N: usize>(digits: &str) -> [u8; N] {
        std::array::from_fn(|at| u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).unwrap())
    }

    #[test]
    fn a_certificate_that_another_program_made_is_read_as_that_program_reads_it() {
        let read = CertifiedKey::from_der(&foreign()).unwrap();
        assert_eq!(read.thumbprint_sha1, hex(FOREIGN_SHA1));
        assert_eq!(read.thumbprint_sha256, hex(FOREIGN_SHA256));
        assert_eq!((read.not_before_unix, read.not_after_unix), (1_772_323_199, 4_102_444_801));
    }

    #[test]
    fn our_own_certificates_are_read_with_their_key_and_time() {
        let key = SigningKey::generate(Algorithm::Ps256).unwrap();
        for end in [END, 2_524_607_999, 2_524_608_000, 253_402_300_799] {
            let certificate = self_signed(&key, "app", START, end, [7; 16]).unwrap();
            let read = CertifiedKey::from_der(&certificate.der).unwrap();
            assert_eq!((read.not_before_unix, read.not_after_unix), (START, end));
            assert!(read.public_key.ends_with(key.public_bytes()));
        }
    }

    #[test]
    fn other_keys_are_refused() {
        for algorithm in [Algorithm::Es256, Algorithm::EdDsa] {
            let key = SigningKey::generate(algorithm).unwrap();
            let certificate = self_signed(&key, "app", START, END, [7; 16]).unwrap();
            assert_eq!(CertifiedKey::from_der(&certificate.der), Err(BadCertificate::NotRsa), "{algorithm}");
        }
    }

    #[test]
    fn a_certificate_that_is_cut_or_goes_on_is_refused() {
        let der = foreign();
        for end in 0..der.len() {
            assert_eq!(CertifiedKey::from_der(&der[..end]), Err(BadCertificate::Malformed), "{end}");
        }
        assert_eq!(CertifiedKey::from_der(&[&der[..], &[0]].concat()), Err(BadCertificate::Malformed));
    }

    #[test]
    fn a_certificate_with_a_wrong_byte_is_read_or_refused() {
        let der = foreign();
        let refused = (0..der.len()).filter(|&at| {
            let mut wrong = der.clone();
            wrong[at] ^= 0x55;
            CertifiedKey::from_der(&wrong).is_err()
        });
        assert!(refused.count() > 50);
    }

    #[test]
    fn dates_that_do_not_exist_are_refused() {
        let read = |year, text: &str| seconds(year, text.as_bytes());
        assert_eq!(read(1970, "0101000000Z"), Some(0));
        assert_eq!(read(2000, "0229235959Z"), Some(951_868_799));
        assert_eq!(read(2000, "0301000000Z"), Some(951_868_800));
        assert_eq!(read(2026, "1231235959Z"), Some(1_798_761_599));
        for (year, bad) in [
            (1900, "0229000000Z"),
            (2026, "0229000000Z"),
            (2026, "1301000000Z"),
            (2026, "0001000000Z"),
            (2026, "0100000000Z"),
            (2026, "0431000000Z"),
            (2026, "0101240000Z"),
            (2026, "0101006000Z"),
            (2026, "010100000Z"),
            (2026, "0101000000"),
            (2026, "0101000000+0100"),
            (2026, "01 1000000Z"),
        ] {
            assert_eq!(read(year, bad), None, "{year} {bad}");
        }
    }
}
