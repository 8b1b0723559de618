//! A self-signed certificate around one of our keys, for dialects that publish `x5c` and `x5t`.
//!
//! It names the key; nobody builds trust on it.

use std::time::Duration;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, IsCa, KeyUsagePurpose, PublicKeyData, SerialNumber,
    SignatureAlgorithm, date_time_ymd,
};

use crate::{Algorithm, KeyError, SigningKey, base64url, digest};

/// The last second a certificate can name: 9999-12-31T23:59:59Z (RFC 5280 §4.1.2.5).
const LAST_SECOND: i64 = 253_402_300_799;

/// An X.509 certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The certificate in DER.
    pub der: Vec<u8>,
}

impl Certificate {
    /// The SHA-1 thumbprint, base64url (RFC 7517 §4.8).
    pub fn x5t(&self) -> String {
        base64url::encode(digest::sha1(&self.der))
    }

    /// The certificate as an entry of `x5c`: ordinary base64 with padding (RFC 7517 §4.7).
    pub fn x5c(&self) -> String {
        base64url::encode_standard(&self.der)
    }
}

/// Makes a certificate for the key, signed with the key.
///
/// Times are seconds since 1970. The serial number is made positive and of full length: its first two bits become `01`
/// (RFC 5280 §4.1.2.2).
///
/// # Errors
/// [`KeyError::Certificate`] when the times do not make a period, or when the certificate cannot be written.
///
/// Spec: RFC 5280 §4.1.
pub fn self_signed(
    key: &SigningKey,
    common_name: &str,
    not_before_unix: i64,
    not_after_unix: i64,
    serial: [u8; 16],
) -> Result<Certificate, KeyError> {
    if not_before_unix >= not_after_unix {
        return Err(KeyError::Certificate("it would end before it begins"));
    }
    let mut serial = serial;
    serial[0] = serial[0] & 0x3f | 0x40;
    let mut parameters = CertificateParams::default();
    parameters.not_before = date_time_ymd(1970, 1, 1) + since_1970(not_before_unix)?;
    parameters.not_after = date_time_ymd(1970, 1, 1) + since_1970(not_after_unix)?;
    parameters.serial_number = Some(SerialNumber::from_slice(&serial));
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::CommonName, common_name);
    parameters.is_ca = IsCa::ExplicitNoCa;
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let certificate =
        parameters.self_signed(&Signer(key)).map_err(|_| KeyError::Certificate("it could not be written"))?;
    Ok(Certificate { der: certificate.der().to_vec() })
}

fn since_1970(seconds: i64) -> Result<Duration, KeyError> {
    match u64::try_from(seconds) {
        Ok(since) if seconds <= LAST_SECOND => Ok(Duration::from_secs(since)),
        _ => Err(KeyError::Certificate("its times are not between 1970 and 9999")),
    }
}

/// Our key as the certificate writer sees it; the private half stays where it is.
struct Signer<'a>(&'a SigningKey);

impl PublicKeyData for Signer<'_> {
    fn der_bytes(&self) -> &[u8] {
        self.0.public_bytes()
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        match self.0.algorithm() {
            // Every RSA key signs its certificate in the one form that everybody reads.
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => &rcgen::PKCS_RSA_SHA256,
            Algorithm::Es256 => &rcgen::PKCS_ECDSA_P256_SHA256,
            Algorithm::Es384 => &rcgen::PKCS_ECDSA_P384_SHA384,
            Algorithm::Es512 => &rcgen::PKCS_ECDSA_P521_SHA512,
            Algorithm::EdDsa => &rcgen::PKCS_ED25519,
        }
    }
}

impl rcgen::SigningKey for Signer<'_> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        let signature = match self.0.algorithm() {
            Algorithm::Rs256
            | Algorithm::Rs384
            | Algorithm::Rs512
            | Algorithm::Ps256
            | Algorithm::Ps384
            | Algorithm::Ps512 => self.0.sign_rsa_pkcs1_sha256(message).ok(),
            Algorithm::Es256 => sign_asn1(self.0, &signature::ECDSA_P256_SHA256_ASN1_SIGNING, message),
            Algorithm::Es384 => sign_asn1(self.0, &signature::ECDSA_P384_SHA384_ASN1_SIGNING, message),
            Algorithm::Es512 => sign_asn1(self.0, &signature::ECDSA_P521_SHA512_ASN1_SIGNING, message),
            Algorithm::EdDsa => self.0.sign(message).ok(),
        };
        signature.ok_or(rcgen::Error::RemoteKeyError)
    }
}

