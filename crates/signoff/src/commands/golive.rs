//! `signoff golive`.

use clap::Args;
use signoff_wire::client::Action;

use super::{OfferArg, Session};
use crate::exit::Failure;
use crate::follow::ended_well;

/// What to take live.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    offer: OfferArg,
    /// Only if no operation began since this tag
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
    /// Follow it until it ends
    #[arg(long)]
    wait: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    let action = Action { if_match: command.if_match, ..Action::default() };
    let started = session.client.golive(&session.publisher, &command.offer.offer, &action).await?;
    session.conclude("golive", &command.offer.offer, &started, command.wait, ended_well).await
}
