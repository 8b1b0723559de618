//! What can happen next.

use stateright::{Model, Property};

use crate::world::{Broken, Phase, Program, Reason, Saw, Store, Thief, Token, TokenRow, What, Who, World};
use crate::{Design, Engine, Fix, Mutation, promises};

/// One step. Where a node acts, the step says what it was doing: of two nodes that do the same it does not matter which.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Somebody presents something to an idle node, which reads (`find_code`, `find_family`) and decides.
    Present(Who, What),
    /// A node signs.
    Sign(Phase),
    /// A node's conditional write takes its row, and the transaction stays open (READ COMMITTED only).
    TakeRow(Phase),
    /// A node commits (`redeem_code`, `rotate_refresh_token`, `revoke_family`).
    Commit(Phase),
    /// A node answers, and the answer arrives.
    Answer(Phase),
    /// A node dies, or its way to the database or to the client breaks: whatever it knew is gone.
    Die(Phase),
    /// A thief copies the program's refresh token.
    Steal,
    /// The person or an administrator revokes.
    Withdraw,
    /// The grace window of a spent token is over.
    GraceEnds(Token),
    /// The code's time is over.
    CodeEnds,
}

impl Model for Design {
    type State = World;
    type Action = Step;

    fn init_states(&self) -> Vec<World> {
        let start = World {
            store: Store::default(),
            nodes: vec![Phase::Idle; self.nodes],
            program: Program::default(),
            thief: Thief::default(),
            broken: std::collections::BTreeSet::default(),
        };
        vec![start]
    }

    fn actions(&self, world: &World, steps: &mut Vec<Step>) {
        for (at, phase) in world.nodes.iter().enumerate() {
            if at > 0 && world.nodes[at - 1] == *phase {
                continue;
            }
            self.of_node(world, *phase, steps);
        }
        let store = &world.store;
        if self.refresh_is_stolen && !world.thief.copied && world.program.keeps.is_some() {
            steps.push(Step::Steal);
        }
        if self.withdrawn && !store.families.is_empty() && !self.family_is_locked(world) {
            steps.push(Step::Withdraw);
        }
        if !store.code_ended {
            steps.push(Step::CodeEnds);
        }
        // The oldest first: a token is spent before its successor is.
        let oldest =
            (0u8..).zip(&store.tokens).find(|(_, row)| matches!(row.1, TokenRow::Spent { in_grace: true, .. }));
        if let Some((token, _)) = oldest
            && !(self.prompt && world.program.awaits == Some(token))
        {
            steps.push(Step::GraceEnds(token));
        }
    }

    fn next_state(&self, before: &World, step: Step) -> Option<World> {
        let mut world = before.clone();
        match step {
            Step::Present(who, what) => self.present(&mut world, who, what),
            Step::Sign(phase) => Self::sign(&mut world, phase),
            Step::TakeRow(phase) => world.moves(phase, take_row(phase)?),
            Step::Commit(phase) => self.commit(&mut world, phase)?,
            Step::Answer(phase) => self.answer(&mut world, phase)?,
            Step::Die(phase) => world.moves(phase, Phase::Idle),
            Step::Steal => world.thief = Thief { has: world.program.keeps, copied: true },
            Step::Withdraw => world.store.revoke(Reason::Withdrawn),
            Step::GraceEnds(token) => {
                if let TokenRow::Spent { in_grace, .. } = world.store.row_mut(token) {
                    *in_grace = false;
                }
            }
            Step::CodeEnds => world.store.code_ended = true,
        }
        world.nodes.sort_unstable();
        (world != *before).then_some(world)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        promises()
    }
}

fn take_row(phase: Phase) -> Option<Phase> {
    match phase {
        Phase::HasSigned { who, what, saw: Saw::Unspent, .. } => Some(Phase::HoldsRow(who, what)),
        _ => None,
    }
}

impl World {
    fn moves(&mut self, from: Phase, to: Phase) {
        if let Some(node) = self.nodes.iter_mut().find(|node| **node == from) {
            *node = to;
        }
    }

    fn revoked(&self, what: What) -> Option<Reason> {
        match what {
            What::Code => self.store.families.first().copied().flatten(),
            What::Refresh(token) => self.store.revoked(token),
        }
    }

    fn holds_row(&self, what: What) -> bool {
        self.nodes.iter().any(|node| matches!(node, Phase::HoldsRow(_, held) if *held == what))
    }
}

