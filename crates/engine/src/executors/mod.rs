//! Who does the work of the steps: one executor a file.

mod live;
mod package;
mod provision;
mod validate;
mod webhook;

use std::sync::Arc;

use async_trait::async_trait;
use signoff_lifecycle::command::WorkOutcome;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::operation::{Operation, Outstanding, StepState, UndoState, WorkKind};
use signoff_lifecycle::plan::{CancelPolicy, Executor, Outcome, StepPlan};
use signoff_lifecycle::webhook::Ask;
use signoff_store::contract::Lease;
use signoff_store::{Store, StoreError};
use signoff_webhook::Hooks;

use crate::clock::Clock;

/// What an executor is told.
pub(crate) struct Task<'a> {
    pub(crate) store: &'a dyn Store,
    /// The right to do it. What a step makes is stored under it, so that nothing is made after an undo began.
    pub(crate) lease: &'a Lease,
    pub(crate) key: &'a OfferKey,
    pub(crate) offer_type: &'a str,
    /// The operation whose step it is: that of the step even when a cancellation undoes it.
    pub(crate) operation: OperationId,
    pub(crate) offer_version: u32,
    pub(crate) step: &'a str,
}

/// Why an executor could not do its work.
#[derive(Debug)]
pub(crate) enum StepError {
    /// The same may go well later.
    Transient(String),
    /// It will not go well.
    Permanent(String),
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::Transient(error.to_string())
    }
}

/// Does the work of a kind of step. Every call may come again after a crash and must then come to the same.
#[async_trait]
pub(crate) trait StepExecutor: Send + Sync {
    /// Runs the step.
    async fn run(&self, task: &Task<'_>) -> Result<(), StepError>;

    /// Removes all that the step made, finished or not.
    async fn undo(&self, task: &Task<'_>) -> Result<(), StepError>;
}

/// Nothing but time passes.
struct Simulated;

#[async_trait]
impl StepExecutor for Simulated {
    async fn run(&self, _: &Task<'_>) -> Result<(), StepError> {
        Ok(())
    }

    async fn undo(&self, _: &Task<'_>) -> Result<(), StepError> {
        Ok(())
    }
}

/// All executors.
pub(crate) struct Executors {
    store: Arc<dyn Store>,
    simulated: Simulated,
    provision: provision::Provision,
    package: package::Package,
    live: live::Live,
    webhook: webhook::ByWebhook,
}

impl Executors {
    pub(crate) fn new(store: Arc<dyn Store>, clock: Arc<Clock>, hooks: Arc<Hooks>) -> Self {
        Self {
            store,
            simulated: Simulated,
            provision: provision::Provision,
            package: package::Package,
            live: live::Live,
            webhook: webhook::ByWebhook::new(hooks, clock),
        }
    }

    fn of(&self, executor: Executor) -> &dyn StepExecutor {
        match executor {
            // What validation does besides is the matter of the operation, not of the step: see `validate`.
            // A webhook's step gets here only when a scenario plays it.
            Executor::Validate
            | Executor::Manual
            | Executor::Simulated
            | Executor::Signoff
            | Executor::Webhook => &self.simulated,
            Executor::Provision => &self.provision,
            Executor::Package => &self.package,
            Executor::Live => &self.live,
        }
    }

    /// Does `outstanding`, the piece of work that `operation` waits for.
    pub(crate) async fn execute(
        &self,
        key: &OfferKey,
        operation: &Operation,
        outstanding: Outstanding,
        lease: &Lease,
    ) -> WorkOutcome {
        match outstanding.what {
            WorkKind::Undo => self.undo(key, operation, outstanding.index, lease).await,
            WorkKind::Run => self.run(key, operation, outstanding.index, lease).await,
            WorkKind::Propagate => WorkOutcome::Done { removed: Vec::new() },
        }
    }

    async fn run(&self, key: &OfferKey, operation: &Operation, index: usize, lease: &Lease) -> WorkOutcome {
        let step = &operation.steps()[index];
        let tries = match step.state {
            StepState::InProgress { tries, .. } => tries,
            _ => 0,
        };
        if let Some(outcome) = scripted(&step.plan, tries) {
            return outcome;
        }
        let task = self.task(lease, key, operation, operation.head().id, &step.plan.id);
        if let Some(webhook) = step.plan.third_party() {
            return self.webhook.ask(&task, webhook, step.external.as_ref(), Ask::Run).await;
        }
        let removed = match step.plan.executor {
            Executor::Validate => validate::remove_leftovers(self, &task, operation).await,
            // A scenario may say that a cancel stops the step on the spot, with nothing to undo: so it makes nothing.
            _ if step.plan.cancel == CancelPolicy::Interrupt => Ok(Vec::new()),
            executor => self.of(executor).run(&task).await.map(|()| Vec::new()),
        };
        match removed {
            Ok(removed) => WorkOutcome::Done { removed },
            Err(error) => failed(error),
        }
    }

    async fn undo(&self, key: &OfferKey, operation: &Operation, index: usize, lease: &Lease) -> WorkOutcome {
        let undo = &operation.undo()[index];
        debug_assert!(matches!(undo.state, UndoState::Running { .. }), "only a running undo has work");
        let owner = operation.cancellation().map_or(operation.head().id, |cancellation| cancellation.target);
        let task = self.task(lease, key, operation, owner, &undo.plan.id);
        if let Some(webhook) = undo.plan.third_party() {
            return self.webhook.ask(&task, webhook, undo.external.as_ref(), Ask::Cancel).await;
        }
        match self.undo_step(&task, &undo.plan).await {
            Ok(()) => WorkOutcome::Done { removed: Vec::new() },
            Err(error) => failed(error),
        }
    }

    /// Undoes one step as its plan says.
    async fn undo_step(&self, task: &Task<'_>, plan: &StepPlan) -> Result<(), StepError> {
        if plan.script.as_ref().is_some_and(|script| script.undo_outcome == Outcome::Fail) {
            return Err(StepError::Permanent("the scenario lets this undo fail".to_owned()));
        }
        if let Some(webhook) = plan.third_party() {
            return self.webhook.remove(task, webhook).await;
        }
        self.of(plan.executor).undo(task).await
    }

    fn task<'a>(
        &'a self,
        lease: &'a Lease,
        key: &'a OfferKey,
        operation: &'a Operation,
        owner: OperationId,
        step: &'a str,
    ) -> Task<'a> {
        let store = self.store.as_ref();
        let offer_version = operation.head().offer_version;
        let offer_type = operation.head().offer_type.as_str();
        Task { store, lease, key, offer_type, operation: owner, offer_version, step }
    }
}

/// What the scenario makes of this attempt, if it has a say.
fn scripted(plan: &StepPlan, tries: u32) -> Option<WorkOutcome> {
    let script = plan.script.as_ref()?;
    let reason = || script.message.clone().unwrap_or_else(|| "the scenario lets this step fail".to_owned());
    match script.fail_times {
        Some(times) if tries < times => Some(WorkOutcome::Transient { reason: reason() }),
        None if script.outcome == Outcome::Fail => Some(WorkOutcome::Permanent { reason: reason() }),
        _ => None,
    }
}

fn failed(error: StepError) -> WorkOutcome {
    match error {
        StepError::Transient(reason) => WorkOutcome::Transient { reason },
        StepError::Permanent(reason) => WorkOutcome::Permanent { reason },
    }
}
