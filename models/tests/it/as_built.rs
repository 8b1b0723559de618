//! The design as it stands: what holds, what a careless program can still lose, and what went wrong before each change.

use grantor_models::{Design, Engine, Fix, Phase, Reason, Step};

use crate::tell::{broken, story};

const NO_COMMIT_FROM_REVOKED: &str = "no commit issues from a revoked family";
const NOT_SIGNED_AFTERWARDS: &str = "nothing handed out was signed after the revocation";
const REPLAY_NOTICED: &str = "a replayed code is noticed as long as it is remembered";
const HONEST_KEEPS: &str = "an honest program that comes again in time keeps its family";

/// A long chain, so that an old token has time to become older.
fn honest() -> Design {
    Design { tokens: 4, ..Design::default() }.honest()
}

#[test]
fn with_one_writer_every_promise_holds() {
    assert!(broken("as built, one writer", Design::default()).is_empty());
}

#[test]
fn under_read_committed_every_promise_holds() {
    assert!(broken("as built, READ COMMITTED", Design::default().on(Engine::ReadCommitted)).is_empty());
}

/// The conditional write looked at the family's row and did not hold it.
#[test]
fn under_read_committed_a_family_is_revoked_in_the_middle_of_a_rotation() {
    let design =
        Design { code_is_stolen: false, ..Design::default() }.on(Engine::ReadCommitted).without(Fix::LockFamily);
    let steps = story(&design, NO_COMMIT_FROM_REVOKED).expect("a story");
    assert!(
        matches!(steps[..], [.., Step::TakeRow(_), Step::Withdraw, Step::Commit(Phase::HoldsRow(..))]),
        "{steps:?}"
    );
}

/// The repetition commits nothing, and what it had read before it signed is old by then.
#[test]
fn a_repeated_successor_comes_with_tokens_signed_after_the_revocation() {
    let steps = story(&Design::default().without(Fix::ConfirmRepetition), NOT_SIGNED_AFTERWARDS).expect("a story");
    assert!(matches!(steps[..], [.., Step::Withdraw, Step::Sign(_), Step::Answer(_)]), "{steps:?}");
}

/// An ended code is refused before anybody asks whether it was spent.
#[test]
fn a_code_that_is_replayed_after_its_end_revokes_nothing() {
    let steps = story(&Design::default().without(Fix::LateReplay), REPLAY_NOTICED).expect("a story");
    assert!(matches!(steps[..], [.., Step::CodeEnds, Step::Present(..)]), "{steps:?}");
}

/// The program came again elsewhere and got its answer; a minute later the first node goes on and takes it for a thief.
#[test]
fn a_node_that_stands_still_for_the_grace_window_ends_an_honest_family() {
    let steps = story(&honest().without(Fix::GraceAtArrival), HONEST_KEEPS).expect("a story");
    assert!(matches!(steps[..], [.., Step::GraceEnds(0), Step::Commit(_), Step::Commit(_)]), "{steps:?}");
}

/// Two answers overtake each other, and the program keeps the older one: nothing that the server repeats can help then.
#[test]
fn an_answer_that_is_overtaken_ends_an_honest_family() {
    let last = Step::Commit(Phase::Revoking(Reason::RefreshTokenReused));
    for design in [honest(), honest().mended(Fix::NewestOfChain)] {
        let steps = story(&design, HONEST_KEEPS).expect("a story");
        assert_eq!(steps.last(), Some(&last));
    }
}

#[test]
fn a_program_that_compares_before_it_keeps_keeps_its_family() {
    let design = honest().mended(Fix::CompareAndSwap);
    assert_eq!(story(&design, HONEST_KEEPS), None);
}
