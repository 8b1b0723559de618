//! Base64url as JOSE wants it: no padding, no spaces, no unused bits set.
//!
//! Spec: RFC 7515 §2 and appendix C; RFC 4648 §3.5 for the unused bits.

use base64::Engine as _;
use base64::alphabet::URL_SAFE;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// The text is not base64url.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not base64url without padding")]
pub struct NotBase64Url;

const PADDING_OPTIONAL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Writes bytes as base64url without padding.
pub fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Writes bytes as base64url at the end of a text.
pub fn encode_onto(bytes: impl AsRef<[u8]>, text: &mut String) {
    URL_SAFE_NO_PAD.encode_string(bytes, text);
}

/// Reads base64url strictly, so that one value has exactly one spelling.
///
/// # Errors
/// [`NotBase64Url`] for padding, characters of the other alphabet, white space, or unused bits that are not zero.
pub fn decode(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64Url> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| NotBase64Url)
}

/// Reads base64url that may carry its `=` padding, as some vendors write it outside JOSE.
///
/// # Errors
/// [`NotBase64Url`] when anything but the padding is wrong.
pub fn decode_padded_tolerant(text: impl AsRef<[u8]>) -> Result<Vec<u8>, NotBase64Url> {
    PADDING_OPTIONAL.decode(text).map_err(|_| NotBase64Url)
}

/// Writes bytes in the ordinary alphabet with padding; only `x5c` wants it (RFC 7517 §4.7).
pub(crate) fn encode_standard(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_specification_is_reproduced() {
        // RFC 7515 appendix C.
        assert_eq!(encode([3, 236, 255, 224, 193]), "A-z_4ME");
        assert_eq!(decode("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
        assert!(decode("").unwrap().is_empty());
    }

    #[test]
    fn every_other_spelling_is_refused() {
        for text in ["A-z_4ME=", "A+z/4ME", "A-z_ 4ME", "A-z_4ME\n", "A-z_4MF", "A", "\u{e9}"] {
            assert_eq!(decode(text), Err(NotBase64Url), "{text:?}");
        }
    }

    #[test]
    fn only_padding_is_tolerated() {
        assert_eq!(decode_padded_tolerant("A-z_4ME=").unwrap(), [3, 236, 255, 224, 193]);
        assert_eq!(decode_padded_tolerant("A-z_4ME").unwrap(), [3, 236, 255, 224, 193]);
        for text in ["A-z_4ME==", "A+z/4ME=", "A-z_4MF="] {
            assert_eq!(decode_padded_tolerant(text), Err(NotBase64Url), "{text:?}");
        }
    }
}
