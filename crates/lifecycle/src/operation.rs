//! Operations: publish, go live, cancel; their steps, and what each state carries.

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::ids::{OperationId, Timestamp};
use crate::note::{Note, NoteAt};
use crate::plan::{CancelPolicy, Executor, StepPlan};
use crate::webhook::External;

/// What an operation is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// Brings a snapshot of the draft to the preview slot.
    Publish,
    /// Brings the preview to the production slot.
    GoLive,
    /// Undoes another operation.
    #[serde(rename_all = "camelCase")]
    Cancel {
        /// The operation it undoes.
        target: OperationId,
        /// Its target's publishing version, for the target's address.
        target_version: u64,
        /// Why, in the caller's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
}

/// The slot in an operation's address (contract, "Location").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Slot {
    /// `preview` in addresses, `staging` on the wire of operations.
    Preview,
    /// `production` in both.
    Production,
}

/// Where a step stands. Each state carries what only it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// It has not begun.
    NotStarted,
    /// An executor works on it.
    InProgress {
        /// When this attempt began.
        since: Timestamp,
        /// Attempts that failed in passing.
        tries: u32,
    },
    /// A reviewer must approve or reject it.
    WaitingForApproval { since: Timestamp },
    /// The publisher must go live or cancel.
    WaitingForSignoff { since: Timestamp },
    /// The production slot is switched; what remains cannot fail.
    Propagating { since: Timestamp, tries: u32 },
    /// It ended well.
    Complete { at: Timestamp },
    /// It is shown as complete because the operation continues one that completed it.
    Inherited { at: Timestamp },
    /// It failed.
    Blocked { at: Timestamp },
    /// A reviewer rejected it.
    Rejected { at: Timestamp },
    /// A cancel stopped it.
    Canceled { at: Timestamp },
}

/// One step of a publish or a golive.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Step {
    /// What it does and how it may be stopped.
    pub plan: StepPlan,
    /// Where it stands.
    pub state: StepState,
    /// Where the third party stands that does it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
    /// What it has to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteAt>,
}

impl Step {
    /// A step that has not begun.
    pub fn new(plan: StepPlan) -> Self {
        Self { plan, state: StepState::NotStarted, external: None, notes: Vec::new() }
    }

    /// Whether this operation began the step: what began may have to be undone.
    pub fn began(&self) -> bool {
        !matches!(self.state, StepState::NotStarted | StepState::Inherited { .. })
    }

    /// Whether it began and has not ended.
    pub fn is_open(&self) -> bool {
        matches!(
            self.state,
            StepState::InProgress { .. }
                | StepState::WaitingForApproval { .. }
                | StepState::WaitingForSignoff { .. }
                | StepState::Propagating { .. }
        )
    }

    /// What a cancel finds in the step now: after the switch there is no way back.
    pub fn policy(&self) -> CancelPolicy {
        if self.plan.executor == Executor::Live
            && matches!(self.state, StepState::Propagating { .. } | StepState::Complete { .. })
        {
            CancelPolicy::Refuse
        } else {
            self.plan.cancel
        }
    }

    /// Adds a message.
    pub(crate) fn note(&mut self, at: Timestamp, note: Note) {
        self.notes.push(NoteAt { at, note });
    }
}

/// Where the undo of one step stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UndoState {
    /// Its turn has not come.
    Pending,
    /// It runs.
    Running { since: Timestamp, tries: u32 },
    /// Nothing of the step is left.
    Done { at: Timestamp },
    /// Something of the step is left.
    Failed { at: Timestamp, reason: String },
    /// Nobody tries any more: the operation was ended by force, and something of the step may be left.
    GivenUp { at: Timestamp },
}

/// The undo of one step, in a cancellation or in an operation that undoes itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Undo {
    /// The plan of the step that is undone.
    pub plan: StepPlan,
    /// Where the undo stands.
    pub state: UndoState,
    /// Where the third party stands that was told of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external: Option<External>,
    /// What it has to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteAt>,
}

impl Undo {
    /// Adds a message.
    pub(crate) fn note(&mut self, at: Timestamp, note: Note) {
        self.notes.push(NoteAt { at, note });
    }
}

/// The piece of work that an operation waits for. There is never more than one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Outstanding {
    /// The number that its result must carry (promise 7: a stale one is refused).
    pub attempt: u32,
    /// The step (or undo) by its place.
    pub index: usize,
    /// Run or undo.
    pub what: WorkKind,
    /// A scenario holds it: it is not due until it is released.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// What kind of work is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WorkKind {
    /// Run a step.
    Run,
    /// Finish a golive after its switch.
    Propagate,
    /// Undo a step.
    Undo,
}

/// Why an operation failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// A step failed for good.
    StepFailed { step: String, reason: String },
    /// A reviewer said no.
    StepRejected { step: String, reason: String },
    /// Cancelling it failed, or was given up by force; `left` names the steps that are left behind.
    CancellationFailed { cancellation: OperationId, left: Vec<String> },
}

