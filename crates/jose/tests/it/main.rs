//! What the crate promises, tested from outside: published vectors, worked examples, and hostile tokens.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on fails the test")]

mod cookbook;
mod cookbook_encryption;
mod cookbook_secrets_and_keys;
mod coverage;
mod encryption_keys;
mod encryption_round_trip;
mod hostile;
mod hostile_agreement;
mod hostile_encryption;
mod hostile_secrets;
mod private_keys;
mod properties;
mod round_trip;
mod second_implementation;
mod vectors;
mod wycheproof;
mod wycheproof_encryption;
mod wycheproof_shared_secrets;
