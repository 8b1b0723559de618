//! One moment.

use std::collections::BTreeSet;

/// A refresh token, by the order of its making.
pub type Token = u8;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Who {
    /// The program that the code was issued to.
    Program,
    /// Whoever has a copy.
    Thief,
}

/// What is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum What {
    /// The code.
    Code,
    /// A refresh token.
    Refresh(Token),
}

/// What a node has read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Saw {
    /// It may be bought with.
    Unspent,
    /// A refresh token that was exchanged within the grace window, for this one.
    Exchanged(Token),
}

/// Why a family is revoked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reason {
    /// Its code came twice.
    CodeReplayed,
    /// A refresh token came again after the grace window.
    RefreshTokenReused,
    /// From outside: the person or an administrator.
    Withdrawn,
}

/// What a node is doing. Nodes are alike: only what they do tells them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Phase {
    /// Nothing.
    Idle,
    /// It has read and decided.
    HasRead(Who, What, Saw),
    /// It has signed. `stale`: the family was revoked by then.
    HasSigned {
        /// For whom.
        who: Who,
        /// For what.
        what: What,
        /// What it had read.
        saw: Saw,
        /// Whether the family was revoked when it signed.
        stale: bool,
    },
    /// READ COMMITTED: the conditional write has found its row and the family unrevoked, and is not committed.
    HoldsRow(Who, What),
    /// The first of two commits is done ([`crate::Mutation::TwoCommits`]).
    Halfway(Who, What, Token),
    /// It has answered and not committed ([`crate::Mutation::AnswerBeforeCommit`]).
    Owes(What, Token),
    /// It is about to revoke.
    Revoking(Reason),
    /// It has committed, or confirmed, and has this to answer.
    HasTokens(Who, What, Token),
    /// It has committed, and refuses.
    Refuses(Who, Reason),
}

impl Phase {
    /// Whose request it is.
    pub fn who(self) -> Option<Who> {
        match self {
            Self::HasRead(who, ..)
            | Self::HasSigned { who, .. }
            | Self::HoldsRow(who, _)
            | Self::Halfway(who, ..)
            | Self::HasTokens(who, ..)
            | Self::Refuses(who, _) => Some(who),
            Self::Idle | Self::Owes(..) | Self::Revoking(_) => None,
        }
    }
}

/// What its family remembers of a refresh token: the store keeps the live one and those that were exchanged lately in the
/// family's own row, and the rest is recognised as older than these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenRow {
    /// It was handed out or named as a successor, and is not kept (no design that is right has these).
    Missing,
    /// It can be exchanged.
    Unspent,
    /// It was exchanged.
    Spent {
        /// For what.
        successor: Token,
        /// Whether its grace window is open.
        in_grace: bool,
    },
}

/// The database.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Store {
    /// Whether the code is spent.
    pub code_spent: bool,
    /// Whether the code's time is over.
    pub code_ended: bool,
    /// Whether a second redemption has committed.
    pub code_replayed: bool,
    /// The families that the code bought, each with why it is revoked.
    pub families: Vec<Option<Reason>>,
    /// The refresh tokens, with their families.
    pub tokens: Vec<(u8, TokenRow)>,
}

impl Store {
    /// Why a token's family is revoked.
    pub fn revoked(&self, token: Token) -> Option<Reason> {
        self.families[usize::from(self.tokens[usize::from(token)].0)]
    }

    /// A token's row.
    pub fn row(&self, token: Token) -> TokenRow {
        self.tokens[usize::from(token)].1
    }

    pub(crate) fn row_mut(&mut self, token: Token) -> &mut TokenRow {
        &mut self.tokens[usize::from(token)].1
    }

    pub(crate) fn revoke(&mut self, reason: Reason) {
        for family in &mut self.families {
            // An earlier reason stays.
            family.get_or_insert(reason);
        }
    }

    /// Adds a row; its number is the token.
    pub(crate) fn mint(&mut self, family: u8, row: TokenRow) -> Token {
        self.tokens.push((family, row));
        u8::try_from(self.tokens.len() - 1).expect("a handful of tokens")
    }
}

/// The honest program.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Program {
    /// The refresh token that it keeps: that of the last answer.
    pub keeps: Option<Token>,
    /// A token that it has presented and has no answer for (kept only where [`crate::Design::prompt`] asks for it).
    pub awaits: Option<Token>,
}

/// Whoever has a copy.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Thief {
    /// The refresh token that it has.
    pub has: Option<Token>,
    /// Whether it has copied one from the program.
    pub copied: bool,
}

/// A promise that shows only in the step that breaks it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Broken {
    /// A refresh token got a second successor.
    SecondSuccessor,
    /// A commit issued something from a revoked family.
    IssuedFromRevoked,
    /// What was handed out had been signed after the family was revoked.
    SignedAfterRevocation,
    /// Who came again within the grace window got something else than the first.
    AnotherSuccessor,
    /// Who came after the grace window got tokens.
    LateAndServed,
    /// A spent code was presented, and what it bought stays good.
    ReplayUnnoticed,
}

/// One moment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct World {
    /// What is kept.
    pub store: Store,
    /// What the nodes are doing, sorted.
    pub nodes: Vec<Phase>,
    /// The honest program.
    pub program: Program,
    /// The thief.
    pub thief: Thief,
    /// What has been broken.
    pub broken: BTreeSet<Broken>,
}
