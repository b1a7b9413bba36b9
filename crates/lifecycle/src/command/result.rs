//! Results of work: a step ran, a golive propagated, an undo ended.

use super::awaited::Awaited;
use super::{Decide, existing, external};
use crate::decision::Verdict;
use crate::ids::{Micros, OperationId, PublisherTime};
use crate::note::Note;
use crate::offer::{Aggregate, Leftover, SlotContent};
use crate::operation::{
    Cancellation, StepFailure, StepState, Submission, Underway, Undo, UndoState, WorkKind,
};
use crate::plan::{Executor, Outcome, RETRIES};
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};
use crate::webhook::Answer;

/// How a piece of work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WorkOutcome {
    /// It is done. `removed`: leftovers of earlier operations that are gone now.
    Done { removed: Vec<Leftover> },
    /// A transient failure: it may be tried again.
    Transient { reason: String },
    /// A permanent failure.
    Permanent { reason: String },
    /// The third party could not be asked: it is down, out of reach or too busy. It is asked again until its deadline.
    /// Of work that no third party does it is a transient failure.
    NotReached { reason: String },
    /// A third party has it in hand and is turned to `again` later. Of work that no third party does it is a transient
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

impl Decide for StepResult {
    type Reply = ();

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let awaited = Awaited::of(course, self.operation, self.attempt)?;
        let mut transition = Transition::new(offer, now, present);
        transition.finish_work(self.operation, self.attempt);
        Ok(awaited.ended(transition, self.outcome))
    }
}

impl Awaited {
    /// Takes in how the work ended.
    pub(super) fn ended(mut self, mut transition: Transition, outcome: WorkOutcome) -> Verdict<()> {
        match &mut self {
            Self::Run(target, step) => step_ended(&mut transition, target, *step, outcome),
            Self::Propagate(target, step) => propagated(&mut transition, target, *step, outcome),
            Self::OwnUndo(target, failure, undo) => {
                own_undo_ended(&mut transition, target, failure.clone(), *undo, outcome);
            }
            Self::Undo(target, cancellation, undo) => {
                undo_ended(&mut transition, target, cancellation, *undo, outcome);
            }
        }
        self.finish(transition)
    }
}

fn step_ended(
    transition: &mut Transition,
    target: &mut Submission,
    underway: Underway,
    outcome: WorkOutcome,
) {
    let Underway { index, .. } = underway;
    target.head.outstanding = None;
    if let Some(mut external) = target.steps[index].external.take() {
        let step = &mut target.steps[index];
        let next = external::next_of_step(step, &mut external, underway, outcome, transition);
        step.external = Some(external);
        return match next {
            external::Next::Done => step_done(transition, target, index, &[]),
            external::Next::Failed(note, reason) => block_step(transition, target, index, note, reason),
            external::Next::Again(delay) => transition.issue(&mut target.head, index, WorkKind::Run, delay),
        };
    }
    match outcome.of_ours() {
        Ended::Well { removed } => step_done(transition, target, index, &removed),
        Ended::Transient { reason } if underway.tries < RETRIES => {
            let (now, tries) = (transition.now, underway.tries + 1);
            let step = &mut target.steps[index];
            step.state = StepState::InProgress { since: now, tries };
            step.note(now, Note::StepRetry { attempt: tries, of: RETRIES, reason });
            let delay = step.plan.back_off_before(tries);
            transition.issue(&mut target.head, index, WorkKind::Run, delay);
        }
        Ended::Transient { reason } | Ended::Badly { reason } => {
            let note = Note::StepFailed { reason: reason.clone() };
            block_step(transition, target, index, note, reason);
        }
    }
}

/// How a piece of work ended that no third party does.
pub(super) enum Ended {
    Well { removed: Vec<Leftover> },
    Transient { reason: String },
    Badly { reason: String },
}

impl WorkOutcome {
    /// What it means where no third party is asked.
    pub(super) fn of_ours(self) -> Ended {
        match self {
            Self::Done { removed } => Ended::Well { removed },
            Self::Transient { reason } | Self::NotReached { reason } => Ended::Transient { reason },
            Self::Permanent { reason } => Ended::Badly { reason },
            Self::Waiting { message, .. } => {
                Ended::Transient { reason: message.unwrap_or_else(|| "not done yet".to_owned()) }
            }
            Self::Answered(answer) if answer.outcome == Outcome::Succeed => {
                Ended::Well { removed: Vec::new() }
            }
            Self::Answered(answer) => Ended::Badly { reason: answer.message.unwrap_or_default() },
        }
    }
}

