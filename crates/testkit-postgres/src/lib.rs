//! A PostgreSQL server of a test's own: made when it is first needed and gone with the program. For tests alone.
//!
//! It stands below every other crate of ours, so that the tests of the store can use it as well as those of the program.
//! [`shared`] is the one server of all tests of a program; [`Cluster::start`] makes another, which may be stopped or killed.
//! Each test has a [`Database`] to itself.
#![expect(clippy::missing_panics_doc, reason = "a test says no by panicking, its helpers too")]
#![expect(clippy::unwrap_used, reason = "as above")]

mod cluster;
mod folder;
mod machine;
mod process;

pub use cluster::{Cluster, Database, Disk, PASSWORD, shared};
