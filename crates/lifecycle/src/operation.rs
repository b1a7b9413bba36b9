//! Operations: publish and go live are submissions, a cancel that takes work is a cancellation. What both have alike.

mod cancellation;
mod step;
mod stored;
mod submission;

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

use crate::actor::Actor;
use crate::ids::{OperationId, PublisherTime};
use crate::note::{Note, NoteAt};
use crate::offer::Offer;
pub use cancellation::{Cancellation, CancellationPhase};
pub(crate) use step::Underway;
pub use step::{Step, StepState, Undo, UndoState};
pub use submission::{Goal, Phase, Submission};

/// What an operation is for, as references and stores say it.
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

/// The piece of work that an operation waits for. There is never more than one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
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

/// Why the steps of a publish or golive did not go through.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum StepFailure {
    /// A step failed for good.
    #[serde(rename = "stepFailed")]
    Failed { step: String, reason: String },
    /// A reviewer said no.
    #[serde(rename = "stepRejected")]
    Rejected { step: String, reason: String },
}

impl StepFailure {
    /// The step, and why it did not go through.
    pub fn step_and_reason(&self) -> (&str, &str) {
        match self {
            Self::Failed { step, reason } | Self::Rejected { step, reason } => (step, reason),
        }
    }
}

/// Why a publish or golive failed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Failure {
    /// Cancelling it failed, or was given up by force; `left` names the steps that are left behind.
    CancellationFailed { cancellation: OperationId, left: Vec<String> },
    /// A step did not go through.
    #[serde(untagged)]
    Step(StepFailure),
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

/// What every operation has, whatever it is for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Head {
    /// Its GUID.
    pub id: OperationId,
    /// Its number on the offer; every operation takes the next one.
    pub publishing_version: u64,
    /// The offer's type.
    pub offer_type: String,
    /// The version of the offer it works on.
    pub offer_version: u32,
    /// The offer's operation before this one: lists follow this thread.
    pub previous: Option<OperationId>,
    /// Whether the offer was migrated when it started.
    pub migrated: bool,
    /// Who started it.
    pub by: Actor,
    /// Who hears of it, as the request said.
    pub emails: Vec<String>,
    /// When it was created.
    pub created_at: PublisherTime,
    /// When it changed last.
    pub changed_at: PublisherTime,
    /// Grows with every change; follows the time of the change where it can.
    pub revision: u64,
    /// The piece of work it waits for.
    pub outstanding: Option<Outstanding>,
    /// The number that the last piece of work got.
    pub last_attempt: u32,
    /// What it has to say.
    pub notes: Vec<NoteAt>,
}

impl Head {
    /// The head of the offer's next operation, which starts `now` and works on the version that stands.
    pub fn next(offer: &Offer, id: OperationId, by: Actor, migrated: bool, now: PublisherTime) -> Self {
        Self {
            id,
            publishing_version: offer.publishing_version + 1,
            offer_type: offer.offer_type.clone(),
            offer_version: offer.version,
            previous: offer.newest,
            migrated,
            by,
            emails: Vec::new(),
            created_at: now,
            changed_at: now,
            revision: 0,
            outstanding: None,
            last_attempt: 0,
            notes: Vec::new(),
        }
    }

    /// Records that something changed.
    pub(crate) fn touch(&mut self, now: PublisherTime) {
        self.changed_at = now.max(self.changed_at);
        self.revision = u64::try_from(now.0).unwrap_or(0).max(self.revision + 1);
    }

    /// Adds a message.
    pub(crate) fn note(&mut self, at: PublisherTime, note: Note) {
        self.notes.push(NoteAt { at, note });
    }

    /// Hands out the next piece of work.
    pub(crate) fn expect_work(&mut self, index: usize, what: WorkKind) -> u32 {
        self.last_attempt += 1;
        self.outstanding = Some(Outstanding { attempt: self.last_attempt, index, what, held: false });
        self.last_attempt
    }
}

/// One operation, whole. Stored in the form that `stored` has.
///
/// Read where it stands in an offer it is an [`OperationRef`], which answers the same questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Operation<S = Submission, C = Cancellation> {
    /// A publish or a golive.
    Submission(S),
    /// What undoes one.
    Cancellation(C),
}

/// An operation that belongs to somebody else.
pub type OperationRef<'a> = Operation<&'a Submission, &'a Cancellation>;

impl From<Submission> for Operation {
    fn from(submission: Submission) -> Self {
        Self::Submission(submission)
    }
}

