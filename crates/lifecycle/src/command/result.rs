//! Results of work: a step ran, a golive propagated, an undo ended.

use super::external;
use crate::decision::{Reply, Verdict};
use crate::ids::{Micros, OperationId, Timestamp};
use crate::note::Note;
use crate::offer::{Aggregate, Leftover, SlotContent};
use crate::operation::{Failure, Operation, Outstanding, StepState, Undo, UndoState, WorkKind};
use crate::plan::{Executor, Outcome, RETRIES};
use crate::refusal::Refusal;
use crate::transition::Transition;
use crate::webhook::Answer;

/// How a piece of work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkOutcome {
    /// It is done. `removed`: leftovers of earlier operations that are gone now.
    Done { removed: Vec<Leftover> },
    /// It failed in passing and may be tried again.
    Passing { reason: String },
    /// It failed for good.
    Final { reason: String },
    /// The third party could not be asked: it is down, out of reach or too busy. It is asked again until its deadline.
    /// Of work that no third party does it is a passing failure.
    NotReached { reason: String },
    /// A third party has it in hand and is turned to `again` later. Of work that no third party does it is a passing
    /// failure.
    Waiting { progress: Option<u8>, message: Option<String>, again: Micros },
    /// A third party answered.
    Answered(Answer),
}

/// The result of a piece of work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// The operation that waits for it.
    pub operation: OperationId,
    /// The number that the work was given.
    pub attempt: u32,
    /// How it ended.
    pub outcome: WorkOutcome,
}

/// The operation of the aggregate that waits for this piece of work, or `StaleResult` (promise 7). Held work was taken
/// back: its release hands out new work.
pub(super) fn expected(
    state: &Aggregate,
    operation: OperationId,
    attempt: u32,
) -> Result<(&Operation, Outstanding), Refusal> {
    [state.target.as_ref(), state.cancellation.as_ref()]
        .into_iter()
        .flatten()
        .filter(|candidate| candidate.id == operation && candidate.is_running())
        .find_map(|candidate| {
            let outstanding = candidate.outstanding.clone()?;
            (outstanding.attempt == attempt && !outstanding.held).then_some((candidate, outstanding))
        })
        .ok_or(Refusal::StaleResult)
}

impl StepResult {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let (operation, outstanding) = expected(&state, self.operation, self.attempt)?;
        let of_cancellation = state.cancellation.as_ref().is_some_and(|other| other.id == operation.id);
        let mut transition = Transition::new(state, present);
        transition.settle(self.operation, self.attempt);
        match outstanding.what {
            WorkKind::Undo => undo_ended(&mut transition, of_cancellation, outstanding.index, self.outcome),
            WorkKind::Run => step_ended(&mut transition, outstanding.index, self.outcome),
            WorkKind::Propagate => propagated(&mut transition, outstanding.index, self.outcome),
        }
        Ok(transition.finish(Reply::Recorded))
    }
}

pub(super) fn step_ended(transition: &mut Transition, index: usize, outcome: WorkOutcome) {
    let step = transition.state.target.as_ref().map(|target| &target.steps[index]);
    if step.is_some_and(|step| step.external.is_some()) {
        return external::step_ended(transition, index, outcome);
    }
    match outcome.of_ours() {
        Ended::Well { removed } => step_done(transition, index, &removed),
        Ended::InPassing { reason } => step_failed_in_passing(transition, index, reason),
        Ended::Badly { reason } => step_failed(transition, index, reason),
    }
}

/// How a piece of work ended that no third party does.
pub(super) enum Ended {
    Well { removed: Vec<Leftover> },
    InPassing { reason: String },
    Badly { reason: String },
}

impl WorkOutcome {
    /// What it means where no third party is asked.
    pub(super) fn of_ours(self) -> Ended {
        match self {
            Self::Done { removed } => Ended::Well { removed },
            Self::Passing { reason } | Self::NotReached { reason } => Ended::InPassing { reason },
            Self::Final { reason } => Ended::Badly { reason },
            Self::Waiting { message, .. } => {
                Ended::InPassing { reason: message.unwrap_or_else(|| "not done yet".to_owned()) }
            }
            Self::Answered(answer) if answer.outcome == Outcome::Succeed => {
                Ended::Well { removed: Vec::new() }
            }
            Self::Answered(answer) => Ended::Badly { reason: answer.message.unwrap_or_default() },
        }
    }
}

pub(super) fn step_done(transition: &mut Transition, index: usize, removed: &[Leftover]) {
    let now = transition.now;
    transition.state.offer.leftovers.retain(|leftover| !removed.contains(leftover));
    let Some(target) = transition.target() else { return };
    target.outstanding = None;
    let step = &mut target.steps[index];
    for leftover in removed {
        step.note(now, Note::LeftoverRemoved { step: leftover.step.clone() });
    }
    match step.plan.executor {
        Executor::Live => switch_production(transition, index),
        Executor::Signoff => transition.reach_signoff(index),
        _ => {
            transition.complete_step(index);
            transition.begin_next_step();
        }
    }
}

