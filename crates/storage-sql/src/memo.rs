//! What a document means, kept for as long as the very same text is read again.
//!
//! The row is read each time, so nothing here can be out of date: the text is the key, and another text is another key. What
//! is saved is the parsing, which costs several times the look-up.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Larger documents are parsed each time: they would push everything else out.
const LARGEST: usize = 16 * 1024;

/// The meanings of at most so many texts.
pub struct Memo<T> {
    most: usize,
    known: RwLock<HashMap<Box<str>, Arc<T>>>,
}

impl<T> Memo<T> {
    /// Keeps at most `most` of them, each of at most 16 KiB of text.
    pub fn new(most: usize) -> Self {
        Self { most, known: RwLock::default() }
    }

    /// What `text` means: as it was read before, or as `read` reads it now.
    pub fn meaning<E>(&self, text: &str, read: impl FnOnce() -> Result<T, E>) -> Result<Arc<T>, E> {
        if let Some(found) = self.known.read().unwrap_or_else(PoisonError::into_inner).get(text) {
            return Ok(Arc::clone(found));
        }
        let meaning = Arc::new(read()?);
        if text.len() <= LARGEST {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() >= self.most {
                known.clear();
            }
            known.insert(text.into(), Arc::clone(&meaning));
        }
        Ok(meaning)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::convert::Infallible;

    fn length(memo: &Memo<usize>, text: &str, reads: &mut u32) -> usize {
        let read = || -> Result<usize, Infallible> {
            *reads += 1;
            Ok(text.len())
        };
        *memo.meaning(text, read).unwrap_or_else(|never| match never {})
    }

    #[test]
    fn the_same_text_is_read_once_and_another_one_anew() {
        let (memo, mut reads) = (Memo::new(2), 0);
        assert_eq!((length(&memo, "ab", &mut reads), length(&memo, "ab", &mut reads)), (2, 2));
        assert_eq!(reads, 1);
        assert_eq!(length(&memo, "abc", &mut reads), 3);
        assert_eq!(reads, 2);
    }

    #[test]
    fn it_never_holds_more_than_it_may() {
        let (memo, mut reads) = (Memo::new(2), 0);
        for text in ["a", "ab", "abc", "abcd"] {
            length(&memo, text, &mut reads);
            assert!(memo.known.read().unwrap().len() <= 2);
        }
        length(&memo, &"x".repeat(LARGEST + 1), &mut reads);
        length(&memo, &"x".repeat(LARGEST + 1), &mut reads);
        assert_eq!(reads, 6);
    }

    #[test]
    fn what_cannot_be_read_is_not_kept() {
        let memo: Memo<usize> = Memo::new(2);
        assert_eq!(memo.meaning("a", || Err("no")), Err("no"));
        assert_eq!(memo.meaning("a", || Ok::<_, &str>(1)).as_deref(), Ok(&1));
    }
}
