//! Every interleaving of three nodes: `cargo test -p grantor-models -- --nocapture` shows how many worlds there are, and the
//! shortest story of each promise that breaks.

mod as_built;
mod mended;
mod mistakes;
mod tell;
