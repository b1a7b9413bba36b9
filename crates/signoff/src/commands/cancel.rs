//! `signoff cancel`, of one offer; [`super::cancel_all`] has `--all`.

use clap::Args;
use signoff_wire::client::Action;
use signoff_wire::operation::NOTHING_TO_CANCEL;
use signoff_wire::words::OperationState;
use uuid::Uuid;

use super::{Session, cancel_all, emails, offer_id, operation_id};
use crate::exit::Failure;
use crate::follow::canceled_well;
use crate::view;

/// What to cancel, and why.
#[derive(Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub(crate) struct Command {
    /// The offer's id
    #[arg(value_parser = offer_id, required_unless_present = "all", conflicts_with = "all")]
    offer: Option<String>,
    /// Of every offer of the publisher that has an operation in progress
    #[arg(long)]
    all: bool,
    /// With --all: only of these, like "offerTypeId eq 'microsoft-azure-corevm' and status eq 'running'"
    #[arg(long, requires = "all", conflicts_with = "offer")]
    filter: Option<String>,
    /// With --all: change nothing, show what would come of it
    #[arg(long, requires = "all", conflicts_with = "offer")]
    dry_run: bool,
    /// With --all: do not ask first on a terminal
    #[arg(long, requires = "all", conflicts_with = "offer")]
    yes: bool,
    /// Only this operation, never a newer one
    #[arg(long, value_name = "ID", value_parser = operation_id, conflicts_with = "all")]
    operation: Option<Uuid>,
    /// Why; everybody who is notified reads it
    #[arg(long)]
    reason: Option<String>,
    /// Give up undoing: end it now and leave behind what it made (owners only)
    #[arg(long)]
    force: bool,
    /// Whom to notify, separated by commas
    #[arg(long, value_name = "ADDRESSES", value_parser = emails)]
    emails: Option<String>,
    /// Only if no operation began since this tag
    #[arg(long, value_name = "TAG", conflicts_with = "all")]
    if_match: Option<String>,
    /// Follow the cancellation until it ends
    #[arg(long, conflicts_with = "all")]
    wait: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    let action = Action {
        notification_emails: command.emails,
        reason: command.reason,
        operation_id: command.operation,
        if_match: command.if_match,
        force: command.force,
    };
    let Some(offer) = command.offer else {
        return cancel_all::run(command.filter, command.dry_run, command.yes, &action, session).await;
    };
    let started = session.client.cancel(&session.publisher, &offer, &action).await?;
    let accepted = started.accepted.as_ref();
    let cancellation = accepted.and_then(|accepted| accepted.cancellation.as_deref());
    let nothing = cancellation == Some(NOTHING_TO_CANCEL);
    let given_up = accepted.is_some_and(|accepted| accepted.status == OperationState::Failed) && !nothing;
    view::say(&match (nothing, started.done) {
        (true, _) => format!("{offer}: nothing to cancel"),
        (false, true) => format!("{offer}: canceled"),
        (false, false) if given_up => {
            format!("{offer}: ended by force; the cancellation's messages say what is left behind")
        }
        (false, false) => format!("{offer}: being canceled; the cancellation is an operation of its own"),
    });
    let wait = command.wait && !nothing && !given_up;
    session.conclude("cancel", &offer, &started, wait, canceled_well).await
}
