//! What a person can ask of the program, one file for each.

pub mod apply;
pub mod serve;
