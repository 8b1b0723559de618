//! Randomness: unpredictable bytes, and a counted stand-in for tests.

use std::sync::atomic::{AtomicU64, Ordering};

/// Where unpredictable bytes come from.
pub trait Entropy: Send + Sync {
    /// Fills the whole of `bytes`.
    ///
    /// # Panics
    /// If the system has no randomness to give: nothing can be issued safely then.
    fn fill(&self, bytes: &mut [u8]);
}

impl dyn Entropy + '_ {
    /// `N` fresh bytes.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }
}

/// The system's cryptographic generator.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    #[expect(clippy::disallowed_methods, reason = "the one place where the system's randomness enters")]
    fn fill(&self, bytes: &mut [u8]) {
        aws_lc_rs::rand::fill(bytes).expect("the system's generator answers");
    }
}

/// For tests alone: each call yields bytes that no earlier call yielded, the same in every run.
#[derive(Debug, Default)]
pub struct CountedEntropy(AtomicU64);

impl Entropy for CountedEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        let count = self.0.fetch_add(1, Ordering::SeqCst) + 1;
        for (index, chunk) in (0_u64..).zip(bytes.chunks_mut(16)) {
            let mut block = [0; 16];
            block[..8].copy_from_slice(&count.to_be_bytes());
            block[8..].copy_from_slice(&index.to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counted_values_differ_and_repeat_from_run_to_run() {
        let (first, second) = (CountedEntropy::default(), CountedEntropy::default());
        let entropy: &dyn Entropy = &first;
        let (a, b) = (entropy.bytes::<32>(), entropy.bytes::<32>());
        assert_ne!(a, b);
        assert_eq!(a, (&second as &dyn Entropy).bytes::<32>());
    }
}
