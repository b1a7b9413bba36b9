//! The offer: its draft, its slots and the operations that matter for what comes next.

use serde::{Deserialize, Serialize};

use crate::ids::{OfferGuid, OfferKey, OperationId, PublisherTime};
use crate::operation::{Cancellation, Operation, OperationRef, Phase, Submission};

/// What a filled slot holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SlotContent {
    /// The version of the offer.
    pub version: u32,
    /// The publish that brought it.
    pub operation: OperationId,
}

/// What a step of an earlier operation left behind because its undo failed, or was given up.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Leftover {
    /// The operation whose step it was.
    pub operation: OperationId,
    /// The step.
    pub step: String,
}

/// The draft, without its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Draft {
    /// Grows by one with every PUT; the first part of the entity tag.
    pub revision: u64,
    /// When it was put last.
    pub changed_at: PublisherTime,
    /// The offer version under which its content is stored: a publish gives the offer a new version,
    /// and the content stays where it is until the next PUT.
    pub content_version: u32,
}

/// `status` of an offer on the wire (contract, "Shapes").
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum OfferStatus {
    /// It never had an operation.
    NeverPublished,
    /// A publish waits for sign-off.
    WaitingForPublisherReview,
    /// An operation runs.
    Running,
    /// The newest operation went live.
    Succeeded,
    /// The newest operation was cancelled.
    Canceled,
    /// The newest operation failed.
    Failed,
}

impl OfferStatus {
    /// Every status.
    pub const ALL: [Self; 6] = [
        Self::NeverPublished,
        Self::WaitingForPublisherReview,
        Self::Running,
        Self::Succeeded,
        Self::Canceled,
        Self::Failed,
    ];

    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NeverPublished => "neverPublished",
            Self::WaitingForPublisherReview => "waitingForPublisherReview",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Canceled => "canceled",
            Self::Failed => "failed",
        }
    }
}

impl std::str::FromStr for OfferStatus {
    type Err = UnknownStatus;

    fn from_str(word: &str) -> Result<Self, UnknownStatus> {
        Self::ALL.into_iter().find(|status| status.as_str() == word).ok_or(UnknownStatus)
    }
}

/// No offer can have the status that the word names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownStatus;

impl std::fmt::Display for UnknownStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no offer can have this status")
    }
}

impl std::error::Error for UnknownStatus {}

/// The small state of an offer; its content stands elsewhere.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Offer {
    /// The publisher, e.g. `contoso`.
    pub publisher: String,
    /// The offer's id in paths, e.g. `sample-vm`.
    pub id: String,
    /// Its GUID, good in paths too.
    pub guid: OfferGuid,
    /// Its type, e.g. `microsoft-azure-virtualmachines`.
    pub offer_type: String,
    /// The version that the next publish takes; grows by one with each.
    pub version: u32,
    /// The draft.
    pub draft: Draft,
    /// Whether the offer is migrated; `None`: as its publisher is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrated: Option<bool>,
    /// The number of the newest operation; zero before the first.
    pub publishing_version: u64,
    /// The newest operation of any kind: the head of the thread through all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest: Option<OperationId>,
    /// What the preview slot holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preview: Option<SlotContent>,
    /// What the running publish displaced from the preview slot, to be put back if it is cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub displaced: Option<Displaced>,
    /// What the production slot holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub production: Option<SlotContent>,
    /// What failed undos left behind; the next publish removes it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub leftovers: Vec<Leftover>,
}

impl Offer {
    /// An offer whose first draft is put `now`.
    pub fn new(
        publisher: String,
        id: String,
        guid: OfferGuid,
        offer_type: String,
        now: PublisherTime,
    ) -> Self {
        Self {
            publisher,
            id,
            guid,
            offer_type,
            version: 1,
            draft: Draft { revision: 1, changed_at: now, content_version: 1 },
            migrated: None,
            publishing_version: 0,
            newest: None,
            preview: None,
            displaced: None,
            production: None,
            leftovers: Vec::new(),
        }
    }

    /// What names the offer.
    pub fn key(&self) -> OfferKey {
        OfferKey::new(&self.publisher, &self.id)
    }
}

/// What the preview slot held before the running publish filled it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Displaced {
    /// The publish that displaced it.
    pub by: OperationId,
    /// What it was; `None`: the slot was empty.
    pub content: Option<SlotContent>,
}

/// The operations that decide what comes next on an offer.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[expect(
    clippy::large_enum_variant,
    reason = "it lives in an aggregate, which is moved whole and boxed where it waits"
)]
pub enum Course {
    /// The newest publish or golive (the contract's T), which no cancellation undoes: it was not cancelled, or stopped on
    /// the spot.
    Alone(Submission),
    /// The newest publish or golive, and the cancellation of it, running or ended.
    Canceling(Submission, Cancellation),
}

