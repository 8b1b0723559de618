//! What the rules answer, use case by use case.

mod api_access;
mod code;
mod consent;
mod decide;
mod directory;
mod moment;
mod plan;
mod refresh;
mod scopes;
mod who;
mod world;
