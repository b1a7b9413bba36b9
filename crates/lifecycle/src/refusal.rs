//! Why a command was refused: business reasons, without HTTP and without words.

use serde::{Deserialize, Serialize};

use crate::ids::OperationId;
use crate::offer::OfferStatus;
use crate::operation::{Cancellation, Head, Kind, Operation, Slot, Step, StepState, Submission};

/// Why nothing was changed. The names follow the codes of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The offer does not exist.
    OfferNotFound,
    /// The offer has no such operation.
    OperationNotFound,
    /// The operation has no such step; `known` are those it has.
    StepNotFound { step: String, known: Vec<String> },
    /// A tag was sent and the offer has another (412).
    PreconditionFailed,
    /// A tag was sent and the offer does not exist yet (412).
    CreateWithTag,
    /// The offer exists and no `If-Match` was sent.
    MissingIfMatch,
    /// A new offer's id differs from that of another in letter case alone.
    IdTaken { existing: String },
    /// An offer keeps the type it was created with.
    OfferTypeChanged { stored: String, sent: String },
    /// An operation runs; a publish that waits for sign-off does too.
    OperationInProgress { operation: Reference, waits_for_signoff: bool },
    /// A cancellation runs.
    CancellationInProgress { cancellation: Reference },
    /// There is nothing to cancel. `newest` is the operation that ended, if there ever was one.
    NoOperationInProgress { newest: Option<Reference> },
    /// The operation is past its point of no return. `forced`: force was asked for, which has its limit there, too.
    /// `switched`: the production slot has changed already.
    PastPointOfNoReturn { operation: Reference, step: String, forced: bool, switched: bool },
    /// The operation failed and undoes itself.
    AlreadyUndoing { operation: Reference, step: String },
    /// The operation named is not the newest one, or has ended.
    OperationNotRunning { operation: OperationId },
    /// The operation failed because its cancellation failed, or was given up by force.
    CancellationFailed { cancellation: Reference },
    /// No preview waits for a golive: the offer has this status.
    NotReadyForGoLive { status: OfferStatus },
    /// The draft is not fit to be published: it has so many findings. The caller has them.
    ValidationFailed { count: usize },
    /// The checks looked at an earlier draft than the one that stands: check this one.
    DraftChanged,
    /// The step waits for no decision.
    StepNotWaiting { step: String, state: StepState },
    /// Who started the operation may not approve its steps.
    SelfReview { step: String },
    /// No operation of the offer runs.
    NoRunningOperation,
    /// A third party speaks of a step that it was not asked for, or not any more.
    NotAwaited { step: String },
    /// The result of work that was given to somebody else, or taken back.
    StaleResult,
    /// The id of a repeatable request belongs to another one.
    RequestIdReused,
    /// A repeatable request is too old, or of the future: whether it was carried out cannot be known.
    FirstSentOutOfRange,
}

impl Refusal {
    /// None of these steps is called so.
    pub fn no_step(step: String, steps: &[Step]) -> Self {
        Self::StepNotFound { step, known: steps.iter().map(|step| step.plan.id.clone()).collect() }
    }
}

/// Which operation a refusal speaks of: enough for its address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// Its GUID.
    pub id: OperationId,
    /// Its number.
    pub publishing_version: u64,
    /// The slot in its address.
    pub slot: Slot,
    /// Whether its offer was migrated when it started.
    pub migrated: bool,
    /// What it is for.
    pub kind: Kind,
}

impl Reference {
    fn new(head: &Head, slot: Slot, kind: Kind) -> Self {
        Self { id: head.id, publishing_version: head.publishing_version, slot, migrated: head.migrated, kind }
    }
}

impl From<&Submission> for Reference {
    fn from(submission: &Submission) -> Self {
        Self::new(&submission.head, submission.slot(), submission.kind())
    }
}

impl From<&Cancellation> for Reference {
    fn from(cancellation: &Cancellation) -> Self {
        Self::new(&cancellation.head, cancellation.slot, cancellation.kind())
    }
}

impl From<&Operation> for Reference {
    fn from(operation: &Operation) -> Self {
        Self::new(operation.head(), operation.slot(), operation.kind())
    }
}