impl Course {
    /// The course of a publish or golive and the cancellation of it, if there is one.
    pub fn of(target: Submission, cancellation: Option<Cancellation>) -> Self {
        match cancellation {
            None => Self::Alone(target),
            Some(cancellation) => Self::Canceling(target, cancellation),
        }
    }

    /// The newest publish or golive, and the cancellation of it.
    pub fn into_parts(self) -> (Submission, Option<Cancellation>) {
        match self {
            Self::Alone(target) => (target, None),
            Self::Canceling(target, cancellation) => (target, Some(cancellation)),
        }
    }

    /// The newest publish or golive.
    pub fn target(&self) -> &Submission {
        let (Self::Alone(target) | Self::Canceling(target, _)) = self;
        target
    }

    /// The cancellation of it.
    pub fn cancellation(&self) -> Option<&Cancellation> {
        match self {
            Self::Alone(_) => None,
            Self::Canceling(_, cancellation) => Some(cancellation),
        }
    }

    /// Whether the operation is one of these.
    pub fn includes(&self, operation: OperationId) -> bool {
        self.target().head.id == operation
            || self.cancellation().is_some_and(|cancellation| cancellation.head.id == operation)
    }
}

/// An offer with the operations that decide what comes next. This is what commands are decided on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Aggregate {
    /// The offer itself.
    pub offer: Offer,
    /// Its newest operations; `None`: it never had one.
    pub course: Option<Course>,
}

impl Aggregate {
    /// An offer with the newest operations that a store has of it.
    ///
    /// # Errors
    /// If they are not a publish or golive and a cancellation, or if there is a cancellation alone.
    pub fn of_stored(
        offer: Offer,
        target: Option<Operation>,
        cancellation: Option<Operation>,
    ) -> Result<Self, Misplaced> {
        let course = match (target, cancellation) {
            (None, None) => None,
            (Some(Operation::Submission(target)), None) => Some(Course::Alone(target)),
            (Some(Operation::Submission(target)), Some(Operation::Cancellation(cancellation))) => {
                Some(Course::Canceling(target, cancellation))
            }
            _ => return Err(Misplaced),
        };
        Ok(Self { offer, course })
    }

    /// The newest publish or golive (the contract's T).
    pub fn target(&self) -> Option<&Submission> {
        self.course.as_ref().map(Course::target)
    }

    /// The cancellation of the newest publish or golive, running or ended.
    pub fn cancellation(&self) -> Option<&Cancellation> {
        self.course.as_ref().and_then(Course::cancellation)
    }

    /// These operations, the older one first.
    pub fn operations(&self) -> impl Iterator<Item = OperationRef<'_>> {
        let target = self.target().map(Operation::Submission);
        target.into_iter().chain(self.cancellation().map(Operation::Cancellation))
    }

    /// One of these operations.
    pub fn operation(&self, id: OperationId) -> Option<OperationRef<'_>> {
        self.operations().find(|operation| operation.head().id == id)
    }

    /// When it changed last. The history of an offer goes forward, though the clocks of those who write it differ.
    pub fn changed_at(&self) -> PublisherTime {
        self.operations()
            .fold(self.offer.draft.changed_at, |latest, operation| latest.max(operation.head().changed_at))
    }

    /// The time that is written beside what happens at `present`: history stays in order, also where a clock that was
    /// ahead is put right.
    pub fn at(&self, present: PublisherTime) -> PublisherTime {
        present.max(self.changed_at())
    }

    /// The offer's status: that of its newest publish or golive.
    pub fn status(&self) -> OfferStatus {
        self.target().map_or(OfferStatus::NeverPublished, status_of)
    }
}

/// The newest operations of an offer stand in each other's places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced;

impl std::fmt::Display for Misplaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the newest operations of an offer must be a publish or golive, and a cancellation of it")
    }
}

impl std::error::Error for Misplaced {}

/// The status that an offer has by its newest publish or golive.
fn status_of(target: &Submission) -> OfferStatus {
    match target.phase {
        Phase::Running if target.waits_for_signoff() => OfferStatus::WaitingForPublisherReview,
        Phase::Running | Phase::Canceling { .. } | Phase::Undoing { .. } => OfferStatus::Running,
        Phase::Completed { .. } => OfferStatus::Succeeded,
        Phase::Canceled { .. } => OfferStatus::Canceled,
        Phase::Failed { .. } => OfferStatus::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_as_its_word() {
        for status in OfferStatus::ALL {
            assert_eq!(status.as_str().parse(), Ok(status));
            assert_eq!(serde_json::to_value(status).unwrap(), status.as_str());
        }
        assert_eq!("notStarted".parse::<OfferStatus>(), Err(UnknownStatus));
    }
}
