//! What a person can ask of the program, one file for each.

pub mod apply;
pub mod demo;
pub mod migrate;
pub mod native;
pub mod serve;