/// The one place where the production slot changes (promise 6).
fn switch_production(transition: &mut Transition, index: usize) {
    let now = transition.now;
    let preview = transition.state.offer.preview.clone();
    let Some(target) = transition.target() else { return };
    let (id, version) = (target.id, target.offer_version);
    let step = &mut target.steps[index];
    step.state = StepState::Propagating { since: now, tries: 0 };
    step.note(now, Note::ProductionSwitched { version });
    let delay = step.plan.propagate;
    let attempt = target.expect_work(index, WorkKind::Propagate);
    transition.issue(id, attempt, WorkKind::Propagate, delay);
    let operation = preview.map_or(id, |content| content.operation);
    transition.state.offer.production = Some(SlotContent { version, operation });
}

fn step_failed_in_passing(transition: &mut Transition, index: usize, reason: String) {
    let now = transition.now;
    let Some(target) = transition.target() else { return };
    let step = &mut target.steps[index];
    let StepState::InProgress { tries, .. } = step.state else { return };
    if tries >= RETRIES {
        return step_failed(transition, index, reason);
    }
    step.state = StepState::InProgress { since: now, tries: tries + 1 };
    step.note(now, Note::StepRetry { attempt: tries + 1, of: RETRIES, reason });
    let delay = step.plan.back_off_before(tries + 1);
    let (id, attempt) = (target.id, target.expect_work(index, WorkKind::Run));
    transition.issue(id, attempt, WorkKind::Run, delay);
}

fn step_failed(transition: &mut Transition, index: usize, reason: String) {
    let note = Note::StepFailed { reason: reason.clone() };
    block_step(transition, index, note, reason);
}

/// Ends the step, and with it the operation; `note` says why.
pub(super) fn block_step(transition: &mut Transition, index: usize, note: Note, reason: String) {
    let now = transition.now;
    let Some(target) = transition.target() else { return };
    target.outstanding = None;
    let step = &mut target.steps[index];
    step.state = StepState::Blocked { at: now };
    step.note(now, note);
    let failure = Failure::StepFailed { step: step.plan.id.clone(), reason };
    transition.fail(failure);
}

/// After the switch nothing fails any more: what does not go through is tried until it does.
fn propagated(transition: &mut Transition, index: usize, outcome: WorkOutcome) {
    let now = transition.now;
    let Some(target) = transition.target() else { return };
    target.outstanding = None;
    let reason = match outcome.of_ours() {
        Ended::Well { .. } => {
            transition.complete_step(index);
            return transition.begin_next_step();
        }
        Ended::InPassing { reason } | Ended::Badly { reason } => reason,
    };
    let step = &mut target.steps[index];
    let StepState::Propagating { since, tries } = step.state else { return };
    step.state = StepState::Propagating { since, tries: tries.saturating_add(1) };
    if tries == 0 {
        step.note(now, Note::StepRetry { attempt: 1, of: RETRIES, reason });
    }
    let delay = step.plan.back_off_before(tries.saturating_add(1));
    let (id, attempt) = (target.id, target.expect_work(index, WorkKind::Propagate));
    transition.issue(id, attempt, WorkKind::Propagate, delay);
}

pub(super) fn undo_ended(
    transition: &mut Transition,
    of_cancellation: bool,
    index: usize,
    outcome: WorkOutcome,
) {
    let (now, present) = (transition.now, transition.present);
    let operation = if of_cancellation { transition.cancellation() } else { transition.target() };
    let Some(operation) = operation else { return };
    operation.outstanding = None;
    let undo = &mut operation.undo[index];
    let after = if undo.external.is_some() {
        external::undo_after(undo, outcome, now, present)
    } else {
        undo_after(undo, outcome, now)
    };
    if let Some(delay) = after {
        let (id, attempt) = (operation.id, operation.expect_work(index, WorkKind::Undo));
        return transition.issue(id, attempt, WorkKind::Undo, delay);
    }
    if of_cancellation {
        transition.undo_next_of_cancellation();
    } else {
        transition.undo_next_of_target();
    }
}

/// What the undo comes to; `Some`: it is tried again after this time.
fn undo_after(undo: &mut Undo, outcome: WorkOutcome, now: Timestamp) -> Option<Micros> {
    let step = undo.plan.id.clone();
    let UndoState::Running { tries, .. } = undo.state else { return None };
    match outcome.of_ours() {
        Ended::Well { .. } => {
            undo.state = UndoState::Done { at: now };
            undo.note(now, Note::UndoCompleted { step });
        }
        Ended::InPassing { reason } if tries < RETRIES => {
            undo.state = UndoState::Running { since: now, tries: tries + 1 };
            undo.note(now, Note::UndoRetry { step, attempt: tries + 1, reason });
            return Some(undo.plan.back_off_before(tries + 1));
        }
        Ended::InPassing { reason } | Ended::Badly { reason } => {
            undo.state = UndoState::Failed { at: now, reason: reason.clone() };
            undo.note(now, Note::UndoFailed { step, reason });
        }
    }
    None
}
