//! `signoff store migrate`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use signoff_upkeep as upkeep;

use super::StoreArg;
use crate::exit::Failure;
use crate::view::{self, Output, tables};

/// Which store, and whether to change it.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    store: StoreArg,
    /// Only show what waits; exit code 1 if anything does
    #[arg(long)]
    check: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, output: Output) -> Result<ExitCode, Failure> {
    let store = command.store.place()?;
    let before =
        if command.check { upkeep::migrations(&store).await? } else { upkeep::migrate(&store).await? };
    let word = if command.check { "pending" } else { "applied" };
    let done = before.done.iter().map(|name| (*name, "done"));
    let all: Vec<(&str, &str)> = done.chain(before.pending.iter().map(|name| (*name, word))).collect();
    let list: Vec<_> = all.iter().map(|(name, state)| json!({ "name": name, "state": state })).collect();
    let reply = json!({ "store": store.name(), "migrations": list });
    let rows = || all.iter().map(|(name, state)| [(*name).to_owned(), (*state).to_owned()]);
    view::show(output, &reply, |_| tables::of_rows(["MIGRATION", "STATE"], rows()))?;
    let waits = command.check && !before.pending.is_empty();
    Ok(if waits { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
