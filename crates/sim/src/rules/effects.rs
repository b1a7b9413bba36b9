//! Promises 3 and 4: what steps made. Nothing is made after a cancel counts, and what ends leaves nothing that is not
//! named.

use std::collections::BTreeSet;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::note::Note;
use signoff_lifecycle::operation::{Operation, Standing, StepState, UndoState, WorkKind};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_store::contract::{Change, Lease};
use signoff_store::memory::Tables;

use super::hold;
use super::seen::Seen;
use crate::certifier::Certifier;

/// A step made something under this lease.
pub(crate) fn made(seen: &Seen, lease: &Lease, step: &str) -> Result<(), String> {
    let operation = seen.operations.get(&lease.operation);
    let may = operation.is_some_and(|operation| {
        let waited = operation
            .head()
            .outstanding
            .filter(|outstanding| outstanding.attempt == lease.attempt && outstanding.what == WorkKind::Run);
        let named = waited.and_then(|outstanding| operation.steps().get(outstanding.index));
        operation.standing() == Standing::Running && named.is_some_and(|named| named.plan.id == step)
    });
    hold(may, || format!("promise 3: {step} is made for {} under an old number", lease.operation))?;
    let holder = seen.leases.get(&(lease.operation, lease.attempt));
    hold(holder == Some(&lease.token), || format!("promise 7: {step} is made by somebody who lost the lease"))
}

pub(super) fn check(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    for operation in &change.operations {
        let ended_before =
            seen.operations.get(&operation.head().id).is_some_and(|earlier| !earlier.is_running());
        if !ended_before {
            leaves_nothing_unnamed(operation, change, tables)?;
        }
    }
    Ok(())
}

/// The steps of which something of the operation is there.
fn left(tables: &Tables, id: OperationId) -> BTreeSet<&str> {
    tables.artifacts().filter(|(_, of, _)| *of == id).map(|(.., step)| step).collect()
}

fn leaves_nothing_unnamed(operation: &Operation, change: &Change, tables: &Tables) -> Result<(), String> {
    let id = operation.head().id;
    let left = left(tables, id);
    match operation.standing() {
        Standing::Canceled => {
            hold(left.is_empty(), || format!("promise 4: {id} is canceled, and {left:?} is left"))
        }
        Standing::Failed => {
            let named: BTreeSet<&str> = operation.head().notes.iter().filter_map(named).collect();
            let recorded = |step: &&&str| {
                let mut all = change.next.offer.leftovers.iter();
                !all.any(|leftover| leftover.operation == id && leftover.step == **step)
            };
            let unrecorded: Vec<_> = left.iter().filter(recorded).collect();
            hold(left.is_subset(&named) && (unrecorded.is_empty() || operation.steps().is_empty()), || {
                format!("promise 4: {id} failed and left {left:?}, and names {named:?}")
            })
        }
        _ => Ok(()),
    }
}

fn named(note: &signoff_lifecycle::note::NoteAt) -> Option<&str> {
    match &note.note {
        Note::LeftBehind { step } => Some(step),
        _ => None,
    }
}

/// In the end everything that is there belongs to what is shown, or is recorded as left behind.
pub(crate) fn at_the_end(seen: &Seen, tables: &Tables) -> Result<(), String> {
    for (publisher, id, step) in tables.artifacts() {
        let Some(operation) = seen.operations.get(&id) else {
            return Err(format!("{step} is there, made for {id}, which does not exist"));
        };
        let recorded = tables.offers().any(|offer| {
            let mut leftovers = offer.leftovers.iter();
            offer.publisher == publisher
                && leftovers.any(|leftover| leftover.operation == id && leftover.step == step)
        });
        let completed = operation.standing() == Standing::Completed;
        hold(completed || recorded, || format!("promise 4: {step} of {id} is left, and nobody says so"))?;
    }
    Ok(())
}

/// A third party that was asked to do its part knows when that was canceled, or a message says that it did not
/// answer.
pub(crate) fn third_party_knows(seen: &Seen, certifier: &Certifier) -> Result<(), String> {
    for (id, step) in certifier.runs() {
        let Some(operation) = seen.operations.get(&id) else { continue };
        let is_told = operation.step(&step).is_some_and(|step| step.plan.cancel != CancelPolicy::Interrupt);
        let unanswered = operation
            .head()
            .notes
            .iter()
            .any(|note| matches!(&note.note, Note::UndoUnanswered { step: of, .. } if *of == step));
        let canceled = operation.standing() == Standing::Canceled;
        hold(!canceled || !is_told || unanswered || certifier.was_asked(id, &step, "cancel"), || {
            format!("promise 4: {id} is canceled, and the third party does not know of {step}")
        })?;
    }
    Ok(())
}

/// The third party was told that its last word on `key` was taken in: so it must be recorded.
pub(crate) fn word_is_recorded(seen: &Seen, key: &str, succeeded: bool) -> Result<(), String> {
    let mut parts = key.split(':');
    let (Some(id), Some(step), Some(ask)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("{key} is no key"));
    };
    let id: OperationId = id.parse().map_err(|_| format!("{key} names no operation"))?;
    let recorded = if ask == "run" {
        let found = seen.operations.get(&id).and_then(|operation| operation.step(step));
        found.map(|step| match step.state {
            StepState::Complete { .. } => Some(true),
            StepState::Blocked { .. } => Some(false),
            _ => None,
        })
    } else {
        let of_target = |operation: &&Operation| {
            operation.head().id == id || operation.cancellation().is_some_and(|it| it.target == id)
        };
        let mut undos = seen.operations.values().filter(of_target).flat_map(Operation::undo);
        undos.rfind(|undo| undo.plan.id == step).map(|undo| match undo.state {
            UndoState::Done { .. } => Some(true),
            UndoState::Failed { .. } => Some(false),
            UndoState::Pending | UndoState::Running { .. } | UndoState::GivenUp { .. } => None,
        })
    };
    hold(recorded == Some(Some(succeeded)), || {
        format!("a callback on {key} was recorded, it is said, and what is recorded is {recorded:?}")
    })
}
