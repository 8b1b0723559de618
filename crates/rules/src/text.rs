//! What may stand where people read: names and descriptions.

/// The longest name, in characters.
pub const LONGEST_NAME: usize = 256;

/// Why a text cannot stand where people read. Each is the end of a sentence that begins with what the text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// There is nothing to read.
    #[error("must not be empty")]
    Empty,
    /// It is too long.
    #[error("is longer than {longest} characters")]
    TooLong {
        /// How long it may be.
        longest: usize,
    },
    /// It holds what cannot be seen.
    #[error("must not hold control characters")]
    Control,
}

/// Whether people can read a text as it stands.
///
/// # Errors
/// [`Unreadable`].
pub fn readable(text: &str, longest: usize) -> Result<(), Unreadable> {
    if text.trim().is_empty() {
        Err(Unreadable::Empty)
    } else if text.chars().count() > longest {
        Err(Unreadable::TooLong { longest })
    } else if text.chars().any(misleading) {
        Err(Unreadable::Control)
    } else {
        Ok(())
    }
}

/// Control characters, and those that turn the direction of writing around: a consent page would say something else than
/// was written.
pub fn misleading(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Bytes in hexadecimal digits, the letters small.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(2 * bytes.len()), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
