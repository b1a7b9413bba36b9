//! `signoff operation list|show|watch|kill`.

use clap::{Args, Subcommand};
use signoff_wire::client::Until;
use signoff_wire::words::OperationState;
use uuid::Uuid;

use super::kill::{self, Kill};
use super::{OfferArg, Session, operation_id};
use crate::connection::Settings;
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
    /// End whatever runs, past a point of no return too (operator of the server only)
    Kill(Kill),
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
pub(crate) async fn run(command: Command, settings: &Settings) -> Result<(), Failure> {
    let session = || Session::new(settings);
    match command {
        Command::List(command) => list(command, &session()?).await,
        Command::Show(one) => show(one, &session()?).await,
        Command::Watch(one) => watch(one, &session()?).await,
        Command::Kill(command) => kill::run(command, settings).await,
    }
}

async fn list(List { offer, state }: List, session: &Session) -> Result<(), Failure> {
    let state = state.map(OperationState::as_str);
    let operations = session.client.operations(&session.publisher, &offer.offer, state).await?;
    view::show(session.output, operations.as_slice(), tables::operations)
}

async fn show(one: One, session: &Session) -> Result<(), Failure> {
    let (offer, id) = one.resolve(session).await?;
    let operation = session.client.operation(&session.publisher, &offer, id).await?;
    view::show(session.output, &operation, tables::operation)
}

async fn watch(one: One, session: &Session) -> Result<(), Failure> {
    let (offer, id) = one.resolve(session).await?;
    let location = session.address(&offer, id);
    let followed = session.followed("operation", &offer, Some(id));
    let last = follow(&session.client, &location, None, Until::EndedOrSignOff, &followed).await?;
    session.say_what_is_next(&last, &offer);
    view::show(session.output, &last, tables::operation)?;
    ended_well(&last)
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
