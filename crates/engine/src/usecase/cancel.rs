//! Cancel the operation in progress, and release a step that a scenario holds.

use signoff_lifecycle::command::{Cancel, Command, Guard, Means, Named, Release};
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;

use super::told::{self, Told};
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
        let accepts_ended = request.accepts_ended;
        let (command, repeat) = self.cancel_command(publisher, offer, request).await?;
        self.execute(publisher, offer, command, Along { repeat, accepts_ended, ..Along::default() }).await
    }

    /// What [`Engine::cancel`] would answer now. Nothing is changed: the state is as it is.
    ///
    /// # Errors
    /// Those of the cancel.
    pub async fn foresee_cancel(
        &self,
        publisher: &str,
        offer: &str,
        request: CancelRequest,
    ) -> Result<Done, EngineError> {
        let accepts_ended = request.accepts_ended;
        let (command, _) = self.cancel_command(publisher, offer, request).await?;
        let loaded = self.shared.store.load(publisher, offer).await?;
        let state = loaded.ok_or(Refusal::OfferNotFound)?.aggregate;
        let now = self.shared.clock.now(publisher);
        let reply = match signoff_lifecycle::decide(Some(state.clone()), command, now) {
            Ok(Verdict::Change(decision)) => decision.reply,
            Ok(Verdict::Already(reply)) => reply,
            Err(refusal) if accepts_ended => told::ended(refusal)?,
            Err(refusal) => return Err(refusal.into()),
        };
        let told = Told::of(reply.clone(), &state, None);
        Ok(Done { reply, state, told })
    }

    async fn cancel_command(
        &self,
        publisher: &str,
        offer: &str,
        request: CancelRequest,
    ) -> Result<(Command, Option<Repeat>), EngineError> {
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
        Ok((command, repeat))
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
