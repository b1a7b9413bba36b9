//! The `signoff` binary: every command of it, one file each under `commands`.

mod command_line;
mod commands;
mod connection;
mod exit;
mod failure;
mod follow;
mod logging;
mod node;
mod service_manager;
#[cfg(test)]
mod settings_tests;
mod shutdown;
mod view;

use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{Parser, Subcommand};

use crate::commands::{ClientCommand, ServerCommand};
use crate::connection::Connection;
use crate::exit::Failure;

/// Memory is taken by one thread and given back by another all the time here, which the system's allocator pays for
/// with locks.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Publish offers to a software marketplace, and cancel with an answer that is true.
#[derive(Parser)]
#[command(name = "signoff", version, after_help = exit::TABLE)]
struct Cli {
    #[command(flatten)]
    connection: Connection,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Server(ServerCommand),
    #[command(flatten)]
    Client(ClientCommand),
}

/// A command that wants another word after it says which there are.
const HELP: ErrorKind = ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand;

/// A server that ended waits no longer for threads that nothing can interrupt: one may be asking for the address of a
/// database's host.
const LINGER: Duration = Duration::from_secs(5);

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    // A provider that is installed already is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    match cli.command {
        Command::Server(command) => {
            let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
            let ended = runtime.block_on(commands::run_server(command, &cli.connection));
            runtime.shutdown_timeout(LINGER);
            ended
        }
        Command::Client(command) => {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
            runtime.block_on(commands::run(command, &cli.connection))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn main() -> ExitCode {
    let _log = logging::UntilEnd;
    let (ended, output) = match command_line::read() {
        Ok(cli) => {
            let output = cli.connection.output();
            (run(cli), output)
        }
        // What was asked for is help or a version, or help is the answer.
        Err(told) if !told.use_stderr() || told.kind() == HELP => told.exit(),
        Err(wrong) => {
            let said = wrong.to_string();
            let said = said.strip_prefix("error: ").unwrap_or(&said).trim_end();
            (Err(Failure::Usage(said.to_owned())), command_line::wanted_output())
        }
    };
    ended.unwrap_or_else(|failure| {
        if !logging::fail(&failure, failure.hint()) {
            failure::tell(&failure, output);
        }
        ExitCode::from(failure.code())
    })
}
