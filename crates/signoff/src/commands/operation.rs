//! `signoff operation list|show|watch`.

use clap::{Args, Subcommand};
use signoff_wire::client::Until;
use signoff_wire::words::OperationState;
use uuid::Uuid;

use super::{OfferArg, Session, operation_id, say_what_is_next};
use crate::exit::Failure;
use crate::follow::{ended_well, follow};
use crate::view::{self, tables};

/// What to do with operations.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the operations of an offer, newest first
    List(List),
    /// Show one operation
    Show(One),
    /// Follow an operation until it waits for your sign-off or ends
    Watch(One),
}

/// Which operations.
#[derive(Args)]
pub(crate) struct List {
    #[command(flatten)]
    offer: OfferArg,
    /// Only operations of this state: running, completed, failed or canceled
    #[arg(long)]
    state: Option<OperationState>,
}

/// Which operation.
#[derive(Args)]
pub(crate) struct One {
    #[command(flatten)]
    offer: OfferArg,
    /// The operation's id [default: the newest]
    #[arg(value_parser = operation_id)]
    operation: Option<Uuid>,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::List(List { offer, state }) => {
            let state = state.map(OperationState::as_str);
            let operations = session.client.operations(&session.publisher, &offer.offer, state).await?;
            view::show(session.output, operations.as_slice(), tables::operations)
        }
        Command::Show(one) => {
            let (offer, id) = one.resolve(session).await?;
            let operation = session.client.operation(&session.publisher, &offer, id).await?;
            view::show(session.output, &operation, tables::operation)
        }
        Command::Watch(one) => {
            let (offer, id) = one.resolve(session).await?;
            let location = session.address(&offer, id);
            let last = follow(&session.client, &location, None, Until::EndedOrSignOff).await?;
            say_what_is_next(&last, &offer);
            view::show(session.output, &last, tables::operation)?;
            ended_well(&last)
        }
    }
}

impl One {
    async fn resolve(self, session: &Session) -> Result<(String, Uuid), Failure> {
        let offer = self.offer.offer;
        let id = match self.operation {
            Some(id) => id,
            None => session.newest_operation(&offer, None).await?,
        };
        Ok((offer, id))
    }
}
