//! The commands that look after applications and people, as somebody gives them.

#![expect(clippy::unwrap_used, reason = "a test that cannot prepare itself has failed")]

mod applications;
mod beside_a_server;
mod certificates;
mod house;
mod keys;
mod logouts;
mod people;
mod registration;
mod secrets;
mod usage;
