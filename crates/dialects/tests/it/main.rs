//! What goes over the wire, word by word.

mod authorize;
mod claims;
mod graph;
mod instance;
mod refusals;
mod replies;
mod requests;
mod samples;
mod secrets;
mod snapshot;
mod token;
mod world;
