//! AES key wrap: a key encrypted with another key, and nothing beside it.
//!
//! Spec: RFC 3394; RFC 7518 §4.4.

use aws_lc_rs::cipher::{self, AES_192, DecryptingKey, DecryptionContext, EncryptingKey, UnboundCipherKey};
use aws_lc_rs::key_wrap::{AES_128, AES_256, AesKek, KeyWrap as _};
use zeroize::Zeroizing;

use super::Refused;
use crate::digest;

/// Bytes by which a wrapped key is longer; also the unit that is moved around.
const HALF_BLOCK: usize = 8;

/// What stands before an honest key (RFC 3394 §2.2.3.1).
const INITIAL: [u8; HALF_BLOCK] = [0xa6; HALF_BLOCK];

/// Wraps a key of at least 16 bytes with a key of 16, 24 or 32 bytes.
pub(super) fn wrap(wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut wrapped = vec![0; key.len() + HALF_BLOCK];
    match wrapping.len() {
        16 => AesKek::new(&AES_128, wrapping)?.wrap(key, &mut wrapped)?,
        32 => AesKek::new(&AES_256, wrapping)?.wrap(key, &mut wrapped)?,
        _ => return wrap_by_blocks(&AES_192, wrapping, key),
    };
    Ok(wrapped)
}

/// Unwraps what the same key has wrapped.
pub(super) fn unwrap(wrapping: &[u8], wrapped: &[u8]) -> Result<Zeroizing<Vec<u8>>, Refused> {
    let mut key = Zeroizing::new(vec![0; wrapped.len().saturating_sub(HALF_BLOCK)]);
    match wrapping.len() {
        16 => AesKek::new(&AES_128, wrapping)?.unwrap(wrapped, &mut key)?,
        32 => AesKek::new(&AES_256, wrapping)?.unwrap(wrapped, &mut key)?,
        _ => return unwrap_by_blocks(&AES_192, wrapping, wrapped),
    };
    Ok(key)
}

/// RFC 3394 §2.2.1, for the key length that the library leaves out.
fn wrap_by_blocks(algorithm: &'static cipher::Algorithm, wrapping: &[u8], key: &[u8]) -> Result<Vec<u8>, Refused> {
    if key.len() < 2 * HALF_BLOCK || !key.len().is_multiple_of(HALF_BLOCK) {
        return Err(Refused);
    }
    let aes = EncryptingKey::ecb(UnboundCipherKey::new(algorithm, wrapping)?)?;
    let mut block = Zeroizing::new([0; 2 * HALF_BLOCK]);
    block[..HALF_BLOCK].copy_from_slice(&INITIAL);
    let mut registers = Zeroizing::new(key.to_vec());
    let mut step = 0_u64;
    for _ in 0..ROUNDS {
        for register in registers.chunks_exact_mut(HALF_BLOCK) {
            block[HALF_BLOCK..].copy_from_slice(register);
            aes.encrypt(block.as_mut_slice())?;
            register.copy_from_slice(&block[HALF_BLOCK..]);
            step += 1;
            count_in(&mut block, step);
        }
    }
    Ok([&block[..HALF_BLOCK], &registers].concat())
}

/// RFC 3394 §2.2.2: the same steps backwards.
fn unwrap_by_blocks(
    algorithm: &'static cipher::Algorithm,
    wrapping: &[u8],
    wrapped: &[u8],
) -> Result<Zeroizing<Vec<u8>>, Refused> {
    if wrapped.len() < 3 * HALF_BLOCK || !wrapped.len().is_multiple_of(HALF_BLOCK) {
        return Err(Refused);
    }
    let aes = DecryptingKey::ecb(UnboundCipherKey::new(algorithm, wrapping)?)?;
    let (first, rest) = wrapped.split_at(HALF_BLOCK);
    let mut block = Zeroizing::new([0; 2 * HALF_BLOCK]);
    block[..HALF_BLOCK].copy_from_slice(first);
    let mut registers = Zeroizing::new(rest.to_vec());
    let mut step = (ROUNDS * rest.len() / HALF_BLOCK) as u64;
    for _ in 0..ROUNDS {
        for register in registers.rchunks_exact_mut(HALF_BLOCK) {
            count_in(&mut block, step);
            step -= 1;
            block[HALF_BLOCK..].copy_from_slice(register);
            aes.decrypt(block.as_mut_slice(), DecryptionContext::None)?;
            register.copy_from_slice(&block[HALF_BLOCK..]);
        }
    }
    if digest::constant_time_eq(&block[..HALF_BLOCK], &INITIAL) { Ok(registers) } else { Err(Refused) }
}

const ROUNDS: usize = 6;

fn count_in(block: &mut [u8; 2 * HALF_BLOCK], step: u64) {
    for (byte, counted) in block.iter_mut().zip(step.to_be_bytes()) {
        *byte ^= counted;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_steps_are_those_of_the_library() {
        for (algorithm, length) in [(&cipher::AES_128, 16_u8), (&cipher::AES_256, 32)] {
            let wrapping: Vec<u8> = (0..length).collect();
            for key_bytes in [16, 24, 32, 48, 64, 256] {
                let key: Vec<u8> = (0..key_bytes).map(|at| u8::try_from(at % 251).unwrap()).collect();
                let wrapped = wrap(&wrapping, &key).unwrap();
                assert_eq!(wrap_by_blocks(algorithm, &wrapping, &key).unwrap(), wrapped);
                assert_eq!(*unwrap_by_blocks(algorithm, &wrapping, &wrapped).unwrap(), key);
                assert_eq!(*unwrap(&wrapping, &wrapped).unwrap(), key);
            }
        }
    }

    #[test]
    fn lengths_that_no_wrapped_key_has_are_refused() {
        for wrapping in [16, 24, 32].map(|length| vec![7; length]) {
            for length in [0, 7, 8, 15, 17, 23] {
                assert_eq!(wrap(&wrapping, &vec![1; length]), Err(Refused), "{length}");
                assert_eq!(unwrap(&wrapping, &vec![1; length]), Err(Refused), "{length}");
            }
            assert_eq!(unwrap(&wrapping, &[1; 16]), Err(Refused));
        }
    }
}
