//! What three nodes before one database do at once: code redemption and refresh rotation, every interleaving of them.
//!
//! A [`Design`] says what is modelled: the rules of `grantor-flows` and the commits of `grantor-storage-sql`, which of the
//! engines' isolation they run under, who else has a copy of what, and how many refresh tokens there may be at most. A
//! [`World`] is one moment of it; a [`Step`] leads to the next; the [`promises`] must hold in each. The tests let stateright
//! visit every world that can be reached, breadth first, so that a promise that breaks comes with a shortest story.
//!
//! A family's refresh tokens lie in one row of the store. What is called a token's row here is what that row says of it; as many
//! exchanged ones are remembered there as the longest chain has here.
//!
//! What is kept small: one code and what it buys, one program (its tabs, devices and retries are requests at the same time),
//! one thief, three nodes that are all alike, and time in steps ("the grace of this token is over"). Reading, signing,
//! committing and answering are steps of their own; a node may die before each of them.
//!
//! Seen here: 279,807 worlds of the design as built with one writer, 366,991 under READ COMMITTED.
//!
//! It is not the code itself: whoever changes a statement in `storage-sql/src/sql/` or a flow in `flows/src/token/` changes
//! [`World`]'s step of the same name. Begin reading at [`Step`].

mod design;
mod promises;
mod steps;
mod world;

pub use design::{Design, Engine, Fix, Mutation};
pub use promises::{ALWAYS, REACHED, promises};
pub use steps::Step;
pub use world::{Broken, Phase, Program, Reason, Saw, Store, Thief, Token, TokenRow, What, Who, World};
