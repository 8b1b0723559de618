//! What is modelled.

use std::collections::BTreeSet;

/// How commits of several nodes meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// One writer at a time: SQLite, and PostgreSQL's SERIALIZABLE.
    OneWriter,
    /// PostgreSQL's READ COMMITTED: a statement sees other tables as they were when it began, and holds its row until the
    /// commit.
    ReadCommitted,
}

/// A mistake in the design, so that a test can show that a promise depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mutation {
    /// Whether a code is spent is decided by what was read, and the write is unconditional.
    CodeReadThenWrite,
    /// A code that comes twice is refused, and what it bought stays good.
    ReplayDoesNotRevoke,
    /// Whether a refresh token is spent is decided by what was read, and the write is unconditional.
    RotationReadThenWrite,
    /// The conditional write of a rotation does not ask whether the family is revoked.
    RotationWithoutFamilyCheck,
    /// A rotation that finds its token spent answers with the successor before it asks whether the family is revoked.
    SpentBeforeRevoked,
    /// Within the grace window everybody gets a successor of their own.
    SuccessorForEach,
    /// The grace window never ends.
    GraceWithoutEnd,
    /// The answer goes out before the commit.
    AnswerBeforeCommit,
    /// Spending the old token and keeping the new one are two commits.
    TwoCommits,
}

/// A change that some promise needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fix {
    /// A rotation locks its family's row, unless that is revoked, before it spends the token.
    LockFamily,
    /// A repeated successor is confirmed by the store after it was signed.
    ConfirmRepetition,
    /// The grace window is measured at the arrival of the request, not when its turn comes.
    GraceAtArrival,
    /// Who comes again within the grace window gets the newest token of the chain, not one that is spent itself.
    NewestOfChain,
    /// The program keeps an answer only in the place of the very token that it had presented.
    CompareAndSwap,
    /// A spent code that is presented after its end ends what it bought too.
    LateReplay,
}

/// What is modelled.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "what may happen around it: each may or may not")]
pub struct Design {
    /// How commits meet.
    pub engine: Engine,
    /// The mistake, if any.
    pub mutation: Option<Mutation>,
    /// The changes.
    pub fixes: BTreeSet<Fix>,
    /// Whether a thief has a copy of the code (and of whatever proves its owner).
    pub code_is_stolen: bool,
    /// Whether a thief may copy the program's refresh token once.
    pub refresh_is_stolen: bool,
    /// Whether the family may be revoked from outside: the person or an administrator.
    pub withdrawn: bool,
    /// Whether the program, as long as it has no answer, comes again until it has one, within the grace window.
    pub prompt: bool,
    /// How many nodes.
    pub nodes: usize,
    /// How many refresh tokens there may be.
    pub tokens: usize,
    /// How many requests the program has under way at most.
    pub at_once: usize,
}

impl Default for Design {
    /// The design as it stands, with everything that can go wrong around it.
    fn default() -> Self {
        Self {
            engine: Engine::OneWriter,
            mutation: None,
            fixes: [Fix::LockFamily, Fix::ConfirmRepetition, Fix::GraceAtArrival, Fix::LateReplay].into(),
            code_is_stolen: true,
            refresh_is_stolen: true,
            withdrawn: true,
            prompt: false,
            nodes: 3,
            tokens: 3,
            at_once: 2,
        }
    }
}

impl Design {
    /// The same on another engine.
    pub fn on(self, engine: Engine) -> Self {
        Self { engine, ..self }
    }

    /// The same with a mistake.
    pub fn with(self, mutation: Mutation) -> Self {
        Self { mutation: Some(mutation), ..self }
    }

    /// The same with a change.
    pub fn mended(mut self, fix: Fix) -> Self {
        self.fixes.insert(fix);
        self
    }

    /// The same without a change: as it was before.
    pub fn without(mut self, fix: Fix) -> Self {
        self.fixes.remove(&fix);
        self
    }

    /// Nobody but the program and its person, who withdraws nothing; the program comes again in time.
    pub fn honest(self) -> Self {
        Self { code_is_stolen: false, refresh_is_stolen: false, withdrawn: false, prompt: true, ..self }
    }

    pub(crate) fn is(&self, mutation: Mutation) -> bool {
        self.mutation == Some(mutation)
    }

    pub(crate) fn has(&self, fix: Fix) -> bool {
        self.fixes.contains(&fix)
    }
}
