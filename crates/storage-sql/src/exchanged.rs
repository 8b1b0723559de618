//! The refresh tokens that a family remembers, in the bytes of one column. Each is its digest (32 bytes), when it was exchanged
//! (milliseconds since 1970, 8 bytes), the length of its sealed successor (2 bytes) and that; numbers with the high byte first.

use grantor_environment::Timestamp;
use grantor_protocol::HandleDigest;
use grantor_rules::model::Exchanged;

const FIXED: usize = 32 + 8 + 2;

/// Puts them into bytes.
pub fn to_bytes(exchanged: &[Exchanged]) -> Vec<u8> {
    let length = exchanged.iter().map(|one| FIXED + one.successor.len()).sum();
    exchanged.iter().fold(Vec::with_capacity(length), |mut bytes, one| {
        // A sealed successor has some sixty bytes.
        let length = u16::try_from(one.successor.len()).unwrap_or(u16::MAX);
        bytes.extend_from_slice(one.digest.as_bytes());
        bytes.extend_from_slice(&one.at.millis().to_be_bytes());
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(&one.successor[..length.into()]);
        bytes
    })
}

/// Reads them back; `None` for bytes that [`to_bytes`] has not made.
pub fn from_bytes(mut bytes: &[u8]) -> Option<Vec<Exchanged>> {
    let mut exchanged = Vec::new();
    while !bytes.is_empty() {
        let (digest, rest) = bytes.split_first_chunk::<32>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (length, rest) = rest.split_first_chunk::<2>()?;
        let (successor, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        exchanged.push(Exchanged {
            digest: HandleDigest::from_bytes(*digest),
            at: Timestamp::from_millis(i64::from_be_bytes(*at)),
            successor: successor.to_vec(),
        });
        bytes = rest;
    }
    Some(exchanged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Vec<Exchanged> {
        let one = |number: u8, length| Exchanged {
            digest: HandleDigest::from_bytes([number; 32]),
            at: Timestamp::from_millis(i64::from(number) - 2),
            successor: vec![number; length],
        };
        vec![one(1, 60), one(2, 0), one(3, 1000)]
    }

    #[test]
    fn they_read_back() {
        for count in 0..=3 {
            assert_eq!(from_bytes(&to_bytes(&some()[..count])).as_deref(), Some(&some()[..count]));
        }
    }

    #[test]
    fn cut_or_lengthened_bytes_are_refused() {
        let bytes = to_bytes(&some());
        let ends: Vec<_> = (0..=3).map(|count| to_bytes(&some()[..count]).len()).collect();
        for length in 0..bytes.len() {
            assert_eq!(from_bytes(&bytes[..length]).is_some(), ends.contains(&length), "{length}");
        }
        assert_eq!(from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
    }
}
