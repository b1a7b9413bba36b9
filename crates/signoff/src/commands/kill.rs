//! `signoff operation kill`: the operator ends what runs.

use std::io::{IsTerminal, stdin};

use clap::Args;
use signoff_wire::client::Action;
use signoff_wire::words::OperationState;
use uuid::Uuid;

use super::{Session, offer_id, operation_id};
use crate::connection::Settings;
use crate::exit::Failure;
use crate::view;

/// What to end, and why.
#[derive(Args)]
pub(crate) struct Kill {
    /// The offer's id; as before, its publisher may stand before it
    #[arg(value_name = "OFFER", required = true, num_args = 1..=2)]
    words: Vec<String>,
    /// Only this operation, never a newer one
    #[arg(long, value_name = "ID", value_parser = operation_id)]
    operation: Option<Uuid>,
    /// Why; it stands in the messages of the operation and in the audit log
    #[arg(long)]
    reason: String,
    /// Do not ask first
    #[arg(long)]
    yes: bool,
}

/// Runs the command.
pub(crate) async fn run(kill: Kill, settings: &Settings) -> Result<(), Failure> {
    let (publisher, offer) = match kill.words.as_slice() {
        [publisher, offer] => (publisher.clone(), offer),
        [offer] => (settings.publisher()?, offer),
        _ => return Err(Failure::Usage("name one offer".to_owned())),
    };
    let offer = offer_id(offer).map_err(|error| Failure::Usage(error.to_string()))?;
    let session = Session::of_operator(settings, publisher)?;
    let publisher = &session.publisher;
    if !kill.yes {
        confirm(publisher, &offer)?;
    }
    let action = Action { reason: Some(kill.reason), operation_id: kill.operation, ..Action::default() };
    let killed = session.client.kill(publisher, &offer, &action).await?;
    let status = killed.accepted.as_ref().map(|accepted| accepted.status);
    let what = match status {
        Some(OperationState::Canceled) => "canceled; nothing of it is left",
        Some(OperationState::Completed | OperationState::Succeeded) => {
            "its golive had switched the production slot and is complete now"
        }
        _ => "failed; the messages of its cancellation say what is left behind, the next publish removes it",
    };
    view::say(&format!("{publisher}/{offer}: {what}"));
    session.print_started(&killed)
}

/// Asks on the terminal; without one nobody could answer.
fn confirm(publisher: &str, offer: &str) -> Result<(), Failure> {
    if !stdin().is_terminal() {
        let message = "a kill undoes nothing: add --yes where there is no terminal to confirm it on";
        return Err(Failure::Usage(message.to_owned()));
    }
    view::say(&format!(
        "This ends what runs on {publisher}/{offer} and leaves behind what it made. Type the offer's id to go on:"
    ));
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    if answer.trim() == offer { Ok(()) } else { Err(Failure::Usage("nothing was changed".to_owned())) }
}
