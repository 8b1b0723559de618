//! What Grantor costs, measured from outside. `scripts/bench` installs and builds what is needed and runs this.
//!
//! `figures` tells how fast it starts and what it holds at rest; `run` measures answers per second beside a peer and beside
//! a floor (start reading in `run.rs`); `instructions` counts what an answer costs on any machine.

mod browser;
mod clock;
mod cluster;
mod figures;
mod generator;
mod growth;
mod histogram;
mod http;
mod instructions;
mod machine;
mod nodes;
mod prepare;
mod proc;
mod proof;
mod report;
mod rows;
mod run;
mod scripts;
mod sides;
mod storm;

use clap::{Parser, Subcommand};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What Grantor costs, measured from outside.
#[derive(Parser)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// How long a first and a later start take, and the memory held at rest (what is done if nothing is said)
    Figures,
    /// Answers per second on each path, beside the peer and the floor
    Run(run::RunOptions),
    /// The same rows on PostgreSQL, beside the peer on the same
    Postgres(run::RunOptions),
    /// One node on one core beside two nodes on one core each, on PostgreSQL
    Nodes(run::RunOptions),
    /// Token requests beside more password sign-ins than the machine can check
    Storm(run::RunOptions),
    /// A store with millions of rows beside a small one
    Growth(growth::GrowthOptions),
    /// Instructions per answer on the hottest paths
    Instructions(instructions::CountOptions),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Figures) {
        Command::Figures => figures::run(),
        Command::Run(options) => run::run(&options),
        Command::Postgres(options) => run::run_on_postgres(&options),
        Command::Nodes(options) => nodes::run(&options),
        Command::Storm(options) => storm::run(&options),
        Command::Growth(options) => growth::run(&options),
        Command::Instructions(options) => instructions::run(&options),
    }
}
