//! The process edge: configuration, the data folder, TLS, the accept loop, logs and signals.
//!
//! Nothing here knows a protocol. `main` reads [`config`], opens the [`data_folder`], takes a certificate from [`tls`] and
//! hands what answers to [`listen::serve`].

mod clock_watch;
pub mod commands;
pub mod config;
pub mod data_folder;
pub mod listen;
pub mod local_authority;
pub mod logging;
pub mod messenger;
pub mod mutual;
pub mod platform;
pub mod signals;
pub mod tls;
pub mod way_out;
