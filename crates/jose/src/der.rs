//! Just enough DER to take an RSA public key apart.

/// The modulus and exponent of an `RSAPublicKey`, without leading zeros.
///
/// The input comes from our own library; it is read strictly nevertheless.
///
/// Spec: RFC 8017 appendix A.1.1.
pub(crate) fn rsa_public_key(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    let (fields, []) = element(SEQUENCE, der)? else { return None };
    let (modulus, fields) = unsigned(fields)?;
    let (exponent, []) = unsigned(fields)? else { return None };
    Some((modulus, exponent))
}

fn unsigned(input: &[u8]) -> Option<(&[u8], &[u8])> {
    const INTEGER: u8 = 0x02;
    let (value, rest) = element(INTEGER, input)?;
    // A first bit that is set would mean a negative number, so DER puts a zero before it.
    Some((value.strip_prefix(&[0]).unwrap_or(value), rest))
}

/// The content of the first element, which must have this tag, and what follows it.
pub(crate) fn element(tag: u8, input: &[u8]) -> Option<(&[u8], &[u8])> {
    let (&first, rest) = input.strip_prefix(&[tag])?.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(first), rest),
        0x81 => rest.split_first().map(|(&one, rest)| (usize::from(one), rest))?,
        0x82 => rest.split_first_chunk().map(|(&two, rest)| (usize::from(u16::from_be_bytes(two)), rest))?,
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modulus_and_exponent_are_found() {
        let der = [0x30, 0x0a, 0x02, 0x03, 0x00, 0xff, 0x01, 0x02, 0x03, 0x01, 0x00, 0x01];
        assert_eq!(rsa_public_key(&der), Some((&[0xff, 0x01][..], &[1, 0, 1][..])));
    }

    #[test]
    fn truncated_and_trailing_bytes_are_refused() {
        let der = [0x30, 0x0a, 0x02, 0x03, 0x00, 0xff, 0x01, 0x02, 0x03, 0x01, 0x00, 0x01, 0x00];
        assert_eq!(rsa_public_key(&der), None);
        for length in 0..12 {
            assert_eq!(rsa_public_key(&der[..length]), None, "{length}");
        }
    }
}
