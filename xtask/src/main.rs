//! The chores of the project: `cargo xtask <command>`, one file per command.
//!
//! Reports go to standard error; standard output belongs to the tools that the chores call.

mod advisories;
mod arch;
mod generate;
mod model;
mod node;
#[path = "../../crates/store-postgres/src/testing/postgres_server.rs"]
mod postgres_server;
mod release;
mod shell;
mod sim;
mod stages;
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
    /// Check what fails most often, in about a minute: format, architecture, lints, the pure crates' tests
    Check,
    /// Check the dependencies against a copy of the advisory database
    Advisories {
        /// The copy: a checkout of the repository RustSec/advisory-db
        #[arg(long, value_name = "PATH")]
        database: Option<std::path::PathBuf>,
    },
    /// Check which crate may know what, where the real clock is read, file lengths and leftovers
    Arch,
    /// Walk every state of the modelled system and hold the rules against it
    Model {
        /// The larger configurations, which take minutes
        #[arg(long)]
        deep: bool,
        /// Those alone whose name holds this text
        #[arg(long)]
        only: Option<String>,
    },
    /// Play histories of a node from seeds, with faults, and check what came of them
    Sim {
        /// Play this one seed and print its history
        #[arg(long)]
        seed: Option<u64>,
        /// How many seeds to play
        #[arg(long, default_value_t = 1_000)]
        seeds: u64,
        /// The first of them
        #[arg(long, default_value_t = 0)]
        from: u64,
        /// Plant this fault in the store, to see it found
        #[arg(long)]
        bug: Option<String>,
    },
    /// Make a release: version, changelog, tests, binary, commit and tag
    Release {
        /// The version, such as 1.2.0
        version: String,
        /// Do it all but the tests in a clone, and leave this repository as it is
        #[arg(long)]
        dry_run: bool,
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
        Chore::Check => test::check(),
        Chore::Advisories { database } => advisories::run(database.as_deref()),
        Chore::Arch => arch::run(),
        Chore::Model { deep, only } => model::run(deep, only.as_deref()),
        Chore::Sim { seed, seeds, from, bug } => sim::run(seed, seeds, from, bug.as_deref()),
        Chore::Release { version, dry_run } => release::run(&version, dry_run),
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
