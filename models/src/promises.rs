//! What must hold in every world, and what must be reached in some.

use stateright::Property;

use crate::world::{Broken, Phase, Reason, Saw, Token, TokenRow, What, Who, World};
use crate::{Design, Fix};

type Holds = fn(&Design, &World) -> bool;

/// What must hold in every world.
pub const ALWAYS: [(&str, Holds); 11] = [
    ("a code buys at most one live family", |_, world| {
        world.store.families.iter().filter(|revoked| revoked.is_none()).count() <= 1
    }),
    ("a second redemption that commits leaves nothing of the first", |_, world| {
        !world.store.code_replayed || world.store.families.iter().all(Option::is_some)
    }),
    ("no refresh token has two successors", |_, world| !world.broken.contains(&Broken::SecondSuccessor)),
    ("a family has at most one unspent refresh token", |_, world| {
        (0u8..).zip(&world.store.families).all(|(family, _)| {
            world.store.tokens.iter().filter(|row| **row == (family, TokenRow::Unspent)).count() <= 1
        })
    }),
    ("no commit issues from a revoked family", |_, world| !world.broken.contains(&Broken::IssuedFromRevoked)),
    ("nothing handed out was signed after the revocation", |_, world| {
        !world.broken.contains(&Broken::SignedAfterRevocation)
    }),
    ("within grace everyone gets the same successor", |_, world| !world.broken.contains(&Broken::AnotherSuccessor)),
    ("after grace a spent token buys nothing", |_, world| !world.broken.contains(&Broken::LateAndServed)),
    ("what was acknowledged is not lost", |_, world| {
        world.program.keeps.is_none_or(|token| match world.store.row(token) {
            // A node that has answered may still be about to keep it.
            TokenRow::Missing => {
                world.store.revoked(token).is_some() || world.nodes.iter().any(|node| owes(*node, token))
            }
            TokenRow::Unspent => true,
            // Within grace it is answered with its successor, which must be there, unless somebody is just keeping it.
            TokenRow::Spent { successor, in_grace } => {
                !in_grace
                    || world.store.row(successor) != TokenRow::Missing
                    || world.nodes.iter().copied().any(is_halfway)
            }
        })
    }),
    ("a replayed code is noticed as long as it is remembered", |_, world| {
        !world.broken.contains(&Broken::ReplayUnnoticed)
    }),
    ("an honest program that comes again in time keeps its family", |design, world| {
        let honest = design.prompt && !design.refresh_is_stolen && !design.code_is_stolen;
        !honest || !world.store.families.contains(&Some(Reason::RefreshTokenReused))
    }),
];

/// What must be reached in some world, so that the rest is not true for want of anything happening.
pub const REACHED: [(&str, Holds); 10] = [
    ("a code is redeemed", |_, world| has_tokens(world, |what| what == What::Code)),
    ("a refresh token is rotated twice", |_, world| has_tokens(world, |what| what == What::Refresh(1))),
    ("a code is redeemed twice", |_, world| refuses(world, Reason::CodeReplayed)),
    ("two nodes redeem one code at once", |_, world| signed(world, What::Code) == 2 && !world.store.code_spent),
    ("two nodes rotate one token at once", |_, world| {
        signed(world, What::Refresh(0)) == 2 && world.store.tokens.len() == 1
    }),
    ("a node dies between commit and answer, and the program comes again", |_, world| {
        // The program still has the old token, and a node repeats the successor that nobody else has.
        world.program.keeps == Some(0) && world.thief.has.is_none() && repeats(world, Who::Program, 0, 1)
    }),
    ("a successor is repeated to a thief", |design, world| {
        !design.refresh_is_stolen || repeats(world, Who::Thief, 0, 1)
    }),
    ("a token that comes after grace ends its family", |_, world| refuses(world, Reason::RefreshTokenReused)),
    ("a family is revoked between read and commit", |design, world| {
        !design.withdrawn || (refuses(world, Reason::Withdrawn) && world.store.tokens.len() == 1)
    }),
    ("a family is revoked between read and repetition", |design, world| {
        let stale = |node: &Phase| matches!(node, Phase::HasSigned { saw: Saw::Exchanged(_), stale: true, .. });
        design.has(Fix::ConfirmRepetition) || !design.withdrawn || world.nodes.iter().any(stale)
    }),
];

/// All of them, as the checker wants them.
pub fn promises() -> Vec<Property<Design>> {
    let always = ALWAYS.map(|(name, holds)| Property::always(name, holds));
    let reached = REACHED.map(|(name, holds)| Property::sometimes(name, holds));
    always.into_iter().chain(reached).collect()
}

fn owes(node: Phase, token: Token) -> bool {
    matches!(node, Phase::Owes(_, owed) if owed == token)
}

fn is_halfway(node: Phase) -> bool {
    matches!(node, Phase::Halfway(..))
}

fn has_tokens(world: &World, of: impl Fn(What) -> bool) -> bool {
    world.nodes.iter().any(|node| matches!(node, Phase::HasTokens(_, what, _) if of(*what)))
}

fn refuses(world: &World, reason: Reason) -> bool {
    world.nodes.iter().any(|node| matches!(node, Phase::Refuses(_, why) if *why == reason))
}

fn signed(world: &World, of: What) -> usize {
    world.nodes.iter().filter(|node| matches!(node, Phase::HasSigned { what, .. } if *what == of)).count()
}

fn repeats(world: &World, who: Who, presented: u8, successor: u8) -> bool {
    let same = Phase::HasRead(who, What::Refresh(presented), Saw::Exchanged(successor));
    world.nodes.contains(&same)
}
