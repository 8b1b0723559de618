//! The machine's time: a measurement is about nothing else.

use std::time::Instant;

/// Now.
#[expect(clippy::disallowed_methods, reason = "a measurement takes the machine's time")]
pub fn now() -> Instant {
    Instant::now()
}
