//! What the crate promises, tested from outside: published vectors, worked examples, and hostile tokens.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on fails the test")]

mod cookbook;
mod encryption_round_trip;
mod hostile;
mod round_trip;
mod second_implementation;
mod vectors;
mod wycheproof;
