//! Submissions: a publish or a golive, which takes steps.

use serde::{Deserialize, Serialize};

use super::{
    CancellationRequestState, Failure, Head, Kind, Slot, Standing, Step, StepFailure, StepState, Underway,
    Undo, UndoState, WorkKind,
};
use crate::ids::{OperationId, PublisherTime};
use crate::plan::CancelPolicy;

/// What a submission is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Goal {
    /// It brings a snapshot of the draft to the preview slot.
    Publish,
    /// It brings the preview to the production slot.
    GoLive,
}

/// Where a submission stands. Each state carries what only it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Its steps run, or wait.
    Running,
    /// A cancellation undoes it.
    Canceling { cancellation: OperationId },
    /// A step failed; what began is undone.
    Undoing { failure: StepFailure },
    /// It ended well.
    Completed { at: PublisherTime },
    /// It failed.
    Failed { at: PublisherTime, failure: Failure },
    /// It was cancelled.
    Canceled { at: PublisherTime, by: String, reason: Option<String> },
}

/// A publish or a golive.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Submission {
    /// What every operation has.
    pub head: Head,
    /// What it is for.
    pub goal: Goal,
    /// Where it stands.
    pub phase: Phase,
    /// Its steps.
    pub steps: Vec<Step>,
    /// What it undoes since a step failed, in that order.
    pub undo: Vec<Undo>,
    /// Steps that were released, for scenarios that hold.
    pub released: Vec<String>,
}

impl Submission {
    /// A submission that starts.
    pub fn new(head: Head, goal: Goal, steps: Vec<Step>) -> Self {
        Self { head, goal, phase: Phase::Running, steps, undo: Vec::new(), released: Vec::new() }
    }

    /// What it is for, as references and stores say it.
    pub fn kind(&self) -> Kind {
        match self.goal {
            Goal::Publish => Kind::Publish,
            Goal::GoLive => Kind::GoLive,
        }
    }

    /// The slot in its address: the one that it fills.
    pub fn slot(&self) -> Slot {
        match self.goal {
            Goal::Publish => Slot::Preview,
            Goal::GoLive => Slot::Production,
        }
    }

    /// Where it stands, in a word.
    pub fn standing(&self) -> Standing {
        match self.phase {
            Phase::Running => Standing::Running,
            Phase::Canceling { .. } => Standing::Canceling,
            Phase::Undoing { .. } => Standing::Undoing,
            Phase::Completed { .. } => Standing::Completed,
            Phase::Failed { .. } => Standing::Failed,
            Phase::Canceled { .. } => Standing::Canceled,
        }
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.ended_at().is_none()
    }

    /// When it ended; `None`: it has not.
    pub fn ended_at(&self) -> Option<PublisherTime> {
        match self.phase {
            Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. } => None,
            Phase::Completed { at } | Phase::Failed { at, .. } | Phase::Canceled { at, .. } => Some(at),
        }
    }

    /// Whether it waits for the publisher's sign-off.
    pub fn waits_for_signoff(&self) -> bool {
        self.phase == Phase::Running
            && self.steps.iter().any(|step| matches!(step.state, StepState::WaitingForSignoff { .. }))
    }

    /// The place of the step that switched the production slot, while the submission is on its way to its end.
    pub fn switched(&self) -> Option<usize> {
        self.steps.iter().position(|step| matches!(step.state, StepState::Propagating { .. }))
    }

    /// Whether it switched the production slot and is on its way to its end.
    pub fn is_switched(&self) -> bool {
        self.switched().is_some()
    }

    /// The first step behind which there is no way back, if it has begun.
    pub fn point_of_no_return(&self) -> Option<&Step> {
        self.steps.iter().find(|step| step.began() && step.policy() == CancelPolicy::Refuse)
    }

    /// The steps that began and need undoing, the last begun first. A step that refuses a cancel is among them: when
    /// the operation fails later, what that step did is still to be undone.
    pub fn to_undo(&self) -> impl Iterator<Item = &Step> {
        self.steps.iter().rev().filter(|step| step.began() && step.policy() != CancelPolicy::Interrupt)
    }

    /// The undos that stopping it now takes, in their order.
    pub(crate) fn undo_of_steps(&self) -> Vec<Undo> {
        let undo = |step: &Step| Undo {
            plan: step.plan.clone(),
            state: UndoState::Pending,
            external: None,
            notes: Vec::new(),
        };
        self.to_undo().map(undo).collect()
    }

    /// Whether a scenario holds the work that is outstanding: it runs a step that was not released.
    pub fn holds(&self) -> bool {
        let running = self.head.outstanding.filter(|outstanding| outstanding.what == WorkKind::Run);
        running
            .and_then(|outstanding| self.steps.get(outstanding.index))
            .is_some_and(|step| step.plan.holds() && !self.released.contains(&step.plan.id))
    }

    /// What a cancel of it would meet now.
    pub fn cancellation_request_state(&self) -> CancellationRequestState {
        match self.phase {
            Phase::Canceling { .. } => CancellationRequestState::CancelRequested,
            Phase::Canceled { .. } => CancellationRequestState::Canceled,
            Phase::Running if self.point_of_no_return().is_none() => CancellationRequestState::CanCancel,
            Phase::Running | Phase::Undoing { .. } | Phase::Completed { .. } | Phase::Failed { .. } => {
                CancellationRequestState::CannotCancel
            }
        }
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.plan.id == id)
    }

    /// The step at `index`, if an executor works on it.
    pub(crate) fn step_underway(&self, index: usize) -> Option<Underway> {
        match self.steps.get(index)?.state {
            StepState::InProgress { since, tries } => Some(Underway { index, since, tries }),
            _ => None,
        }
    }

    /// The step at `index`, if its switch propagates.
    pub(crate) fn propagation_underway(&self, index: usize) -> Option<Underway> {
        match self.steps.get(index)?.state {
            StepState::Propagating { since, tries } => Some(Underway { index, since, tries }),
            _ => None,
        }
    }
}
