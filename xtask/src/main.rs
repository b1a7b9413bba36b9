//! The chores of the project: `cargo xtask <command>`, one file per command.
//!
//! Reports go to standard error; standard output belongs to the tools that the chores call.

mod arch;
mod generate;
mod model;
mod shell;
mod test;
mod tools;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::shell::Failure;

/// The chores of the project.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Check everything: format, dependencies, architecture, lints, documentation, generated files, tests
    Test {
        /// The slow tests too, and more cases of the random ones
        #[arg(long)]
        all: bool,
    },
    /// Check which crate may know what, where the real clock is read, file lengths and leftovers
    Arch,
    /// Walk every state of the modelled system and hold the rules against it
    Model {
        /// The larger configurations, which take minutes
        #[arg(long)]
        deep: bool,
    },
    /// Write the generated files
    Generate {
        /// Write nothing; fail if a file differs from what would be written
        #[arg(long)]
        check: bool,
    },
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().chore {
        Chore::Test { all } => test::run(all),
        Chore::Arch => arch::run(),
        Chore::Model { deep } => model::run(deep),
        Chore::Generate { check } => generate::run(check),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Shown) => ExitCode::FAILURE,
        Err(Failure::Said(message)) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
