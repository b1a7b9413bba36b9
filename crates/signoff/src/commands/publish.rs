//! `signoff publish`.

use clap::Args;
use signoff_wire::client::Action;

use super::{OfferArg, Session, emails};
use crate::exit::Failure;
use crate::follow::ended_well;
use crate::view::{self, tables};

/// What to publish.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    offer: OfferArg,
    /// Whom to notify, separated by commas
    #[arg(long, value_name = "ADDRESSES", value_parser = emails)]
    emails: Option<String>,
    /// Only if no operation began since this tag
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
    /// Follow it until it waits for your sign-off or ends
    #[arg(long)]
    wait: bool,
    /// Only make the checks of a publish; nothing starts
    #[arg(long, conflicts_with = "wait")]
    validate_only: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    let action =
        Action { notification_emails: command.emails, if_match: command.if_match, ..Action::default() };
    if command.validate_only {
        let valid = session.client.validate(&session.publisher, &command.offer.offer, &action).await?;
        return view::show(session.output, &valid, tables::validation);
    }
    let started = session.client.publish(&session.publisher, &command.offer.offer, &action).await?;
    session.conclude("publish", &command.offer.offer, &started, command.wait, ended_well).await
}