impl Design {
    fn of_node(&self, world: &World, phase: Phase, steps: &mut Vec<Step>) {
        match phase {
            Phase::Idle => return self.requests(world, steps),
            Phase::HasRead(..) => steps.push(Step::Sign(phase)),
            Phase::HasSigned { what, saw, .. } => match saw {
                Saw::Exchanged(_) if !self.has(Fix::ConfirmRepetition) => steps.push(Step::Answer(phase)),
                Saw::Unspent if self.is(Mutation::AnswerBeforeCommit) => steps.push(Step::Answer(phase)),
                // Whoever comes second waits for the row.
                Saw::Unspent if world.holds_row(what) => {}
                // Revoking what the code bought waits for the family's row.
                Saw::Unspent if what == What::Code && self.family_is_locked(world) => {}
                Saw::Unspent if self.takes_row(world, what) => steps.push(Step::TakeRow(phase)),
                Saw::Unspent | Saw::Exchanged(_) => steps.push(Step::Commit(phase)),
            },
            Phase::Revoking(_) if self.family_is_locked(world) => {}
            Phase::HoldsRow(..) | Phase::Halfway(..) | Phase::Owes(..) | Phase::Revoking(_) => {
                steps.push(Step::Commit(phase));
            }
            Phase::HasTokens(..) | Phase::Refuses(..) => steps.push(Step::Answer(phase)),
        }
        steps.push(Step::Die(phase));
    }

    /// What an idle node may be asked.
    fn requests(&self, world: &World, steps: &mut Vec<Step>) {
        let under_way = |who| world.nodes.iter().filter(|node| node.who() == Some(who)).count();
        if under_way(Who::Program) < self.at_once {
            match world.program.keeps {
                Some(token) => steps.push(Step::Present(Who::Program, What::Refresh(token))),
                None => steps.push(Step::Present(Who::Program, What::Code)),
            }
        }
        if under_way(Who::Thief) == 0 {
            if self.code_is_stolen {
                steps.push(Step::Present(Who::Thief, What::Code));
            }
            steps.extend(world.thief.has.map(|token| Step::Present(Who::Thief, What::Refresh(token))));
        }
    }

    /// READ COMMITTED: whether the conditional write finds its row, with what it can see at this moment.
    fn takes_row(&self, world: &World, what: What) -> bool {
        let finds = match what {
            What::Code => !world.store.code_spent,
            What::Refresh(token) => {
                world.store.row(token) == TokenRow::Unspent
                    && (self.is(Mutation::RotationWithoutFamilyCheck) || world.revoked(what).is_none())
            }
        };
        self.engine == Engine::ReadCommitted && finds
    }

    /// Whether a rotation under way keeps others from revoking its family.
    fn family_is_locked(&self, world: &World) -> bool {
        let rotates = |node: &Phase| matches!(node, Phase::HoldsRow(_, What::Refresh(_)));
        self.has(Fix::LockFamily) && world.nodes.iter().any(rotates)
    }

    /// `flows/src/token/{code,refresh}.rs` up to the plan.
    fn present(&self, world: &mut World, who: Who, what: What) {
        let next = match what {
            What::Code if world.store.code_ended => self.presents_ended_code(world),
            // Whether it is spent is not asked here: only the commit can answer that once.
            What::Code => Phase::HasRead(who, what, Saw::Unspent),
            What::Refresh(_) if world.revoked(what).is_some() => Phase::Idle,
            What::Refresh(token) => match world.store.row(token) {
                TokenRow::Missing => Phase::Idle,
                TokenRow::Unspent => Phase::HasRead(who, what, Saw::Unspent),
                TokenRow::Spent { in_grace, .. } if !in_grace && !self.is(Mutation::GraceWithoutEnd) => {
                    Phase::Revoking(Reason::RefreshTokenReused)
                }
                TokenRow::Spent { successor, in_grace } => {
                    if !in_grace {
                        world.broken.insert(Broken::LateAndServed);
                    }
                    Phase::HasRead(who, what, Saw::Exchanged(self.repeated(world, successor)))
                }
            },
        };
        if let (true, Who::Program, What::Refresh(token)) = (self.prompt, who, what) {
            world.program.awaits = Some(token);
        }
        world.moves(Phase::Idle, next);
    }

