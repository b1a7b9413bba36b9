//! The normal form of what is stored: everything that a later decision looks at, and nothing else.
//!
//! Times stand still. Revisions are dropped, and messages but those that name what is left. Operations and versions
//! are numbered anew in their order, so that no number grows for ever: this is what makes the states finite however
//! many operations an offer has had. Attempts are numbered 1 (outstanding) or 0 (none): that numbers only grow is
//! checked on every decision. Tries are "none" or "all but the last one", and where they have no end, "none" or
//! "some". A deadline is ahead until a result comes that comes after it.

use std::collections::BTreeMap;

use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::{Aggregate, Course, Draft, SlotContent};
use signoff_lifecycle::operation::{
    Cancellation, Failure, Head, Operation, Phase, Step, StepState, Submission, Undo, UndoState,
};
use signoff_lifecycle::plan::RETRIES;
use signoff_lifecycle::webhook::WebhookProgress;

use crate::store::Stored;

/// The time of everything.
pub(crate) const NOW: PublisherTime = PublisherTime(1);

/// A deadline that is not over.
pub(crate) const SOON: PublisherTime = PublisherTime(2);

/// The deadlines of third parties.
pub(crate) fn deadlines(state: &mut Aggregate) -> impl Iterator<Item = &mut PublisherTime> {
    operations_of(state).flat_map(Changing::into_externals).map(|external| &mut external.deadline)
}

/// An operation that is brought to its normal form, in the parts that every one has.
struct Changing<'a> {
    head: &'a mut Head,
    own: Own<'a>,
    undo: &'a mut [Undo],
    is_running: bool,
}

/// What only operations of its kind have.
enum Own<'a> {
    Submission { phase: &'a mut Phase, steps: &'a mut [Step], released: &'a mut Vec<String> },
    Cancellation { target: &'a mut OperationId, target_version: &'a mut u64 },
}

impl<'a> Changing<'a> {
    fn submission(submission: &'a mut Submission) -> Self {
        let is_running = submission.is_running();
        let Submission { head, phase, steps, undo, released, .. } = submission;
        Self { head, own: Own::Submission { phase, steps, released }, undo, is_running }
    }

    fn cancellation(cancellation: &'a mut Cancellation) -> Self {
        let is_running = cancellation.is_running();
        let Cancellation { head, target, target_version, undo, .. } = cancellation;
        Self { head, own: Own::Cancellation { target, target_version }, undo, is_running }
    }

    fn of(operation: &'a mut Operation) -> Self {
        match operation {
            Operation::Submission(submission) => Self::submission(submission),
            Operation::Cancellation(cancellation) => Self::cancellation(cancellation),
        }
    }

    fn into_externals(self) -> impl Iterator<Item = &'a mut WebhookProgress> {
        let steps = match self.own {
            Own::Submission { steps, .. } => steps,
            Own::Cancellation { .. } => &mut [],
        };
        let steps = steps.iter_mut().filter_map(|step| step.external.as_mut());
        steps.chain(self.undo.iter_mut().filter_map(|undo| undo.external.as_mut()))
    }
}

fn operations_of(state: &mut Aggregate) -> impl Iterator<Item = Changing<'_>> {
    let (target, cancellation) = match &mut state.course {
        None => (None, None),
        Some(Course::Alone(target)) => (Some(target), None),
        Some(Course::Canceling(target, cancellation)) => (Some(target), Some(cancellation)),
    };
    target.map(Changing::submission).into_iter().chain(cancellation.map(Changing::cancellation))
}

/// Brings what is stored to its normal form.
pub(crate) fn normalise(stored: &mut Stored) {
    let current = current_attempts(stored);
    for row in &mut stored.work {
        row.attempt = u32::from(current.get(&row.operation) == Some(&row.attempt));
    }
    operations(stored).for_each(strip);
    let offer = &mut stored.aggregate.offer;
    offer.draft = Draft { revision: 1, changed_at: NOW, content_version: 1 };
    number_operations(stored);
    number_versions(stored);
    stored.strays.sort_by_key(|operation| operation.head().id);
    stored.work.sort();
    stored.outbox.sort_unstable();
}

fn operations(stored: &mut Stored) -> impl Iterator<Item = Changing<'_>> {
    operations_of(&mut stored.aggregate).chain(stored.strays.iter_mut().map(Changing::of))
}

fn current_attempts(stored: &mut Stored) -> BTreeMap<OperationId, u32> {
    operations(stored)
        .filter_map(|operation| Some((operation.head.id, operation.head.outstanding?.attempt)))
        .collect()
}

