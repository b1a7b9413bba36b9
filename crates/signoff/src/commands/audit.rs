//! `signoff audit`.

use clap::Args;

use crate::connection::Settings;
use crate::exit::Failure;
use crate::view::{self, tables};

/// Which part of the log.
#[derive(Args)]
pub(crate) struct Command {
    /// At most so many entries, the newest first
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u32).range(1..=500))]
    limit: u32,
    /// Only entries older than this number
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    before: Option<u64>,
    /// The server's own log instead of a publisher's: which clients got secrets (operator only)
    #[arg(long)]
    server: bool,
}

/// Runs the command.
pub(crate) async fn run(command: &Command, settings: &Settings) -> Result<(), Failure> {
    let (before, limit) = (command.before, Some(command.limit));
    let page = if command.server {
        settings.operator_client()?.server_audit(before, limit).await?
    } else {
        settings.client()?.audit(&settings.publisher()?, before, limit).await?
    };
    view::show(settings.output(), &page, |page| tables::audit(&page.entries))?;
    if let Some(next) = page.next {
        view::say(&format!("there is more: --before {next}"));
    }
    Ok(())
}