    /// An ended code is refused and burnt; one that was spent is spent already.
    fn presents_ended_code(&self, world: &mut World) -> Phase {
        if !world.store.code_spent {
            world.store.code_spent = true;
            return Phase::Idle;
        }
        let live = world.store.families.iter().any(Option::is_none);
        match (live, self.has(Fix::LateReplay)) {
            (true, true) => Phase::Revoking(Reason::CodeReplayed),
            (true, false) => {
                world.broken.insert(Broken::ReplayUnnoticed);
                Phase::Idle
            }
            (false, _) => Phase::Idle,
        }
    }

    /// What is handed out again in the place of a spent token.
    fn repeated(&self, world: &World, successor: Token) -> Token {
        match world.store.row(successor) {
            TokenRow::Spent { successor: newer, .. } if self.has(Fix::NewestOfChain) => self.repeated(world, newer),
            _ => successor,
        }
    }

    fn sign(world: &mut World, phase: Phase) {
        if let Phase::HasRead(who, what, saw) = phase {
            // What a commit follows needs no mark: the commit refuses.
            let stale = matches!(saw, Saw::Exchanged(_)) && world.revoked(what).is_some();
            world.moves(phase, Phase::HasSigned { who, what, saw, stale });
        }
    }

    /// `storage-sql/src/jobs/{codes,refresh_tokens,families}.rs`. `None` where the model has no room for another token.
    fn commit(&self, world: &mut World, phase: Phase) -> Option<()> {
        let next = match phase {
            Phase::HasSigned { who, what: What::Code, .. } => self.redeem(world, who)?,
            Phase::HoldsRow(who, What::Code) => self.buy(world, who)?,
            Phase::HasSigned { who, what: What::Refresh(token), saw: Saw::Unspent, .. } => {
                self.rotate(world, who, token)?
            }
            Phase::HoldsRow(who, What::Refresh(token)) => self.exchange(world, who, token)?,
            Phase::HasSigned { who, what, saw: Saw::Exchanged(successor), .. } => match world.revoked(what) {
                Some(reason) => Phase::Refuses(who, reason),
                None => Phase::HasTokens(who, what, successor),
            },
            Phase::Halfway(who, what, successor) => {
                *world.store.row_mut(successor) = TokenRow::Unspent;
                Phase::HasTokens(who, what, successor)
            }
            Phase::Owes(what, promised) => {
                pay(&mut world.store, what, promised);
                Phase::Idle
            }
            Phase::Revoking(reason) => {
                world.store.revoke(reason);
                Phase::Refuses(Who::Program, reason)
            }
            Phase::Idle | Phase::HasRead(..) | Phase::HasTokens(..) | Phase::Refuses(..) => return None,
        };
        world.moves(phase, next);
        Some(())
    }

    fn redeem(&self, world: &mut World, who: Who) -> Option<Phase> {
        if world.store.code_spent && !self.is(Mutation::CodeReadThenWrite) {
            world.store.code_replayed = !world.store.families.is_empty();
            if !self.is(Mutation::ReplayDoesNotRevoke) {
                world.store.revoke(Reason::CodeReplayed);
            }
            return Some(Phase::Refuses(who, Reason::CodeReplayed));
        }
        self.buy(world, who)
    }

    fn buy(&self, world: &mut World, who: Who) -> Option<Phase> {
        let store = &mut world.store;
        if store.tokens.len() == self.tokens {
            return None;
        }
        store.code_spent = true;
        store.families.push(None);
        let family = u8::try_from(store.families.len() - 1).ok()?;
        let token = store.mint(family, TokenRow::Unspent);
        Some(Phase::HasTokens(who, What::Code, token))
    }

    fn rotate(&self, world: &mut World, who: Who, token: Token) -> Option<Phase> {
        let what = What::Refresh(token);
        let row = world.store.row(token);
        let revoked = world.revoked(what).filter(|_| !self.is(Mutation::RotationWithoutFamilyCheck));
        let spent = match row {
            TokenRow::Spent { successor, in_grace } if !self.is(Mutation::RotationReadThenWrite) => {
                Some((successor, in_grace))
            }
            _ => None,
        };
        match (revoked, spent) {
            (Some(reason), None) => Some(Phase::Refuses(who, reason)),
            (Some(reason), Some(_)) if !self.is(Mutation::SpentBeforeRevoked) => Some(Phase::Refuses(who, reason)),
            (_, Some(_)) if self.is(Mutation::SuccessorForEach) => self.exchange(world, who, token),
            // It had come before the other's commit: whoever measures then sees no time at all.
            (_, Some((successor, in_grace))) if in_grace || self.has(Fix::GraceAtArrival) => {
                if revoked.is_some() {
                    world.broken.insert(Broken::IssuedFromRevoked);
                }
                Some(Phase::HasRead(who, what, Saw::Exchanged(self.repeated(world, successor))))
            }
            (_, Some(_)) => Some(Phase::Revoking(Reason::RefreshTokenReused)),
            (None, None) => self.exchange(world, who, token),
        }
    }

