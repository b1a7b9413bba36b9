//! `signoff store backup`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use signoff_upkeep as upkeep;

use super::progress::Shown;
use super::{StoreArg, tables, views};
use crate::exit::Failure;
use crate::view::{self, Output};

/// What to write where.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    store: StoreArg,
    /// The new file; only its owner can read it
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, output: Output) -> Result<ExitCode, Failure> {
    let from = command.store.place()?;
    let shown = Shown::new(command.quiet);
    let report = upkeep::backup(&from, &command.to, &|progress| shown.show(progress)).await?;
    shown.end();
    let file = command.to.display().to_string();
    let reply = json!({
        "from": from.name(),
        "file": file,
        "bytes": report.size,
        "tables": views(&report.tables),
    });
    view::show(output, &reply, |_| tables(&views(&report.tables)))?;
    view::say(&format!("restore it with: signoff store copy --from sqlite:{file} --to URL"));
    Ok(ExitCode::SUCCESS)
}
