//! What operations and steps have to say, as values. The text crate puts them into words.

use serde::{Deserialize, Serialize};

use crate::ids::{OperationId, PublisherTime};

/// How grave a message is (contract, "Shapes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For information.
    Information,
    /// Worth a look; nothing stops.
    Warning,
    /// Something went wrong.
    Error,
}

/// One message without its words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Note {
    /// The step ended well.
    StepCompleted,
    /// An attempt failed and is tried again.
    StepRetry { attempt: u32, of: u32, reason: String },
    /// The step failed for good.
    StepFailed { reason: String },
    /// A reviewer rejected the step.
    StepRejected { by: String, reason: Option<String> },
    /// A reviewer approved the step.
    StepApproved { by: String },
    /// A cancel stopped the step.
    StepStopped,
    /// The step waits for a reviewer.
    WaitingForApproval,
    /// The operation waits for the publisher's sign-off.
    WaitingForSignoff,
    /// The publisher signed off.
    SignedOff { by: String },
    /// The preview slot holds this version now.
    PreviewFilled { version: u32 },
    /// The preview slot holds again what it held before.
    PreviewRestored,
    /// The production slot holds this version now.
    ProductionSwitched { version: u32 },
    /// Undoing the step was tried and is tried again.
    UndoRetry { step: String, attempt: u32, reason: String },
    /// The step is undone.
    UndoCompleted { step: String },
    /// The step could not be undone.
    UndoFailed { step: String, reason: String },
    /// Undoing the step was given up: the operation was ended by force.
    UndoGivenUp { step: String },
    /// This was left behind.
    LeftBehind { step: String },
    /// What an earlier operation left behind is gone.
    LeftoverRemoved { step: String },
    /// A cancel was asked for; a cancellation runs.
    CancelRequested { by: String, reason: Option<String> },
    /// An owner ended the operation by force; undoing these steps was given up.
    Forced { by: String, reason: Option<String>, given_up: Vec<String> },
    /// The server's operator ended the operation; undoing these steps was given up.
    Killed { by: String, reason: Option<String>, given_up: Vec<String> },
    /// The server's operator ended the operation after its switch, when it could only complete.
    KilledAfterSwitch { by: String, reason: Option<String> },
    /// The operation was cancelled.
    CanceledBy { by: String, reason: Option<String> },
    /// The cancellation ended well.
    CancellationCompleted,
    /// The cancellation failed.
    CancellationFailed { cancellation: OperationId },
    /// The operation failed in this step.
    OperationFailed { step: String, reason: String },
    /// The third party took the request; it has not answered yet.
    Accepted { hook: String },
    /// What the third party says meanwhile, or in the end. Only the newest is kept while it works.
    Said { hook: String, text: String },
    /// The third party gave no answer and will be asked again. Only the newest is kept.
    NotReached { hook: String, reason: String },
    /// The third party did not answer in time: the step failed.
    StepUnanswered { hook: String },
    /// The third party did not answer in time: the undo counts as done, as the step's policy says.
    UndoUnanswered { step: String, hook: String },
    /// The third party did not answer in time: the undo failed, as the step's policy says.
    UndoOverdue { step: String, hook: String },
    /// What the third party found and why the step failed.
    Finding { code: String, target: String, text: String },
    /// A finding at publish that does not stop it.
    Warning { code: String, target: String, text: String },
}

impl Note {
    /// How grave it is.
    pub fn level(&self) -> Level {
        match self {
            Self::StepFailed { .. }
            | Self::StepRejected { .. }
            | Self::UndoFailed { .. }
            | Self::UndoGivenUp { .. }
            | Self::Forced { .. }
            | Self::Killed { .. }
            | Self::LeftBehind { .. }
            | Self::CancellationFailed { .. }
            | Self::OperationFailed { .. }
            | Self::StepUnanswered { .. }
            | Self::UndoOverdue { .. }
            | Self::Finding { .. } => Level::Error,
            Self::StepRetry { .. }
            | Self::UndoRetry { .. }
            | Self::NotReached { .. }
            | Self::UndoUnanswered { .. }
            | Self::KilledAfterSwitch { .. }
            | Self::Warning { .. } => Level::Warning,
            Self::StepCompleted
            | Self::StepApproved { .. }
            | Self::StepStopped
            | Self::Accepted { .. }
            | Self::Said { .. }
            | Self::WaitingForApproval
            | Self::WaitingForSignoff
            | Self::SignedOff { .. }
            | Self::PreviewFilled { .. }
            | Self::PreviewRestored
            | Self::ProductionSwitched { .. }
            | Self::UndoCompleted { .. }
            | Self::LeftoverRemoved { .. }
            | Self::CancelRequested { .. }
            | Self::CanceledBy { .. }
            | Self::CancellationCompleted => Level::Information,
        }
    }
}

/// A note and when it was taken.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct NoteAt {
    /// When.
    #[serde(rename = "t")]
    pub at: PublisherTime,
    /// What.
    #[serde(rename = "n")]
    pub note: Note,
}
