//! Promise 7: work is fenced, and nothing that is waited for is ever forgotten.
//!
//! Only the worker that holds the lease records a result. Without one, work is finished by a cancel, by force, by the
//! word of the third party that does it, and where a clock that was put back left it due too late.

use std::collections::BTreeSet;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::note::{Note, NoteAt};
use signoff_lifecycle::operation::{Operation, Standing};
use signoff_store::contract::Change;
use signoff_store::memory::Tables;

use super::hold;
use super::seen::Seen;

type Piece = (OperationId, u32);

pub(super) fn check(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    rows_are_what_is_waited_for(seen, change, tables)?;
    for piece in &change.finished_work {
        let free = was_recalled(seen, change, *piece)
            || was_given_up(seen, change, *piece)
            || was_answered(seen, change, *piece)
            || was_rescheduled(seen, change, *piece);
        if !free {
            was_recorded_by_its_holder(seen, change, *piece)?;
        }
    }
    Ok(())
}

/// The rows of the offer's work are the work that its operations wait for, but for what is held.
fn rows_are_what_is_waited_for(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    let next = &change.next;
    let waited: BTreeSet<Piece> = next
        .operations()
        .filter_map(|operation| Some((operation.head().id, operation.head().outstanding?)))
        .filter(|(_, outstanding)| !outstanding.held)
        .map(|(id, outstanding)| (id, outstanding.attempt))
        .collect();
    let key = (next.offer.publisher.clone(), next.offer.id.clone());
    let is_ours = |id: &OperationId| {
        seen.owners.get(id) == Some(&key)
            || change.operations.iter().any(|operation| operation.head().id == *id)
    };
    let rows: BTreeSet<Piece> =
        tables.work().filter(|(_, id, ..)| is_ours(id)).map(|(_, id, attempt, _)| (id, attempt)).collect();
    hold(rows == waited, || format!("promise 7: {waited:?} is waited for, and {rows:?} is there to be done"))
}

/// Whether a cancel took the work back in this change.
fn was_recalled(seen: &Seen, change: &Change, (id, _): Piece) -> bool {
    let was_running = seen.operations.get(&id).is_some_and(|earlier| earlier.standing() == Standing::Running);
    let target = change.operations.iter().find(|operation| operation.head().id == id);
    was_running
        && target.is_some_and(|target| matches!(target.standing(), Standing::Canceling | Standing::Canceled))
}

/// Whether force ended the operation in this change.
fn was_given_up(seen: &Seen, change: &Change, (id, _): Piece) -> bool {
    let by_force = |operation: &&Operation| {
        let is_force = |note: &NoteAt| {
            matches!(note.note, Note::Forced { .. } | Note::Killed { .. } | Note::KilledAfterSwitch { .. })
        };
        operation.head().notes.iter().any(is_force)
    };
    let before = seen.operations.get(&id);
    let after = change.operations.iter().find(|operation| operation.head().id == id);
    !before.is_some_and(|before| by_force(&before))
        && after.filter(by_force).is_some_and(|after| !after.is_running())
}

/// Whether the third party that does the work said how it ended.
fn was_answered(seen: &Seen, change: &Change, (id, _): Piece) -> bool {
    change.fence.is_none() && seen.operations.get(&id).is_some_and(Operation::asks_a_third_party)
}

/// Whether the same work was handed out anew and nothing else happened: it was due later than its step explains, for the
/// machine's clock was put back.
fn was_rescheduled(seen: &Seen, change: &Change, (id, attempt): Piece) -> bool {
    let before = seen.operations.get(&id);
    let after = change.operations.iter().find(|operation| operation.head().id == id);
    let (Some(before), Some(after)) = (before, after) else { return false };
    let states = |operation: &Operation| {
        let steps: Vec<_> = operation.steps().iter().map(|step| step.state.clone()).collect();
        let undos: Vec<_> = operation.undo().iter().map(|undo| undo.state.clone()).collect();
        (steps, undos, operation.standing())
    };
    let (Some(was), Some(is)) = (before.head().outstanding, after.head().outstanding) else { return false };
    change.fence.is_none()
        && states(before) == states(after)
        && (was.attempt, was.index, was.what) == (attempt, is.index, is.what)
        && is.attempt == attempt + 1
}

fn was_recorded_by_its_holder(seen: &Seen, change: &Change, piece: Piece) -> Result<(), String> {
    let holder = seen.leases.get(&piece).copied();
    let recorded = change.fence.as_ref().filter(|lease| (lease.operation, lease.attempt) == piece);
    hold(recorded.is_some() && recorded.map(|lease| lease.token) == holder, || {
        format!("promise 7: work {piece:?} is recorded by {recorded:?}, and {holder:?} holds it")
    })
}
