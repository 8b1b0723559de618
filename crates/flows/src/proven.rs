//! Tokens whose signature has been proven already, so that a program which calls again with the same token pays for the check
//! once.
//!
//! Only the outcome of the signature is remembered: who may call, and until when, is asked each time. What is remembered belongs
//! to one set of keys and goes with it (docs/decisions/0011).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use grantor_protocol::secret::sha256;
use serde_json::{Map, Value};

/// What a token says.
pub(crate) type Claims = Map<String, Value>;

/// How much is remembered: tokens, and their bytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    pub tokens: usize,
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        // What is read from a token takes about three times its length: some twelve megabytes at the most.
        Self { tokens: 4096, bytes: 4 << 20 }
    }
}

/// The claims of tokens that were proven with one set of keys.
#[derive(Debug, Default)]
pub(crate) struct Proven {
    limits: Limits,
    generations: Mutex<Generations>,
}

/// What is not asked for while a generation fills up goes with the one before it. Each may hold half of the limits.
#[derive(Debug, Default)]
struct Generations {
    young: Generation,
    old: Generation,
}

/// Tokens by their digest: the token itself is not kept.
#[derive(Debug, Default)]
struct Generation {
    claims: HashMap<[u8; 32], Remembered>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Remembered {
    claims: Arc<Claims>,
    bytes: usize,
}

impl Proven {
    /// The claims of `token`: those remembered, or those that `prove` finds. A failure is not remembered.
    pub fn claims<E>(&self, token: &str, prove: impl FnOnce() -> Result<Claims, E>) -> Result<Arc<Claims>, E> {
        if token.len() > self.limits.bytes / 2 {
            return prove().map(Arc::new);
        }
        // Every byte counts, those of the signature too: another text is another token.
        let digest = sha256(token.as_bytes());
        if let Some(claims) = self.with(|generations| generations.find(&digest, self.limits)) {
            return Ok(claims);
        }
        let claims = Arc::new(prove()?);
        let remembered = Remembered { claims: Arc::clone(&claims), bytes: token.len() };
        self.with(|generations| generations.keep(digest, remembered, self.limits));
        Ok(claims)
    }

    fn with<T>(&self, work: impl FnOnce(&mut Generations) -> T) -> T {
        work(&mut self.generations.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Generations {
    fn find(&mut self, digest: &[u8; 32], limits: Limits) -> Option<Arc<Claims>> {
        if let Some(found) = self.young.claims.get(digest) {
            return Some(Arc::clone(&found.claims));
        }
        let found = self.old.take(digest)?;
        let claims = Arc::clone(&found.claims);
        self.keep(*digest, found, limits);
        Some(claims)
    }

    fn keep(&mut self, digest: [u8; 32], remembered: Remembered, limits: Limits) {
        let full =
            self.young.claims.len() >= limits.tokens / 2 || self.young.bytes + remembered.bytes > limits.bytes / 2;
        if full {
            self.old = std::mem::take(&mut self.young);
        }
        let bytes = remembered.bytes;
        // Two calls at once may both have proven it.
        if self.young.claims.insert(digest, remembered).is_none() {
            self.young.bytes += bytes;
        }
    }
}

impl Generation {
    fn take(&mut self, digest: &[u8; 32]) -> Option<Remembered> {
        let found = self.claims.remove(digest)?;
        self.bytes -= found.bytes;
        Some(found)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::convert::Infallible;

    use super::*;

    fn limited(tokens: usize, bytes: usize) -> Proven {
        Proven { limits: Limits { tokens, bytes }, ..Proven::default() }
    }

    /// Whether a token had to be proven.
    fn is_proven_anew(proven: &Proven, token: &str) -> bool {
        let asked = Cell::new(false);
        let prove = || {
            asked.set(true);
            Ok::<_, Infallible>(Claims::from_iter([("of".to_owned(), token.into())]))
        };
        let claims = proven.claims(token, prove).unwrap();
        assert_eq!(claims["of"], token);
        asked.get()
    }

    fn held(proven: &Proven) -> (usize, usize) {
        proven.with(|generations| {
            let both = [&generations.young, &generations.old];
            (both.iter().map(|one| one.claims.len()).sum(), both.iter().map(|one| one.bytes).sum())
        })
    }

    #[test]
    fn a_token_is_proven_once_and_any_other_text_again() {
        let proven = limited(8, 1000);
        assert!(is_proven_anew(&proven, "header.payload.signature"));
        assert!(!is_proven_anew(&proven, "header.payload.signature"));
        for other in
            ["Header.payload.signature", "header.payloae.signature", "header.payload.signaturf", "header.payload."]
        {
            assert!(is_proven_anew(&proven, other), "{other}");
        }
    }

    #[test]
    fn a_failure_is_not_remembered() {
        let proven = limited(8, 1000);
        assert_eq!(proven.claims("token", || Err("wrong")), Err("wrong"));
        assert_eq!(held(&proven), (0, 0));
        assert!(is_proven_anew(&proven, "token"));
    }

    #[test]
    fn tokens_and_bytes_stay_within_the_limits() {
        let (few, short) = (limited(8, 1_000_000), limited(1_000_000, 100));
        for number in 0..1000 {
            let token = format!("token {number:04}");
            assert!(is_proven_anew(&few, &token) && is_proven_anew(&short, &token));
            assert!(held(&few).0 <= 8, "{:?}", held(&few));
            assert!(held(&short).1 <= 100, "{:?}", held(&short));
        }
        assert!(held(&few).0 >= 4 && held(&short).1 >= 50, "it remembers as well");
    }

    #[test]
    fn a_token_too_long_to_remember_is_proven_each_time() {
        let proven = limited(8, 100);
        let long = "x".repeat(51);
        assert!(is_proven_anew(&proven, &long) && is_proven_anew(&proven, &long));
        assert_eq!(held(&proven), (0, 0));
    }

    #[test]
    fn what_is_in_use_outlives_what_is_not() {
        let proven = limited(8, 1_000_000);
        assert!(is_proven_anew(&proven, "in use") && is_proven_anew(&proven, "left alone"));
        for number in 0..100 {
            assert!(is_proven_anew(&proven, &format!("{number}")));
            assert!(!is_proven_anew(&proven, "in use"));
        }
        assert!(is_proven_anew(&proven, "left alone"));
    }
}
