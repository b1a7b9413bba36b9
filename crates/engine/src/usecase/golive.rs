//! Go live.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{GoLive, Guard};
use signoff_lifecycle::decision::Started;
use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::plan::Executor;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::contract::Loaded;

use super::Done;
use super::audit::AuditedAction;
use super::path::{Prepared, Scope, UseCase};
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

impl GoLiveRequest {
    /// A golive without a guard.
    pub fn of(by: impl Into<Actor>) -> Self {
        Self { by: by.into(), guard: Guard::None, repeat: None }
    }
}

/// A golive on its way.
struct GoingLive {
    request: GoLiveRequest,
    id: OperationId,
}

impl UseCase for GoingLive {
    type Offer = Loaded;
    type Command = GoLive;
    type Facts = ();
    type Receipt = Started;

    async fn load(&mut self, scope: Scope<'_>) -> Result<Loaded, EngineError> {
        scope.load_existing().await
    }

    fn repeat(&self) -> Option<Repeat> {
        self.request.repeat
    }

    fn audited(&self) -> Option<AuditedAction> {
        Some(AuditedAction::plain("golive"))
    }

    async fn prepare(
        &mut self,
        scope: Scope<'_>,
        loaded: &Loaded,
        _: PublisherTime,
    ) -> Result<Prepared<Self>, EngineError> {
        let (engine, state) = (scope.engine, &loaded.aggregate);
        let offer_type = engine.offer_type(&state.offer.offer_type)?;
        let plan = engine.plan(scope, offer_type);
        let live = plan.into_iter().find(|step| step.executor == Executor::Live);
        let golive = GoLive {
            id: self.id,
            by: self.request.by.clone(),
            migrated_by_default: engine.migrated_by_default(&scope.key.publisher).await?,
            live: live.ok_or(Refusal::NotReadyForGoLive { status: state.status() })?,
            guard: self.request.guard.clone(),
        };
        Ok(Prepared::plain(golive))
    }

    fn receipt(reply: Started, _: &Aggregate, (): ()) -> Started {
        reply
    }
}

impl Engine {
    /// Brings the offer's preview to production.
    ///
    /// # Errors
    /// The refusals of the contract, and failures of the store.
    pub async fn golive(&self, key: &OfferKey, request: GoLiveRequest) -> Result<Done<Started>, EngineError> {
        let id = OperationId(self.shared.clock.new_id());
        self.execute(key, GoingLive { request, id }).await
    }
}
