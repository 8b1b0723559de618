//! The SQL engines: the promises of the storage traits, and what is this crate's own.

#![expect(clippy::unwrap_used, reason = "a helper of a test that cannot go on fails the test")]

mod bulk;
mod cache;
mod contract;
mod durability;
mod faults;
mod fixtures;
mod folder;
mod full;
mod migrations;
mod postgres;
mod rows;
mod statements;
mod transfer;