/// Where an operation stands. Each state carries what only it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    /// Its steps run, or wait.
    Running,
    /// A cancellation undoes it.
    Canceling { cancellation: OperationId },
    /// A step failed; what began is undone.
    Undoing { failure: Failure },
    /// It ended well.
    Completed { at: Timestamp },
    /// It failed.
    Failed { at: Timestamp, failure: Failure },
    /// It was cancelled.
    Canceled { at: Timestamp, by: String, reason: Option<String> },
}

/// `cancellationRequestState` on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CancellationRequestState {
    /// A cancel would be accepted.
    CanCancel,
    /// A cancellation runs.
    CancelRequested,
    /// It was cancelled.
    Canceled,
    /// A cancel would be refused.
    CannotCancel,
}

/// One operation, whole.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Operation {
    /// Its GUID.
    pub id: OperationId,
    /// What it is for.
    pub kind: Kind,
    /// Its number on the offer; every operation takes the next one.
    pub publishing_version: u64,
    /// The slot in its address.
    pub slot: Slot,
    /// The offer's type.
    pub offer_type: String,
    /// The version of the offer it works on.
    pub offer_version: u32,
    /// The offer's operation before this one: lists follow this thread.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<OperationId>,
    /// Whether the offer was migrated when it started.
    pub migrated: bool,
    /// Who started it.
    pub by: Actor,
    /// Who hears of it, as the request said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub emails: Vec<String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it changed last.
    pub changed_at: Timestamp,
    /// Grows with every change; follows the time of the change where it can.
    pub revision: u64,
    /// Where it stands.
    pub phase: Phase,
    /// The steps of a publish or a golive; empty for a cancellation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Step>,
    /// What is undone, in that order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<Undo>,
    /// The piece of work it waits for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outstanding: Option<Outstanding>,
    /// The number that the last piece of work got.
    #[serde(default)]
    pub last_attempt: u32,
    /// Steps that were released, for scenarios that hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub released: Vec<String>,
    /// What it has to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteAt>,
}

impl Operation {
    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        matches!(self.phase, Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. })
    }

    /// Whether it waits for the publisher's sign-off.
    pub fn waits_for_signoff(&self) -> bool {
        self.phase == Phase::Running
            && self.steps.iter().any(|step| matches!(step.state, StepState::WaitingForSignoff { .. }))
    }

    /// Whether it switched the production slot and is on its way to its end.
    pub fn is_switched(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.state, StepState::Propagating { .. }))
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

    /// Whether a scenario holds the work that is outstanding: it runs a step that was not released.
    pub fn holds(&self) -> bool {
        let running = self.outstanding.as_ref().filter(|outstanding| outstanding.what == WorkKind::Run);
        running
            .and_then(|outstanding| self.steps.get(outstanding.index))
            .is_some_and(|step| step.plan.holds() && !self.released.contains(&step.plan.id))
    }

    /// Whether the work that is outstanding is that of a third party.
    pub fn asks_a_third_party(&self) -> bool {
        self.outstanding.as_ref().is_some_and(|outstanding| match outstanding.what {
            WorkKind::Run => self.steps.get(outstanding.index).is_some_and(|step| step.external.is_some()),
            WorkKind::Undo => self.undo.get(outstanding.index).is_some_and(|undo| undo.external.is_some()),
            WorkKind::Propagate => false,
        })
    }

    /// What a cancel of it would meet now.
    pub fn cancellation_request_state(&self) -> CancellationRequestState {
        match self.phase {
            Phase::Canceling { .. } => CancellationRequestState::CancelRequested,
            Phase::Canceled { .. } => CancellationRequestState::Canceled,
            Phase::Running
                if !matches!(self.kind, Kind::Cancel { .. }) && self.point_of_no_return().is_none() =>
            {
                CancellationRequestState::CanCancel
            }
            Phase::Running | Phase::Undoing { .. } | Phase::Completed { .. } | Phase::Failed { .. } => {
                CancellationRequestState::CannotCancel
            }
        }
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.steps.iter().find(|step| step.plan.id == id)
    }

    /// Records that something changed.
    pub(crate) fn touch(&mut self, now: Timestamp) {
        self.changed_at = now.max(self.changed_at);
        self.revision = u64::try_from(now.0).unwrap_or(0).max(self.revision + 1);
    }

    /// Adds a message.
    pub(crate) fn note(&mut self, at: Timestamp, note: Note) {
        self.notes.push(NoteAt { at, note });
    }

    /// Hands out the next piece of work.
    pub(crate) fn expect_work(&mut self, index: usize, what: WorkKind) -> u32 {
        self.last_attempt += 1;
        self.outstanding = Some(Outstanding { attempt: self.last_attempt, index, what, held: false });
        self.last_attempt
    }
}