/// Certificates want ECDSA signatures in ASN.1, and a key pair is bound to one form; this happens once per certificate.
fn sign_asn1(key: &SigningKey, form: &'static EcdsaSigningAlgorithm, message: &[u8]) -> Option<Vec<u8>> {
    let pair = EcdsaKeyPair::from_pkcs8(form, &key.to_pkcs8().ok()?).ok()?;
    pair.sign(&SystemRandom::new(), message).ok().map(|signature| signature.as_ref().to_vec())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::{UnparsedPublicKey, VerificationAlgorithm};

    use super::*;
    use crate::der::element;

    const START: i64 = 1_767_225_600;
    const END: i64 = START + 86_400;

    fn contains(der: &[u8], part: &[u8]) -> bool {
        der.windows(part.len()).any(|window| window == part)
    }

    #[test]
    fn every_algorithm_has_a_certificate_with_its_key_and_name() {
        for algorithm in Algorithm::ALL {
            let key = SigningKey::generate(algorithm).unwrap();
            let certificate = self_signed(&key, "signing 2026", START, END, [0xff; 16]).unwrap();
            assert!(contains(&certificate.der, key.public_bytes()), "{algorithm}");
            assert!(contains(&certificate.der, b"signing 2026"), "{algorithm}");
            assert!(contains(&certificate.der, b"260101000000Z"), "{algorithm}");
            assert!(contains(&certificate.der, b"260102000000Z"), "{algorithm}");
        }
    }

    #[test]
    fn the_signature_is_the_keys_own() {
        for algorithm in Algorithm::ALL {
            let form: &'static dyn VerificationAlgorithm = match algorithm {
                Algorithm::Es256 => &signature::ECDSA_P256_SHA256_ASN1,
                Algorithm::Es384 => &signature::ECDSA_P384_SHA384_ASN1,
                Algorithm::Es512 => &signature::ECDSA_P521_SHA512_ASN1,
                Algorithm::EdDsa => &signature::ED25519,
                _ => &signature::RSA_PKCS1_2048_8192_SHA256,
            };
            let key = SigningKey::generate(algorithm).unwrap();
            let certificate = self_signed(&key, "c", START, END, [1; 16]).unwrap();
            let (signed, signature) = taken_apart(&certificate.der).unwrap();
            let public = UnparsedPublicKey::new(form, key.public_bytes());
            assert!(public.verify(signed, signature).is_ok(), "{algorithm}");
            assert!(public.verify(&signed[1..], signature).is_err(), "{algorithm}");
        }
    }

    /// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE, signature BIT STRING }.
    fn taken_apart(der: &[u8]) -> Option<(&[u8], &[u8])> {
        let (fields, []) = element(0x30, der)? else { return None };
        let (_, rest) = element(0x30, fields)?;
        let signed = &fields[..fields.len() - rest.len()];
        let (_, rest) = element(0x30, rest)?;
        let (bits, []) = element(0x03, rest)? else { return None };
        Some((signed, bits.strip_prefix(&[0])?))
    }

    #[test]
    fn the_same_input_makes_the_same_certificate_where_the_signature_is_deterministic() {
        let key = SigningKey::generate(Algorithm::Rs256).unwrap();
        let one = self_signed(&key, "c", START, END, [1; 16]).unwrap();
        assert_eq!(one, self_signed(&key, "c", START, END, [1; 16]).unwrap());
        assert_ne!(one.x5t(), self_signed(&key, "c", START, END, [2; 16]).unwrap().x5t());
        assert_eq!(base64url::decode(one.x5t()).unwrap(), digest::sha1(&one.der));
    }

    #[test]
    fn the_serial_number_is_positive_and_of_full_length() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        for (given, first) in [([0; 16], 0x40), ([0xff; 16], 0x7f)] {
            let der = self_signed(&key, "c", START, END, given).unwrap().der;
            let written = [&[0x02, 16, first][..], &given[1..]].concat();
            assert!(contains(&der, &written));
        }
    }

    #[test]
    fn the_published_form_is_ordinary_base64() {
        let certificate = Certificate { der: vec![0xfb, 0xff, 0xfe, 0xff] };
        assert_eq!(certificate.x5c(), "+//+/w==");
    }

    #[test]
    fn impossible_periods_are_refused() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        for (start, end) in [(END, START), (START, START), (-1, END), (START, LAST_SECOND + 1), (i64::MIN, i64::MAX)] {
            assert!(matches!(self_signed(&key, "c", start, end, [1; 16]), Err(KeyError::Certificate(_))));
        }
        assert!(self_signed(&key, "c", 0, LAST_SECOND, [0; 16]).is_ok());
    }
}
