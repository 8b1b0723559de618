//! The client library against a small provider on this machine.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod cache_file;
mod call;
mod sign_in;
mod silent;
mod stub;
