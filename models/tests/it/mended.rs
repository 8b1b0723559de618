//! With a careful program every promise holds.

use grantor_models::{Design, Engine, Fix};

use crate::tell::broken;

/// The server as it stands, and a program that keeps an answer only in the place of the token that it had presented.
pub fn mended() -> Design {
    Design::default().mended(Fix::CompareAndSwap)
}

#[test]
fn with_one_writer_every_promise_holds() {
    assert!(broken("mended, one writer", mended()).is_empty());
}

#[test]
fn under_read_committed_every_promise_holds() {
    assert!(broken("mended, READ COMMITTED", mended().on(Engine::ReadCommitted)).is_empty());
}

#[test]
fn handing_out_the_newest_of_the_chain_breaks_nothing() {
    assert!(broken("mended, newest of the chain", mended().mended(Fix::NewestOfChain)).is_empty());
}
