//! Cancel the operation in progress, and release a step that a scenario holds.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Cancel, CancelTarget, Guard, Release, StopLevel};
use signoff_lifecycle::decision::{StopReply, Verdict};
use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::Repeat;
use signoff_store::StoreError;
use signoff_store::contract::Loaded;

use super::audit::AuditedAction;
use super::path::{Prepared, Scope, UseCase};
use super::{CancelReceipt, Done, Plain};
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
    pub level: StopLevel,
    /// Whether a cancel of what has ended is accepted, too (dialect `observed`).
    pub accepts_ended: bool,
    /// What is needed if the request may come again.
    pub repeat: Option<Repeat>,
}

/// A cancel on its way.
struct Canceling<'r> {
    request: &'r CancelRequest,
    /// Of the cancellation, should one be needed.
    id: OperationId,
    named: CancelTarget,
}

impl UseCase for Canceling<'_> {
    type Offer = Option<Loaded>;
    type Command = Cancel;
    type Facts = ();
    type Receipt = CancelReceipt;

    async fn load(&mut self, scope: Scope<'_>) -> Result<Option<Loaded>, EngineError> {
        let loaded = scope.load().await?;
        self.named = named(scope, loaded.as_ref(), self.request.operation).await?;
        Ok(loaded)
    }

    fn repeat(&self) -> Option<Repeat> {
        self.request.repeat.filter(|_| self.named != CancelTarget::Unknown)
    }

    fn audited(&self) -> Option<AuditedAction> {
        Some(AuditedAction::stop(self.request.level, self.request.reason.clone()))
    }

    async fn prepare(
        &mut self,
        _: Scope<'_>,
        _: &Option<Loaded>,
        _: PublisherTime,
    ) -> Result<Prepared<Self>, EngineError> {
        let CancelRequest { by, reason, emails, guard, level, .. } = self.request.clone();
        let cancel = Cancel { id: self.id, by, reason, emails, named: self.named, guard, level };
        Ok(Prepared::plain(cancel))
    }

    fn receipt(reply: StopReply, state: &Aggregate, (): ()) -> CancelReceipt {
        CancelReceipt::of(reply, state)
    }

    /// The dialect's exception: what has ended counts as cancelled.
    fn refused(&self, refusal: Refusal) -> Result<CancelReceipt, EngineError> {
        match refusal {
            Refusal::NoOperationInProgress { newest: Some(newest) } if self.request.accepts_ended => {
                Ok(CancelReceipt::NothingToCancel(newest))
            }
            refusal => Err(refusal.into()),
        }
    }
}

impl CancelRequest {
    /// A cancel of what runs, without a reason, recipients or a guard.
    pub fn of(by: impl Into<Actor>) -> Self {
        Self {
            by: by.into(),
            reason: None,
            emails: Vec::new(),
            operation: None,
            guard: Guard::None,
            level: StopLevel::Cancel,
            accepts_ended: false,
            repeat: None,
        }
    }

    fn case(&self, id: OperationId) -> Canceling<'_> {
        Canceling { request: self, id, named: CancelTarget::Newest }
    }
}

impl Engine {
    /// Stops the offer's operation in progress (contract, "Cancel").
    ///
    /// # Errors
    /// The refusals of the contract's rules, and failures of the store.
    pub async fn cancel(
        &self,
        key: &OfferKey,
        request: CancelRequest,
    ) -> Result<Done<CancelReceipt>, EngineError> {
        self.execute(key, request.case(OperationId(self.shared.clock.new_id()))).await
    }

    /// What [`Engine::cancel`] would answer now, on the offer as it would then be. Nothing is changed.
    ///
    /// # Errors
    /// Those of the cancel.
    pub async fn preview_cancel(
        &self,
        key: &OfferKey,
        request: CancelRequest,
    ) -> Result<Done<CancelReceipt>, EngineError> {
        let mut case = request.case(OperationId(self.shared.clock.new_id()));
        Ok(match self.dry_run(key, &mut case).await? {
            Verdict::Change(decision) => Done { state: decision.next.into(), receipt: decision.reply },
            Verdict::Already { state, reply: receipt } => Done { state: state.into(), receipt },
        })
    }

    /// Lets a step go on that a scenario holds, or will hold.
    ///
    /// # Errors
    /// If no operation of the offer runs, or it has no such step.
    pub async fn release(&self, key: &OfferKey, step: &str) -> Result<Done<()>, EngineError> {
        self.execute(key, Plain::new(Release { step: step.to_owned() })).await
    }
}

/// The operation that is meant. Only one that is not the offer's newest has to be looked for.
async fn named(
    scope: Scope<'_>,
    loaded: Option<&Loaded>,
    named: Option<OperationId>,
) -> Result<CancelTarget, StoreError> {
    let Some(id) = named else { return Ok(CancelTarget::Newest) };
    if loaded.is_some_and(|loaded| loaded.aggregate.operation(id).is_some()) {
        return Ok(CancelTarget::Operation(id));
    }
    let found = scope.engine.operation(&scope.key.publisher, id).await?;
    Ok(if found.is_some_and(|cached| cached.key == *scope.key) {
        CancelTarget::Operation(id)
    } else {
        CancelTarget::Unknown
    })
}
