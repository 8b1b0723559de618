//! What the rules answer, use case by use case.

mod api_access;
mod code;
mod consent;
mod decide;
mod directory;
mod disabled;
mod fits;
mod grants;
mod known_clients;
mod moment;
mod plan;
mod policy;
mod pre_authorized;
mod refresh;
mod scopes;
mod self_tokens;
mod who;
mod world;