fn step_done(transition: &mut Transition, target: &mut Submission, index: usize, removed: &[Leftover]) {
    transition.offer.leftovers.retain(|leftover| !removed.contains(leftover));
    let step = &mut target.steps[index];
    for leftover in removed {
        step.note(transition.now, Note::LeftoverRemoved { step: leftover.step.clone() });
    }
    match step.plan.executor {
        Executor::Live => switch_production(transition, target, index),
        Executor::Signoff => transition.reach_signoff(target, index),
        _ => {
            transition.complete_step(target, index);
            transition.begin_next_step(target);
        }
    }
}

/// The one place where the production slot changes (promise 6).
fn switch_production(transition: &mut Transition, target: &mut Submission, index: usize) {
    let now = transition.now;
    let (id, version) = (target.head.id, target.head.offer_version);
    let step = &mut target.steps[index];
    step.state = StepState::Propagating { since: now, tries: 0 };
    step.note(now, Note::ProductionSwitched { version });
    let delay = step.plan.propagate;
    transition.issue(&mut target.head, index, WorkKind::Propagate, delay);
    let operation = transition.offer.preview.as_ref().map_or(id, |content| content.operation);
    transition.offer.production = Some(SlotContent { version, operation });
}

/// Ends the step, and with it the operation; `note` says why.
fn block_step(
    transition: &mut Transition,
    target: &mut Submission,
    index: usize,
    note: Note,
    reason: String,
) {
    let now = transition.now;
    let step = &mut target.steps[index];
    step.state = StepState::Blocked { at: now };
    step.note(now, note);
    let failure = StepFailure::Failed { step: step.plan.id.clone(), reason };
    transition.fail(target, failure);
}

/// After the switch nothing fails any more: what does not go through is tried until it does.
fn propagated(
    transition: &mut Transition,
    target: &mut Submission,
    underway: Underway,
    outcome: WorkOutcome,
) {
    let Underway { index, since, tries } = underway;
    target.head.outstanding = None;
    let reason = match outcome.of_ours() {
        Ended::Well { .. } => {
            transition.complete_step(target, index);
            return transition.begin_next_step(target);
        }
        Ended::Transient { reason } | Ended::Badly { reason } => reason,
    };
    let again = tries.saturating_add(1);
    let step = &mut target.steps[index];
    step.state = StepState::Propagating { since, tries: again };
    if tries == 0 {
        step.note(transition.now, Note::StepRetry { attempt: 1, of: RETRIES, reason });
    }
    let delay = step.plan.back_off_before(again);
    transition.issue(&mut target.head, index, WorkKind::Propagate, delay);
}

fn own_undo_ended(
    transition: &mut Transition,
    target: &mut Submission,
    failure: StepFailure,
    underway: Underway,
    outcome: WorkOutcome,
) {
    target.head.outstanding = None;
    match undo_after(transition, &mut target.undo[underway.index], underway, outcome) {
        Some(delay) => transition.issue(&mut target.head, underway.index, WorkKind::Undo, delay),
        None => transition.undo_next_of_target(target, failure),
    }
}

fn undo_ended(
    transition: &mut Transition,
    target: &mut Tracked<Submission>,
    cancellation: &mut Cancellation,
    underway: Underway,
    outcome: WorkOutcome,
) {
    cancellation.head.outstanding = None;
    match undo_after(transition, &mut cancellation.undo[underway.index], underway, outcome) {
        Some(delay) => transition.issue(&mut cancellation.head, underway.index, WorkKind::Undo, delay),
        None => transition.undo_next_of_cancellation(target, cancellation),
    }
}

/// What the undo comes to; `Some`: it is tried again after this time.
fn undo_after(
    transition: &Transition,
    undo: &mut Undo,
    underway: Underway,
    outcome: WorkOutcome,
) -> Option<Micros> {
    if let Some(mut external) = undo.external.take() {
        let after = external::undo_after(undo, &mut external, underway, outcome, transition);
        undo.external = Some(external);
        return after;
    }
    let (now, tries) = (transition.now, underway.tries);
    let step = undo.plan.id.clone();
    match outcome.of_ours() {
        Ended::Well { .. } => {
            undo.state = UndoState::Done { at: now };
            undo.note(now, Note::UndoCompleted { step });
        }
        Ended::Transient { reason } if tries < RETRIES => {
            undo.state = UndoState::Running { since: now, tries: tries + 1 };
            undo.note(now, Note::UndoRetry { step, attempt: tries + 1, reason });
            return Some(undo.plan.back_off_before(tries + 1));
        }
        Ended::Transient { reason } | Ended::Badly { reason } => {
            undo.state = UndoState::Failed { at: now, reason: reason.clone() };
            undo.note(now, Note::UndoFailed { step, reason });
        }
    }
    None
}
