//! With the changes that the tests beside this one ask for, every promise holds.

use grantor_models::{Design, Engine, Fix};

use crate::tell::broken;

/// Every change but the one that alone would help nobody.
pub fn mended() -> Design {
    [Fix::LockFamily, Fix::ConfirmRepetition, Fix::LateReplay, Fix::GraceAtArrival, Fix::CompareAndSwap]
        .into_iter()
        .fold(Design::default(), Design::mended)
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