impl From<Cancellation> for Operation {
    fn from(cancellation: Cancellation) -> Self {
        Self::Cancellation(cancellation)
    }
}

/// Where an operation stands, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// Its steps or undos run, or wait.
    Running,
    /// A cancellation undoes it.
    Canceling,
    /// A step failed; what began is undone.
    Undoing,
    /// It ended well.
    Completed,
    /// It failed.
    Failed,
    /// It was cancelled.
    Canceled,
}

impl<S: Borrow<Submission>, C: Borrow<Cancellation>> Operation<S, C> {
    /// The operation, to be read.
    pub fn as_ref(&self) -> OperationRef<'_> {
        match self {
            Self::Submission(submission) => Operation::Submission(submission.borrow()),
            Self::Cancellation(cancellation) => Operation::Cancellation(cancellation.borrow()),
        }
    }

    /// An operation of one's own that is like it.
    pub fn cloned(&self) -> Operation {
        match self {
            Self::Submission(submission) => Operation::Submission(submission.borrow().clone()),
            Self::Cancellation(cancellation) => Operation::Cancellation(cancellation.borrow().clone()),
        }
    }

    /// The publish or golive that it is.
    pub fn submission(&self) -> Option<&Submission> {
        match self {
            Self::Submission(submission) => Some(submission.borrow()),
            Self::Cancellation(_) => None,
        }
    }

    /// The cancellation that it is.
    pub fn cancellation(&self) -> Option<&Cancellation> {
        match self {
            Self::Submission(_) => None,
            Self::Cancellation(cancellation) => Some(cancellation.borrow()),
        }
    }

    /// What every operation has.
    pub fn head(&self) -> &Head {
        match self {
            Self::Submission(submission) => &submission.borrow().head,
            Self::Cancellation(cancellation) => &cancellation.borrow().head,
        }
    }

    /// What it is for.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Submission(submission) => submission.borrow().kind(),
            Self::Cancellation(cancellation) => cancellation.borrow().kind(),
        }
    }

    /// The slot in its address.
    pub fn slot(&self) -> Slot {
        match self {
            Self::Submission(submission) => submission.borrow().slot(),
            Self::Cancellation(cancellation) => cancellation.borrow().slot,
        }
    }

    /// Where it stands.
    pub fn standing(&self) -> Standing {
        match self {
            Self::Submission(submission) => submission.borrow().standing(),
            Self::Cancellation(cancellation) => cancellation.borrow().standing(),
        }
    }

    /// Whether it has not ended.
    pub fn is_running(&self) -> bool {
        self.ended_at().is_none()
    }

    /// When it ended; `None`: it has not.
    pub fn ended_at(&self) -> Option<PublisherTime> {
        match self {
            Self::Submission(submission) => submission.borrow().ended_at(),
            Self::Cancellation(cancellation) => cancellation.borrow().ended_at(),
        }
    }

    /// The steps of a publish or a golive; none of a cancellation.
    pub fn steps(&self) -> &[Step] {
        self.submission().map(|submission| submission.steps.as_slice()).unwrap_or_default()
    }

    /// What is undone, in that order.
    pub fn undo(&self) -> &[Undo] {
        match self {
            Self::Submission(submission) => &submission.borrow().undo,
            Self::Cancellation(cancellation) => &cancellation.borrow().undo,
        }
    }

    /// The step with this id.
    pub fn step(&self, id: &str) -> Option<&Step> {
        self.submission().and_then(|submission| submission.step(id))
    }

    /// Whether it waits for the publisher's sign-off.
    pub fn waits_for_signoff(&self) -> bool {
        self.submission().is_some_and(Submission::waits_for_signoff)
    }

    /// Whether a scenario holds the work that is outstanding.
    pub fn holds(&self) -> bool {
        self.submission().is_some_and(Submission::holds)
    }

    /// Whether the work that is outstanding is that of a third party.
    pub fn asks_a_third_party(&self) -> bool {
        self.head().outstanding.is_some_and(|outstanding| match outstanding.what {
            WorkKind::Run => self.steps().get(outstanding.index).is_some_and(|step| step.external.is_some()),
            WorkKind::Undo => self.undo().get(outstanding.index).is_some_and(|undo| undo.external.is_some()),
            WorkKind::Propagate => false,
        })
    }

    /// What a cancel of it would meet now.
    pub fn cancellation_request_state(&self) -> CancellationRequestState {
        self.submission()
            .map_or(CancellationRequestState::CannotCancel, Submission::cancellation_request_state)
    }
}
