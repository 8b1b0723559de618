//! Every interleaving of three nodes.
mod checks;
