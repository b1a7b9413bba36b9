//! `signoff review list|approve|reject`.

use clap::{Args, Subcommand};
use serde::Serialize;
use signoff_wire::client::Verdict;
use signoff_wire::words::StepStatus;
use uuid::Uuid;

use super::{OfferArg, Session, offer_id, operation_id, segment};
use crate::exit::Failure;
use crate::view::{self, Output, tables};

/// What to do with steps that wait for a reviewer.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the steps that wait for a reviewer
    List(List),
    /// Let a step go on
    Approve(Decision),
    /// Fail the operation at a step
    Reject(Decision),
}

/// Of which offers.
#[derive(Args)]
pub(crate) struct List {
    /// Only this offer [default: all offers of the publisher]
    #[arg(value_parser = offer_id)]
    offer: Option<String>,
}

/// Which step, and why.
#[derive(Args)]
pub(crate) struct Decision {
    #[command(flatten)]
    offer: OfferArg,
    /// The step's id
    #[arg(value_parser = segment)]
    step: String,
    /// The operation [default: the running one]
    #[arg(long, value_name = "ID", value_parser = operation_id)]
    operation: Option<Uuid>,
    /// Why; the publisher reads it
    #[arg(long)]
    reason: Option<String>,
}

/// A step that waits for a reviewer.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Waiting {
    /// The offer it is about.
    pub(crate) offer_id: String,
    /// The operation it belongs to.
    pub(crate) operation_id: Uuid,
    /// Its id.
    pub(crate) step: String,
    /// Its name for people.
    pub(crate) step_name: String,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::List(List { offer }) => {
            let waiting = waiting(offer, session).await?;
            view::show(session.output, waiting.as_slice(), tables::reviews)
        }
        Command::Approve(decision) => decide(decision, Verdict::Approve, session).await,
        Command::Reject(decision) => decide(decision, Verdict::Reject, session).await,
    }
}

async fn waiting(offer: Option<String>, session: &Session) -> Result<Vec<Waiting>, Failure> {
    let offers = if let Some(offer) = offer {
        vec![offer]
    } else {
        let running = session.client.offers(&session.publisher, Some("status eq 'running'")).await?;
        running.into_iter().map(|offer| offer.id.into_owned()).collect()
    };
    let mut waiting = Vec::new();
    for offer in offers {
        for item in session.client.operations(&session.publisher, &offer, Some("running")).await? {
            let operation = session.client.operation(&session.publisher, &offer, item.id).await?;
            let steps =
                operation.steps.into_iter().filter(|step| step.status == StepStatus::WaitingForApproval);
            waiting.extend(steps.map(|step| Waiting {
                offer_id: offer.clone(),
                operation_id: item.id,
                step: step.id.into_owned(),
                step_name: step.step_name.into_owned(),
            }));
        }
    }
    Ok(waiting)
}

async fn decide(decision: Decision, verdict: Verdict, session: &Session) -> Result<(), Failure> {
    let Decision { offer: OfferArg { offer }, step, operation, reason } = decision;
    let operation = match operation {
        Some(operation) => operation,
        None => session.newest_operation(&offer, Some("running")).await?,
    };
    let publisher = &session.publisher;
    session.client.review(publisher, &offer, operation, &step, verdict, reason.as_deref()).await?;
    let word = if verdict == Verdict::Approve { "approved" } else { "rejected" };
    view::say(&format!("{step} of {operation} {word}"));
    if session.output == Output::Table {
        view::say(&format!("watch it:  {}", session.followed("operation", &offer, Some(operation)).watch));
    }
    Ok(())
}
