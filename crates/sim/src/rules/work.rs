//! Rule 7: work is fenced, and nothing that is waited for is ever forgotten.

use std::collections::BTreeSet;

use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::Phase;
use signoff_store::contract::Change;
use signoff_store::memory::Tables;

use super::hold;
use super::seen::Seen;

type Piece = (OperationId, u32);

pub(super) fn check(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    rows_are_what_is_waited_for(seen, change, tables)?;
    for piece in &change.settled {
        if !was_recalled(seen, change, *piece) {
            was_recorded_by_its_holder(seen, change, *piece)?;
        }
    }
    Ok(())
}

/// The rows of the offer's work are the work that its operations wait for, but for what is held.
fn rows_are_what_is_waited_for(seen: &Seen, change: &Change, tables: &Tables) -> Result<(), String> {
    let next = &change.next;
    let waited: BTreeSet<Piece> = next
        .target
        .iter()
        .chain(&next.cancellation)
        .filter_map(|operation| Some((operation.id, operation.outstanding.as_ref()?)))
        .filter(|(_, outstanding)| !outstanding.held)
        .map(|(id, outstanding)| (id, outstanding.attempt))
        .collect();
    let key = (next.offer.publisher.clone(), next.offer.id.clone());
    let is_ours = |id: &OperationId| {
        seen.owners.get(id) == Some(&key) || change.operations.iter().any(|operation| operation.id == *id)
    };
    let rows: BTreeSet<Piece> =
        tables.work().filter(|(_, id, ..)| is_ours(id)).map(|(_, id, attempt, _)| (id, attempt)).collect();
    hold(rows == waited, || format!("rule 7: {waited:?} is waited for, and {rows:?} is there to be done"))
}

/// Whether a cancel took the work back in this change.
fn was_recalled(seen: &Seen, change: &Change, (id, _): Piece) -> bool {
    let was_running = seen.operations.get(&id).is_some_and(|earlier| earlier.phase == Phase::Running);
    let target = change.operations.iter().find(|operation| operation.id == id);
    was_running
        && target
            .is_some_and(|target| matches!(target.phase, Phase::Canceling { .. } | Phase::Canceled { .. }))
}

fn was_recorded_by_its_holder(seen: &Seen, change: &Change, piece: Piece) -> Result<(), String> {
    let holder = seen.leases.get(&piece).copied();
    let recorded = change.fence.as_ref().filter(|lease| (lease.operation, lease.attempt) == piece);
    hold(recorded.is_some() && recorded.map(|lease| lease.token) == holder, || {
        format!("rule 7: work {piece:?} is recorded by {recorded:?}, and {holder:?} holds it")
    })
}
