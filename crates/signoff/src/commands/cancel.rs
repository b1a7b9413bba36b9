//! `signoff cancel`.

use clap::Args;
use signoff_wire::client::Action;
use signoff_wire::operation::NOTHING_TO_CANCEL;
use uuid::Uuid;

use super::{OfferArg, Session, emails, operation_id};
use crate::exit::Failure;
use crate::follow::canceled_well;
use crate::view;

/// What to cancel, and why.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    offer: OfferArg,
    /// Only this operation, never a newer one
    #[arg(long, value_name = "ID", value_parser = operation_id)]
    operation: Option<Uuid>,
    /// Why; everybody who is notified reads it
    #[arg(long)]
    reason: Option<String>,
    /// Whom to notify, separated by commas
    #[arg(long, value_name = "ADDRESSES", value_parser = emails)]
    emails: Option<String>,
    /// Only if no operation began since this tag
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
    /// Follow the cancellation until it ends
    #[arg(long)]
    wait: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    let offer = command.offer.offer;
    let action = Action {
        notification_emails: command.emails,
        reason: command.reason,
        operation_id: command.operation,
        if_match: command.if_match,
    };
    let started = session.client.cancel(&session.publisher, &offer, &action).await?;
    let cancellation = started.accepted.as_ref().and_then(|accepted| accepted.cancellation.as_deref());
    let nothing = cancellation == Some(NOTHING_TO_CANCEL);
    view::say(&match (nothing, started.done) {
        (true, _) => format!("{offer}: nothing to cancel"),
        (false, true) => format!("{offer}: canceled"),
        (false, false) => format!("{offer}: being canceled; the cancellation is an operation of its own"),
    });
    session.conclude(&offer, &started, command.wait && !nothing, canceled_well).await
}
