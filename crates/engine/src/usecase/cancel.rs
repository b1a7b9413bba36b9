//! Cancel the operation in progress, and release a step that a scenario holds.

use signoff_lifecycle::command::{Cancel, Command, Guard, Means, Named, Release};
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::repeat::Repeat;

use super::{Along, Done};
use crate::engine::Engine;
use crate::error::EngineError;

/// What a caller wants cancelled.
#[derive(Clone, Debug)]
pub struct CancelRequest {
    /// Who asks.
    pub by: String,
    /// Why.
    pub reason: Option<String>,
    /// Who else wants to hear of it.
    pub emails: Vec<String>,
    /// The operation that is meant; `None`: the newest.
    pub operation: Option<OperationId>,
    /// The concurrency guard.
    pub guard: Guard,
    /// How far to go: cancel, force (an owner may), kill (the operator may).
    pub means: Means,
    /// Whether a cancel of what has ended is accepted, too (dialect `observed`).
    pub accepts_ended: bool,
    /// What is needed if the request may come again.
    pub repeat: Option<Repeat>,
}

impl Engine {
    /// Stops the offer's operation in progress (contract, "Cancel").
    ///
    /// # Errors
    /// The refusals of the contract's rules, and failures of the store.
    pub async fn cancel(
        &self,
        publisher: &str,
        offer: &str,
        request: CancelRequest,
    ) -> Result<Done, EngineError> {
        let named = match request.operation {
            None => Named::Newest,
            Some(id) => match self.operation(publisher, id).await? {
                Some(viewed) if viewed.offer == offer => Named::Operation(id),
                _ => Named::Unknown,
            },
        };
        // What is not there is told before anything about the repeating of the request.
        let repeat = request.repeat.filter(|_| named != Named::Unknown);
        let command = Command::Cancel(Cancel {
            id: self.shared.clock.new_id(),
            by: request.by,
            reason: request.reason,
            emails: request.emails,
            named,
            guard: request.guard,
            means: request.means,
        });
        let accepts_ended = request.accepts_ended;
        self.execute(publisher, offer, command, Along { repeat, accepts_ended, ..Along::default() }).await
    }

    /// Lets a step go on that a scenario holds, or will hold.
    ///
    /// # Errors
    /// If no operation of the offer runs, or it has no such step.
    pub async fn release(&self, publisher: &str, offer: &str, step: &str) -> Result<Done, EngineError> {
        let command = Command::Release(Release { step: step.to_owned() });
        self.execute(publisher, offer, command, Along::default()).await
    }
}
