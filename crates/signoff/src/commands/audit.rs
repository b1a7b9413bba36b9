//! `signoff audit`.

use clap::Args;

use super::Session;
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
}

/// Runs the command.
pub(crate) async fn run(command: &Command, session: &Session) -> Result<(), Failure> {
    let page = session.client.audit(&session.publisher, command.before, Some(command.limit)).await?;
    view::show(session.output, &page, |page| tables::audit(&page.entries))?;
    if let Some(next) = page.next {
        view::say(&format!("there is more: --before {next}"));
    }
    Ok(())
}