    fn exchange(&self, world: &mut World, who: Who, token: Token) -> Option<Phase> {
        if world.store.tokens.len() == self.tokens {
            return None;
        }
        if matches!(world.store.row(token), TokenRow::Spent { .. }) {
            world.broken.insert(Broken::SecondSuccessor);
        }
        if world.store.revoked(token).is_some() {
            world.broken.insert(Broken::IssuedFromRevoked);
        }
        let family = world.store.tokens[usize::from(token)].0;
        let torn = self.is(Mutation::TwoCommits);
        let successor = world.store.mint(family, if torn { TokenRow::Missing } else { TokenRow::Unspent });
        *world.store.row_mut(token) = TokenRow::Spent { successor, in_grace: true };
        let what = What::Refresh(token);
        Some(if torn { Phase::Halfway(who, what, successor) } else { Phase::HasTokens(who, what, successor) })
    }

    fn answer(&self, world: &mut World, phase: Phase) -> Option<()> {
        let next = match phase {
            Phase::HasSigned { who, what, saw: Saw::Exchanged(successor), stale } => {
                if stale {
                    world.broken.insert(Broken::SignedAfterRevocation);
                }
                self.hand_out(world, who, what, successor);
                Phase::Idle
            }
            Phase::HasTokens(who, what, token) => {
                self.hand_out(world, who, what, token);
                Phase::Idle
            }
            // The mistake: what is promised here is not kept yet.
            Phase::HasSigned { who, what, saw: Saw::Unspent, .. } => {
                let promised = self.promise(world, what)?;
                self.hand_out(world, who, what, promised);
                Phase::Owes(what, promised)
            }
            _ => Phase::Idle,
        };
        world.moves(phase, next);
        Some(())
    }

    fn promise(&self, world: &mut World, what: What) -> Option<Token> {
        let store = &mut world.store;
        if store.tokens.len() == self.tokens {
            return None;
        }
        if store.families.is_empty() {
            store.families.push(None);
        }
        let family = match what {
            What::Code => 0,
            What::Refresh(token) => store.tokens[usize::from(token)].0,
        };
        Some(store.mint(family, TokenRow::Missing))
    }

    fn hand_out(&self, world: &mut World, who: Who, what: What, token: Token) {
        if let What::Refresh(presented) = what
            && !self.descends(world, presented, token)
        {
            world.broken.insert(Broken::AnotherSuccessor);
        }
        match who {
            Who::Thief => world.thief.has = Some(token),
            Who::Program => self.keep(&mut world.program, what, token),
        }
    }

    /// Whether this is the successor, or, where the newest of the chain is handed out, a later one.
    fn descends(&self, world: &World, presented: Token, token: Token) -> bool {
        match world.store.row(presented) {
            TokenRow::Spent { successor, .. } => {
                successor == token || (self.has(Fix::NewestOfChain) && self.descends(world, successor, token))
            }
            TokenRow::Unspent | TokenRow::Missing => self.is(Mutation::AnswerBeforeCommit),
        }
    }

    fn keep(&self, program: &mut Program, presented: What, token: Token) {
        let replaces = match presented {
            What::Code => program.keeps.is_none(),
            What::Refresh(old) => program.keeps == Some(old),
        };
        if presented == What::Code || replaces || !self.has(Fix::CompareAndSwap) {
            program.keeps = Some(token);
        }
        if let What::Refresh(old) = presented
            && program.awaits == Some(old)
        {
            program.awaits = None;
        }
    }
}

/// The commit that comes after its answer: without conditions it could not refuse any more, so it has them.
fn pay(store: &mut Store, what: What, promised: Token) {
    let may = match what {
        What::Code => !store.code_spent,
        What::Refresh(token) => store.row(token) == TokenRow::Unspent && store.revoked(token).is_none(),
    };
    if may {
        *store.row_mut(promised) = TokenRow::Unspent;
        match what {
            What::Code => store.code_spent = true,
            What::Refresh(token) => *store.row_mut(token) = TokenRow::Spent { successor: promised, in_grace: true },
        }
    }
}
