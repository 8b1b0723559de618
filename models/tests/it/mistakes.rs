//! The model can fail: each mistake in the commit breaks a promise that holds without it.

use grantor_models::Mutation::{
    self, AnswerBeforeCommit, CodeReadThenWrite, GraceWithoutEnd, ReplayDoesNotRevoke, RotationReadThenWrite,
    RotationWithoutFamilyCheck, SpentBeforeRevoked, SuccessorForEach, TwoCommits,
};

use crate::mended::mended;
use crate::tell::story;

fn breaks(mutation: Mutation, promise: &'static str) {
    println!("{mutation:?}");
    assert!(story(&mended().with(mutation), promise).is_some(), "{mutation:?} goes unnoticed");
}

#[test]
fn a_code_that_is_read_and_then_written() {
    breaks(CodeReadThenWrite, "a code buys at most one live family");
}

#[test]
fn a_replay_that_does_not_revoke() {
    breaks(ReplayDoesNotRevoke, "a second redemption that commits leaves nothing of the first");
}

#[test]
fn a_token_that_is_read_and_then_written() {
    breaks(RotationReadThenWrite, "no refresh token has two successors");
    breaks(RotationReadThenWrite, "a family has at most one unspent refresh token");
}

#[test]
fn a_rotation_that_does_not_ask_for_the_family() {
    breaks(RotationWithoutFamilyCheck, "no commit issues from a revoked family");
}

#[test]
fn a_spent_token_that_is_answered_before_its_family_is_looked_at() {
    breaks(SpentBeforeRevoked, "no commit issues from a revoked family");
}

#[test]
fn a_successor_for_each() {
    breaks(SuccessorForEach, "within grace everyone gets the same successor");
}

#[test]
fn a_grace_window_without_end() {
    breaks(GraceWithoutEnd, "after grace a spent token buys nothing");
}

#[test]
fn an_answer_before_its_commit() {
    breaks(AnswerBeforeCommit, "what was acknowledged is not lost");
}

#[test]
fn two_commits_for_one() {
    breaks(TwoCommits, "what was acknowledged is not lost");
}
