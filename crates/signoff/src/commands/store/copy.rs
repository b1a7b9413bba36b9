//! `signoff store copy`.

use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use signoff_upkeep as upkeep;

use super::progress::Shown;
use super::{place, tables, views};
use crate::exit::Failure;
use crate::view::{self, Output};

/// From where to where.
#[derive(Args)]
pub(crate) struct Command {
    #[arg(long, env = "SIGNOFF_COPY_FROM", value_name = "URL")]
    from: String,
    #[arg(long, env = "SIGNOFF_COPY_TO", value_name = "URL")]
    to: String,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, output: Output) -> Result<ExitCode, Failure> {
    let from = place("from", "SIGNOFF_COPY_FROM", &command.from)?;
    let to = place("to", "SIGNOFF_COPY_TO", &command.to)?;
    let shown = Shown::new(command.quiet);
    let report = upkeep::copy(&from, &to, &|progress| shown.show(progress)).await?;
    shown.end();
    let rows: u64 = report.tables.iter().map(|table| table.rows).sum();
    let reply = json!({
        "from": from.name(),
        "to": to.name(),
        "resumed": report.resumed,
        "tables": views(&report.tables),
    });
    view::show(output, &reply, |_| tables(&views(&report.tables)))?;
    view::say(&format!(
        "{rows} rows of {} are in {}, compared row by row; what changed in the source since this began is not among them",
        from.name(),
        to.name()
    ));
    Ok(ExitCode::SUCCESS)
}
