//! Whatever may befall a machine: what the program says when it cannot start, what it answers while its store is out of
//! reach, and that it goes on by itself and has lost nothing when that is over.
//!
//! The program runs as a process of its own, and the faults are real: a limit of the system, a server that is gone, a way to
//! it that stalls, a lock, a file that must not be written to.
#![expect(clippy::unwrap_used, reason = "a test says no by panicking, its helpers too")]

mod clock;
mod database;
mod file;
mod program;
mod proxy;
mod scene;
mod start;
