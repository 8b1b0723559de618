//! RSA public keys that must not be trusted although they parse.

use crate::KeyError;

/// Bytes of the longest modulus we verify with; a longer one only costs time.
const MAX_MODULUS_BYTES: usize = 1024;

/// Refuses a modulus under 2048 bits or over 8192, an exponent that is even, one, or huge, and keys of a flawed generator.
///
/// Spec: RFC 7518 §3.3, §3.5 (2048 bits or more).
pub(crate) fn refuse(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    if modulus.first().is_none_or(|&first| first == 0) {
        return Err(KeyError::BadMember("n"));
    }
    if exponent.first().is_none_or(|&first| first == 0) {
        return Err(KeyError::BadMember("e"));
    }
    if modulus.len() < 256 || (modulus.len() == 256 && modulus[0] < 0x80) {
        return Err(KeyError::Weak("the RSA modulus is shorter than 2048 bits"));
    }
    if modulus.len() > MAX_MODULUS_BYTES {
        return Err(KeyError::BadMember("n"));
    }
    // A long exponent makes every verification slow, which an attacker who may register keys would use.
    if exponent.len() > 4 || exponent == [1] || exponent.last().is_none_or(|last| last % 2 == 0) {
        return Err(KeyError::Weak("the RSA public exponent"));
    }
    if has_roca_fingerprint(modulus) {
        return Err(KeyError::Weak("made by a generator whose keys can be factored (CVE-2017-15361)"));
    }
    Ok(())
}

/// Whether the modulus is a power of 65537 modulo every small prime, as only keys of that generator are.
///
/// Source: Nemec, Sys, Svenda, Klinec, Matyas, "The Return of Coppersmith's Attack", CCS 2017, section 2.
fn has_roca_fingerprint(modulus: &[u8]) -> bool {
    const PRIMES: [u32; 38] = [
        3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107,
        109, 113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
    ];
    PRIMES.iter().all(|&prime| {
        let residue = modulus.iter().fold(0, |residue, &byte| (residue * 256 + u32::from(byte)) % prime);
        let mut power = 1;
        (0..prime).any(|_| {
            power = power * (65_537 % prime) % prime;
            power == residue
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulus(bytes: usize) -> Vec<u8> {
        let mut modulus = vec![0xa5; bytes];
        modulus[bytes - 1] = 0xa7;
        modulus
    }

    #[test]
    fn ordinary_keys_pass() {
        for exponent in [&[3][..], &[1, 0, 1]] {
            assert_eq!(refuse(&modulus(256), exponent), Ok(()));
            assert_eq!(refuse(&modulus(1024), exponent), Ok(()));
        }
    }

    #[test]
    fn short_and_endless_moduli_are_refused() {
        assert!(matches!(refuse(&modulus(255), &[1, 0, 1]), Err(KeyError::Weak(_))));
        let mut one_bit_short = modulus(256);
        one_bit_short[0] = 0x7f;
        assert!(matches!(refuse(&one_bit_short, &[1, 0, 1]), Err(KeyError::Weak(_))));
        assert_eq!(refuse(&modulus(1025), &[1, 0, 1]), Err(KeyError::BadMember("n")));
        assert_eq!(refuse(&[], &[1, 0, 1]), Err(KeyError::BadMember("n")));
        let mut padded = modulus(257);
        padded[0] = 0;
        assert_eq!(refuse(&padded, &[1, 0, 1]), Err(KeyError::BadMember("n")));
    }

    #[test]
    fn silly_exponents_are_refused() {
        for exponent in [&[1][..], &[2], &[1, 0, 0], &[1, 0, 0, 0, 1]] {
            assert!(matches!(refuse(&modulus(256), exponent), Err(KeyError::Weak(_))), "{exponent:?}");
        }
        for exponent in [&[][..], &[0, 1, 0, 1]] {
            assert_eq!(refuse(&modulus(256), exponent), Err(KeyError::BadMember("e")), "{exponent:?}");
        }
    }
}
