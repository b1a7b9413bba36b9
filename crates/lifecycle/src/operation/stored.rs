//! The form in which operations are stored: one for all of them, as it was from the first release on.

use std::borrow::Cow;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{
    Cancellation, CancellationPhase, Failure, Goal, Head, Kind, Operation, Outstanding, Phase, Slot, Step,
    Submission, Undo,
};
use crate::actor::Actor;
use crate::ids::{OperationId, PublisherTime};
use crate::note::NoteAt;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stored<'a> {
    id: OperationId,
    kind: Kind,
    publishing_version: u64,
    slot: Slot,
    offer_type: Cow<'a, str>,
    offer_version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    previous: Option<OperationId>,
    migrated: bool,
    by: Cow<'a, Actor>,
    #[serde(default, skip_serializing_if = "is_empty")]
    emails: Cow<'a, [String]>,
    created_at: PublisherTime,
    changed_at: PublisherTime,
    revision: u64,
    phase: Cow<'a, Phase>,
    #[serde(default, skip_serializing_if = "is_empty")]
    steps: Cow<'a, [Step]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    undo: Cow<'a, [Undo]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outstanding: Option<Outstanding>,
    #[serde(default)]
    last_attempt: u32,
    #[serde(default, skip_serializing_if = "is_empty")]
    released: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "is_empty")]
    notes: Cow<'a, [NoteAt]>,
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

impl<'a> Stored<'a> {
    fn of(operation: &'a Operation) -> Self {
        let Head {
            id,
            publishing_version,
            offer_type,
            offer_version,
            previous,
            migrated,
            by,
            emails,
            created_at,
            changed_at,
            revision,
            outstanding,
            last_attempt,
            notes,
        } = operation.head();
        let (phase, released) = match operation {
            Operation::Submission(submission) => {
                (Cow::Borrowed(&submission.phase), submission.released.as_slice())
            }
            Operation::Cancellation(Cancellation { phase, .. }) => {
                (Cow::Owned(stored_phase(*id, phase)), [].as_slice())
            }
        };
        Self {
            id: *id,
            kind: operation.kind(),
            publishing_version: *publishing_version,
            slot: operation.slot(),
            offer_type: offer_type.into(),
            offer_version: *offer_version,
            previous: *previous,
            migrated: *migrated,
            by: Cow::Borrowed(by),
            emails: emails.into(),
            created_at: *created_at,
            changed_at: *changed_at,
            revision: *revision,
            phase,
            steps: operation.steps().into(),
            undo: operation.undo().into(),
            outstanding: *outstanding,
            last_attempt: *last_attempt,
            released: released.into(),
            notes: notes.into(),
        }
    }
}

/// The phase of the cancellation with this id, in the words that submissions have for theirs.
fn stored_phase(id: OperationId, phase: &CancellationPhase) -> Phase {
    match phase {
        CancellationPhase::Running => Phase::Running,
        CancellationPhase::Completed { at } => Phase::Completed { at: *at },
        CancellationPhase::Failed { at, left } => {
            let failure = Failure::CancellationFailed { cancellation: id, left: left.clone() };
            Phase::Failed { at: *at, failure }
        }
    }
}

impl TryFrom<Stored<'_>> for Operation {
    type Error = &'static str;

    fn try_from(stored: Stored<'_>) -> Result<Self, &'static str> {
        let head = Head {
            id: stored.id,
            publishing_version: stored.publishing_version,
            offer_type: stored.offer_type.into_owned(),
            offer_version: stored.offer_version,
            previous: stored.previous,
            migrated: stored.migrated,
            by: stored.by.into_owned(),
            emails: stored.emails.into_owned(),
            created_at: stored.created_at,
            changed_at: stored.changed_at,
            revision: stored.revision,
            outstanding: stored.outstanding,
            last_attempt: stored.last_attempt,
            notes: stored.notes.into_owned(),
        };
        let (phase, undo) = (stored.phase.into_owned(), stored.undo.into_owned());
        let goal = match stored.kind {
            Kind::Publish => Goal::Publish,
            Kind::GoLive => Goal::GoLive,
            Kind::Cancel { .. } if !stored.steps.is_empty() => return Err("a cancellation with steps"),
            Kind::Cancel { target, target_version, reason } => {
                let phase = cancellation_phase(phase)?;
                let slot = stored.slot;
                return Ok(Cancellation { head, slot, target, target_version, reason, phase, undo }.into());
            }
        };
        let (steps, released) = (stored.steps.into_owned(), stored.released.into_owned());
        let submission = Submission { head, goal, phase, steps, undo, released };
        if submission.slot() != stored.slot {
            return Err("a publish or golive in the other's slot");
        }
        Ok(submission.into())
    }
}

fn cancellation_phase(phase: Phase) -> Result<CancellationPhase, &'static str> {
    match phase {
        Phase::Running => Ok(CancellationPhase::Running),
        Phase::Completed { at } => Ok(CancellationPhase::Completed { at }),
        Phase::Failed { at, failure: Failure::CancellationFailed { left, .. } } => {
            Ok(CancellationPhase::Failed { at, left })
        }
        Phase::Failed { failure: Failure::Step(_), .. }
        | Phase::Canceling { .. }
        | Phase::Undoing { .. }
        | Phase::Canceled { .. } => Err("a cancellation in a phase that only a publish or golive has"),
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Stored::of(self).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::deserialize(deserializer)?.try_into().map_err(D::Error::custom)
    }
}
