//! One step of an operation and its undo, and what each of their states carries.

use serde::{Deserialize, Serialize};

use crate::ids::PublisherTime;
use crate::note::{Note, NoteAt};
use crate::plan::{CancelPolicy, Executor, StepPlan};
use crate::webhook::WebhookProgress;

/// Where a step stands. Each state carries what only it has.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum StepState {
    /// It has not begun.
    NotStarted,
    /// An executor works on it.
    InProgress {
        /// When this attempt began.
        since: PublisherTime,
        /// Attempts that failed in passing.
        tries: u32,
    },
    /// A reviewer must approve or reject it.
    WaitingForApproval { since: PublisherTime },
    /// The publisher must go live or cancel.
    WaitingForSignoff { since: PublisherTime },
    /// The production slot is switched; what remains cannot fail.
    Propagating { since: PublisherTime, tries: u32 },
    /// It ended well.
    Complete { at: PublisherTime },
    /// It is shown as complete because the operation continues one that completed it.
    Inherited { at: PublisherTime },
    /// It failed.
    Blocked { at: PublisherTime },
    /// A reviewer rejected it.
    Rejected { at: PublisherTime },
    /// A cancel stopped it.
    Canceled { at: PublisherTime },
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
    pub external: Option<WebhookProgress>,
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
    pub(crate) fn note(&mut self, at: PublisherTime, note: Note) {
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
    Running { since: PublisherTime, tries: u32 },
    /// Nothing of the step is left.
    Done { at: PublisherTime },
    /// Something of the step is left.
    Failed { at: PublisherTime, reason: String },
    /// The undo is given up: the operation was ended by force, and something of the step may be left.
    GivenUp { at: PublisherTime },
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
    pub external: Option<WebhookProgress>,
    /// What it has to say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<NoteAt>,
}

impl Undo {
    /// What is being worked on, if it runs.
    pub(crate) fn underway(&self, index: usize) -> Option<Underway> {
        match self.state {
            UndoState::Running { since, tries } => Some(Underway { index, since, tries }),
            _ => None,
        }
    }

    /// Adds a message.
    pub(crate) fn note(&mut self, at: PublisherTime, note: Note) {
        self.notes.push(NoteAt { at, note });
    }
}

/// A step or an undo that is being worked on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Underway {
    /// Its place among the steps or undos.
    pub(crate) index: usize,
    /// Since when.
    pub(crate) since: PublisherTime,
    /// Attempts that failed in passing.
    pub(crate) tries: u32,
}