fn strip(mut operation: Changing<'_>) {
    let head = &mut *operation.head;
    head.revision = 0;
    head.previous = None;
    head.notes.retain(|note| says_what_is_left(&note.note));
    head.last_attempt = u32::from(head.outstanding.is_some());
    if let Some(outstanding) = &mut head.outstanding {
        outstanding.attempt = 1;
    }
    if let Own::Submission { steps, released, .. } = &mut operation.own {
        steps.iter_mut().for_each(strip_step);
        if !operation.is_running {
            released.clear();
        }
    }
    for undo in &mut *operation.undo {
        undo.notes.clear();
        if let UndoState::Running { tries, .. } = &mut undo.state {
            *tries = few(*tries, if undo.external.is_some() { 1 } else { RETRIES });
        }
    }
    for external in operation.into_externals() {
        external.deadline = SOON;
        external.progress = 0;
    }
}

fn strip_step(step: &mut Step) {
    step.notes.clear();
    let patient = step.external.as_ref().is_some_and(|external| external.accepted);
    match &mut step.state {
        StepState::InProgress { tries, .. } => *tries = few(*tries, if patient { 1 } else { RETRIES }),
        StepState::Propagating { tries, .. } => *tries = few(*tries, 1),
        _ => {}
    }
}

/// Later checks compare these with what is left.
fn says_what_is_left(note: &Note) -> bool {
    matches!(note, Note::LeftBehind { .. } | Note::Forced { .. } | Note::Killed { .. })
}

fn few(tries: u32, many: u32) -> u32 {
    if tries == 0 { 0 } else { many }
}

/// New numbers in the old order, from 1 on.
fn ranks<N: Ord + Copy>(mut old: Vec<N>) -> BTreeMap<N, u64> {
    old.sort_unstable();
    old.dedup();
    old.into_iter().zip(1..).collect()
}

fn number_operations(stored: &mut Stored) {
    let mut ids = Vec::new();
    for_each_id(stored, &mut |id| ids.push(*id));
    let ranks = ranks(ids);
    let rank = |id: OperationId| ranks.get(&id).copied().unwrap_or(0);
    for_each_id(stored, &mut |id| *id = OperationId::of(rank(*id).into()));
    for operation in operations(stored) {
        operation.head.publishing_version = number(operation.head.id);
        if let Own::Cancellation { target, target_version } = operation.own {
            *target_version = number(*target);
        }
    }
    let offer = &mut stored.aggregate.offer;
    offer.publishing_version = offer.newest.map_or(0, number);
}

fn number(id: OperationId) -> u64 {
    u64::try_from(id.value()).unwrap_or(u64::MAX)
}

/// Every place in which an operation is named. Rows that name no operation we still know belong to none.
fn for_each_id(stored: &mut Stored, see: &mut dyn FnMut(&mut OperationId)) {
    let offer = &mut stored.aggregate.offer;
    offer.newest.iter_mut().for_each(&mut *see);
    let displaced = offer.displaced.as_mut();
    let (by, content) = displaced.map_or((None, None), |it| (Some(&mut it.by), it.content.as_mut()));
    by.into_iter().for_each(&mut *see);
    for slot in [offer.preview.as_mut(), offer.production.as_mut(), content].into_iter().flatten() {
        see(&mut slot.operation);
    }
    offer.leftovers.iter_mut().for_each(|leftover| see(&mut leftover.operation));
    for operation in operations(stored) {
        see(&mut operation.head.id);
        match operation.own {
            Own::Cancellation { target, .. } => see(target),
            Own::Submission {
                phase:
                    Phase::Canceling { cancellation }
                    | Phase::Failed { failure: Failure::CancellationFailed { cancellation, .. }, .. },
                ..
            } => see(cancellation),
            Own::Submission { .. } => {}
        }
    }
    stored.work.iter_mut().for_each(|row| see(&mut row.operation));
    stored.outbox.iter_mut().for_each(|(operation, _)| see(operation));
}

fn number_versions(stored: &mut Stored) {
    let mut versions = Vec::new();
    for_each_version(stored, &mut |version| versions.push(*version));
    let ranks = ranks(versions);
    for_each_version(stored, &mut |version| {
        *version = ranks.get(version).map_or(0, |rank| u32::try_from(*rank).unwrap_or(u32::MAX));
    });
}

fn for_each_version(stored: &mut Stored, see: &mut dyn FnMut(&mut u32)) {
    let offer = &mut stored.aggregate.offer;
    see(&mut offer.version);
    let content = offer.displaced.as_mut().and_then(|displaced| displaced.content.as_mut());
    let slots: [Option<&mut SlotContent>; 3] = [offer.preview.as_mut(), offer.production.as_mut(), content];
    slots.into_iter().flatten().for_each(|slot| see(&mut slot.version));
    operations(stored).for_each(|operation| see(&mut operation.head.offer_version));
}
