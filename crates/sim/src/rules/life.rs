//! Promises 1, 2, 4, 5 and 8: one operation at a time, each ends once and for good, and a cancellation with its target.

use signoff_lifecycle::offer::{Aggregate, Course};
use signoff_lifecycle::operation::{
    CancellationPhase, CancellationRequestState, Failure, Operation, Phase, Standing, StepState, Undo,
    UndoState,
};
use signoff_store::contract::Change;

use super::seen::Seen;
use super::{hold, phase, word};

pub(super) fn check(seen: &Seen, change: &Change) -> Result<(), String> {
    let next = &change.next;
    let before = seen.state(&next.offer.publisher, &next.offer.id);
    one_runs(seen, next)?;
    hold(before.is_none() == change.expected.is_none(), || "an offer is created once".to_owned())?;
    if let Some(before) = before {
        is_decided_on_what_was(before, change)?;
    }
    for operation in next.operations() {
        let id = operation.head().id;
        let listed = change.operations.iter().any(|changed| changed.as_ref() == operation);
        let kept = seen.operations.get(&id).map(Operation::as_ref) == Some(operation);
        hold(listed || kept, || format!("what changed of {id} is not written"))?;
    }
    for operation in &change.operations {
        match seen.operations.get(&operation.head().id) {
            Some(earlier) => went_on(earlier, operation)?,
            None => began(before.map(AsRef::as_ref), operation)?,
        }
    }
    ends_together(next)
}

/// A change is decided on the state before it: else a command that was answered is lost. What never goes back
/// tells.
fn is_decided_on_what_was(before: &Aggregate, change: &Change) -> Result<(), String> {
    let (old, new) = (&before.offer, &change.next.offer);
    let puts = u64::from(change.content.is_some());
    hold(new.draft.revision == old.draft.revision + puts, || "a change of the draft is lost".to_owned())?;
    let begun = change.operations.iter().filter(|it| it.head().publishing_version > old.publishing_version);
    hold(new.publishing_version == old.publishing_version + begun.count() as u64, || {
        format!("publishing versions go from {} to {}", old.publishing_version, new.publishing_version)
    })
}

/// Promise 1.
fn one_runs(seen: &Seen, next: &Aggregate) -> Result<(), String> {
    let key = (next.offer.publisher.clone(), next.offer.id.clone());
    let others = seen.operations.values().filter(|other| seen.owners.get(&other.head().id) == Some(&key));
    for other in others.filter(|other| other.is_running()).map(Operation::head) {
        // A golive completes the publish in the commit that starts it.
        let parted = next.target().is_some_and(|target| target.head.previous == Some(other.id));
        let present = next.operation(other.id).is_some();
        hold(present || parted, || format!("promise 1: {} is let go while it runs", other.id))?;
    }
    let canceled_by = next.target().and_then(|target| match target.phase {
        Phase::Canceling { cancellation } => Some(cancellation),
        _ => None,
    });
    let running = next.cancellation().filter(|cancellation| cancellation.is_running());
    hold(running.map(|cancellation| cancellation.head.id) == canceled_by, || {
        "promise 1: a cancellation runs with its target".to_owned()
    })
}

/// Promises 2 and 5.
fn went_on(earlier: &Operation, operation: &Operation) -> Result<(), String> {
    let id = earlier.head().id;
    hold(earlier.is_running(), || format!("promise 2: {id} ended {} and changes", phase(earlier)))?;
    hold(operation.head().revision > earlier.head().revision, || format!("the version of {id} grows"))?;
    let now = operation.cancellation_request_state();
    let was = earlier.cancellation_request_state();
    let turned_back = was == CancellationRequestState::CannotCancel && now != was;
    hold(!turned_back, || format!("promise 5: {id} could not be canceled, and now {now:?}"))?;
    for (old, new) in earlier.steps().iter().zip(operation.steps()) {
        let ended = old.began() && !old.is_open() || matches!(old.state, StepState::Inherited { .. });
        hold(!ended || old.state == new.state, || format!("the ended step {} changes", old.plan.id))?;
    }
    let switched = |operation: &Operation| {
        operation.steps().iter().any(|step| matches!(step.state, StepState::Propagating { .. }))
    };
    let ends_well = matches!(operation.standing(), Standing::Running | Standing::Completed);
    hold(!switched(earlier) || ends_well, || {
        format!("promise 6: {id} switched production and is {}", phase(operation))
    })
}

fn began(before: Option<&Aggregate>, operation: &Operation) -> Result<(), String> {
    let Some(before) = before else { return Err("an operation begins on no offer".to_owned()) };
    let (head, expected) = (operation.head(), before.offer.publishing_version + 1);
    hold(head.publishing_version == expected && head.previous == before.offer.newest, || {
        format!("{} is number {}, not {expected}", head.id, head.publishing_version)
    })?;
    // What force ends at once undoes nothing.
    if let Some(cancellation) = operation.cancellation().filter(|cancellation| cancellation.is_running()) {
        let Some(canceled) = before.target().filter(|target| target.head.id == cancellation.target) else {
            return Err("a cancellation is of the newest publish or golive".to_owned());
        };
        hold(canceled.point_of_no_return().is_none(), || {
            "promise 5: past the point of no return".to_owned()
        })?;
        let wanted: Vec<&str> = canceled.to_undo().map(|step| step.plan.id.as_str()).collect();
        let planned: Vec<&str> = cancellation.undo.iter().map(|undo| undo.plan.id.as_str()).collect();
        hold(wanted == planned, || {
            format!("promise 4: {wanted:?} is to be undone, and {planned:?} will be")
        })?;
    }
    Ok(())
}

/// Promise 4: a cancellation and its target end in one transaction.
fn ends_together(next: &Aggregate) -> Result<(), String> {
    let Some(Course::Canceling(target, cancellation)) = &next.course else { return Ok(()) };
    let is_left = |undo: &&Undo| matches!(undo.state, UndoState::Failed { .. } | UndoState::GivenUp { .. });
    let failed = cancellation.undo.iter().filter(is_left).count();
    let all_done = cancellation.undo.iter().all(|undo| matches!(undo.state, UndoState::Done { .. }));
    let together = match (&target.phase, &cancellation.phase) {
        (Phase::Canceling { cancellation: of }, CancellationPhase::Running) => *of == cancellation.head.id,
        (Phase::Canceled { .. }, CancellationPhase::Completed { .. }) => all_done,
        (
            Phase::Failed { failure: Failure::CancellationFailed { cancellation: of, left }, .. },
            CancellationPhase::Failed { .. },
        ) => *of == cancellation.head.id && left.len() == failed,
        // It had failed by itself, and force ended its undoing.
        (Phase::Failed { .. }, CancellationPhase::Failed { .. }) => true,
        _ => false,
    };
    hold(together, || {
        let [target, cancellation] = [target.standing(), cancellation.standing()].map(word);
        format!("promise 4: the target is {target} and its cancellation {cancellation}")
    })
}
