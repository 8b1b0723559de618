//! The verifier against a small issuer on this machine.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod answers;
mod dpop;
mod keys;
mod stub;
mod tokens;
