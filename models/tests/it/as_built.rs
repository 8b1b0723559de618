//! The design as it stands: what holds, and what does not. Whoever mends one of these adds its `Fix` to `Design::default`.

use grantor_models::{Design, Engine, Fix, Phase, Reason, Step};

use crate::tell::{broken, story};

const NO_COMMIT_FROM_REVOKED: &str = "no commit issues from a revoked family";
const NOT_SIGNED_AFTERWARDS: &str = "nothing handed out was signed after the revocation";
const REPLAY_NOTICED: &str = "a replayed code is noticed as long as it is remembered";
const HONEST_KEEPS: &str = "an honest program that comes again in time keeps its family";

/// A long chain, so that an old token has time to become older.
fn honest() -> Design {
    Design { tokens: 4, ..Design::default() }
        .honest()
        .mended(Fix::LockFamily)
        .mended(Fix::ConfirmRepetition)
        .mended(Fix::LateReplay)
}

#[test]
fn with_one_writer_all_but_two_promises_hold() {
    let broken = broken("as built, one writer", Design::default());
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), [REPLAY_NOTICED, NOT_SIGNED_AFTERWARDS]);
}

#[test]
fn under_read_committed_all_but_three_promises_hold() {
    let broken = broken("as built, READ COMMITTED", Design::default().on(Engine::ReadCommitted));
    assert_eq!(broken.into_iter().collect::<Vec<_>>(), [REPLAY_NOTICED, NO_COMMIT_FROM_REVOKED, NOT_SIGNED_AFTERWARDS]);
}

/// The conditional write looked at the family's row and did not hold it.
#[test]
fn under_read_committed_a_family_is_revoked_in_the_middle_of_a_rotation() {
    let design = Design { code_is_stolen: false, ..Design::default() }.on(Engine::ReadCommitted);
    let steps = story(&design, NO_COMMIT_FROM_REVOKED).expect("a story");
    assert!(
        matches!(steps[..], [.., Step::TakeRow(_), Step::Withdraw, Step::Commit(Phase::HoldsRow(..))]),
        "{steps:?}"
    );
}

/// The repetition commits nothing, and what it had read before it signed is old by then.
#[test]
fn a_repeated_successor_comes_with_tokens_signed_after_the_revocation() {
    let steps = story(&Design::default(), NOT_SIGNED_AFTERWARDS).expect("a story");
    assert!(matches!(steps[..], [.., Step::Withdraw, Step::Sign(_), Step::Answer(_)]), "{steps:?}");
}

/// An ended code is refused before anybody asks whether it was spent.
#[test]
fn a_code_that_is_replayed_after_its_end_revokes_nothing() {
    let steps = story(&Design::default(), REPLAY_NOTICED).expect("a story");
    assert!(matches!(steps[..], [.., Step::CodeEnds, Step::Present(..)]), "{steps:?}");
}

/// The program came again elsewhere and got its answer; a minute later the first node goes on and takes it for a thief.
#[test]
fn a_node_that_stands_still_for_the_grace_window_ends_an_honest_family() {
    let steps = story(&honest(), HONEST_KEEPS).expect("a story");
    assert!(matches!(steps[..], [.., Step::GraceEnds(0), Step::Commit(_), Step::Commit(_)]), "{steps:?}");
}

/// Two answers overtake each other, and the program keeps the older one: nothing that the server repeats can help then.
#[test]
fn an_answer_that_is_overtaken_ends_an_honest_family() {
    let last = Step::Commit(Phase::Revoking(Reason::RefreshTokenReused));
    for design in
        [honest().mended(Fix::GraceAtArrival), honest().mended(Fix::GraceAtArrival).mended(Fix::NewestOfChain)]
    {
        let steps = story(&design, HONEST_KEEPS).expect("a story");
        assert_eq!(steps.last(), Some(&last));
    }
}

#[test]
fn with_both_changes_an_honest_program_keeps_its_family() {
    let design = honest().mended(Fix::GraceAtArrival).mended(Fix::CompareAndSwap);
    assert_eq!(story(&design, HONEST_KEEPS), None);
}
