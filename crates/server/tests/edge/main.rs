//! The process edge from outside: real files, real sockets, a real TLS client.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare itself has failed")]

mod config;
mod connections;
mod data_folder;
mod local_authority;
mod logging;
mod messenger;
mod migrate;
mod mutual;
#[cfg(unix)]
mod signals;
mod support;
mod tls;
mod way_out;
