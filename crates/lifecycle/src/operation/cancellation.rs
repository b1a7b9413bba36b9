//! Cancellations: the operations that undo a publish or a golive.

use super::{Head, Kind, Slot, Standing, Undo, UndoState};
use crate::ids::{OperationId, PublisherTime};

/// Where a cancellation stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum CancellationPhase {
    /// It undoes.
    Running,
    /// Nothing of its target is left.
    Completed { at: PublisherTime },
    /// It failed, or was given up by force; `left` names the steps that are left behind.
    Failed { at: PublisherTime, left: Vec<String> },
}

/// What undoes a publish or a golive. It takes no steps.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Cancellation {
    /// What every operation has.
    pub head: Head,
    /// The slot of its target.
    pub slot: Slot,
    /// The publish or golive that it undoes.
    pub target: OperationId,
    /// Its target's publishing version, for the target's address.
    pub target_version: u64,
    /// Why, in the caller's words.
    pub reason: Option<String>,
    /// Where it stands.
    pub phase: CancellationPhase,
    /// What is undone, in that order.
    pub undo: Vec<Undo>,
}

impl Cancellation {
    /// What it is for, as references and stores say it.
    pub fn kind(&self) -> Kind {
        Kind::Cancel { target: self.target, target_version: self.target_version, reason: self.reason.clone() }
    }

    /// Where it stands, in a word.
    pub fn standing(&self) -> Standing {
        match self.phase {
            CancellationPhase::Running => Standing::Running,
            CancellationPhase::Completed { .. } => Standing::Completed,
            CancellationPhase::Failed { .. } => Standing::Failed,
        }
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.phase == CancellationPhase::Running
    }

    /// When it ended; `None`: it has not.
    pub fn ended_at(&self) -> Option<PublisherTime> {
        match self.phase {
            CancellationPhase::Running => None,
            CancellationPhase::Completed { at } | CancellationPhase::Failed { at, .. } => Some(at),
        }
    }

    /// Whether something could not be undone.
    pub(crate) fn left_something(&self) -> bool {
        self.undo.iter().any(|undo| matches!(undo.state, UndoState::Failed { .. }))
    }
}
