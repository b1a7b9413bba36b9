//! Go live.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Command, GoLive, Guard};
use signoff_lifecycle::plan::Executor;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;

use super::{Along, Done, Tried};
use crate::engine::Engine;
use crate::error::EngineError;

/// What a caller wants to go live.
#[derive(Clone, Debug)]
pub struct GoLiveRequest {
    /// Who asks.
    pub by: Actor,
    /// The concurrency guard.
    pub guard: Guard,
    /// What is needed if the request may come again.
    pub repeat: Option<Repeat>,
}

impl Engine {
    /// Brings the offer's preview to production.
    ///
    /// # Errors
    /// The refusals of the contract, and failures of the store.
    pub async fn golive(
        &self,
        publisher: &str,
        offer: &str,
        request: GoLiveRequest,
    ) -> Result<Done, EngineError> {
        let id = self.shared.clock.new_id();
        for _ in 0..super::ATTEMPTS {
            let loaded = self.shared.store.load(publisher, offer).await?;
            let state = &loaded.as_ref().ok_or(Refusal::OfferNotFound)?.aggregate;
            if let Some(done) = self.done_before(publisher, loaded.as_ref(), request.repeat.as_ref()).await? {
                return Ok(done);
            }
            let offer_type = self.offer_type(&state.offer.offer_type)?;
            let scenario = self.scenario(publisher, offer);
            let plan = self.plan(offer_type, scenario.as_ref());
            let live = plan.into_iter().find(|step| step.executor == Executor::Live);
            let command = Command::GoLive(GoLive {
                id,
                by: request.by.clone(),
                migrated_by_default: self.migrated_by_default(publisher).await?,
                live: live.ok_or(Refusal::NotReadyForGoLive { status: state.status() })?,
                guard: request.guard.clone(),
            });
            let now = self.shared.clock.now(publisher);
            let along = Along { repeat: request.repeat, ..Along::default() };
            match self.try_once(publisher, loaded, command, now, along).await? {
                Tried::Done(done) => return Ok(*done),
                Tried::Stale => {}
            }
        }
        Err(EngineError::Conflict)
    }
}
