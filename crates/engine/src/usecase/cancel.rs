//! Cancel the operation in progress, and release a step that a scenario holds.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Cancel, Command, Guard, Means, Named, Release};
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Loaded;

use super::told::{self, Told};
use super::{Along, Done, Tried};
use crate::engine::Engine;
use crate::error::EngineError;

/// What a caller wants cancelled.
#[derive(Clone, Debug)]
pub struct CancelRequest {
    /// Who asks.
    pub by: Actor,
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
        let id = self.shared.clock.new_id();
        for _ in 0..super::ATTEMPTS {
            let loaded = self.shared.store.load(publisher, offer).await?;
            let named = self.named(publisher, offer, loaded.as_ref(), request.operation).await?;
            // What is not there is told before anything about the repeating of the request.
            let repeat = request.repeat.filter(|_| named != Named::Unknown);
            if let Some(done) = self.done_before(publisher, loaded.as_ref(), repeat.as_ref()).await? {
                return Ok(done);
            }
            let now = self.shared.clock.now(publisher);
            let command = cancel(id, &request, named);
            let along = Along { repeat, accepts_ended: request.accepts_ended, ..Along::default() };
            match self.try_once(publisher, loaded, command, now, along).await? {
                Tried::Done(done) => return Ok(*done),
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
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
        let loaded = self.shared.store.load(publisher, offer).await?;
        let named = self.named(publisher, offer, loaded.as_ref(), request.operation).await?;
        let command = cancel(self.shared.clock.new_id(), &request, named);
        let state = loaded.ok_or(Refusal::OfferNotFound)?.aggregate;
        let now = self.shared.clock.now(publisher);
        let reply = match signoff_lifecycle::decide(Some(state.clone()), command, now) {
            Ok(Verdict::Change(decision)) => decision.reply,
            Ok(Verdict::Already(reply)) => reply,
            Err(refusal) if request.accepts_ended => told::ended(refusal)?,
            Err(refusal) => return Err(refusal.into()),
        };
        let told = Told::of(reply.clone(), &state, None);
        Ok(Done { reply, state, told })
    }

    /// The operation that is meant. Only one that is not the offer's newest has to be looked for.
    async fn named(
        &self,
        publisher: &str,
        offer: &str,
        loaded: Option<&Loaded>,
        named: Option<OperationId>,
    ) -> Result<Named, StoreError> {
        let Some(id) = named else { return Ok(Named::Newest) };
        let newest = loaded.map(|loaded| [&loaded.aggregate.target, &loaded.aggregate.cancellation]);
        if newest.into_iter().flatten().flatten().any(|operation| operation.id == id) {
            return Ok(Named::Operation(id));
        }
        let found = self.operation(publisher, id).await?;
        Ok(if found.is_some_and(|viewed| viewed.offer == offer) {
            Named::Operation(id)
        } else {
            Named::Unknown
        })
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

fn cancel(id: OperationId, request: &CancelRequest, named: Named) -> Command {
    Command::Cancel(Cancel {
        id,
        by: request.by.clone(),
        reason: request.reason.clone(),
        emails: request.emails.clone(),
        named,
        guard: request.guard.clone(),
        means: request.means,
    })
}
