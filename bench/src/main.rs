//! What Grantor costs, measured from outside. `scripts/bench` installs and builds what is needed and runs this.
//!
//! `figures` tells how fast it starts and what it holds at rest; `run` measures answers per second beside a peer and beside
//! a floor (start reading in `run.rs`); `instructions` counts what an answer costs on any machine.

mod browser;
mod clock;
mod figures;
mod generator;
mod histogram;
mod http;
mod instructions;
mod machine;
mod prepare;
mod proof;
mod report;
mod rows;
mod run;
mod scripts;
mod sides;

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
    /// Instructions per answer on the hottest paths
    Instructions(instructions::CountOptions),
}

fn main() -> anyhow::Result<()> {
    match Cli::parse().command.unwrap_or(Command::Figures) {
        Command::Figures => figures::run(),
        Command::Run(options) => run::run(&options),
        Command::Instructions(options) => instructions::run(&options),
    }
}
