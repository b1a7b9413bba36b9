//! Promise 4: what a cancellation undoes, how it ends, and what it says is left.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::{StepResult, WorkOutcome};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::{Aggregate, Course, Leftover};
use signoff_lifecycle::operation::{
    CancellationPhase, Failure, Head, OperationRef, Phase, StepState, Submission, Undo, UndoState,
};
use signoff_lifecycle::plan::CancelPolicy;

/// Promises 1 and 4: a cancellation and its target count as one.
pub(super) fn runs_with_its_target(next: &Aggregate) {
    let canceled_by = next.target().and_then(|target| match target.phase {
        Phase::Canceling { cancellation } => Some(cancellation),
        _ => None,
    });
    let running = next.cancellation().filter(|cancellation| cancellation.is_running());
    assert_eq!(running.map(|it| it.head.id), canceled_by, "a cancellation runs with its target");
    if let Some(Course::Canceling(target, cancellation)) = &next.course {
        assert_eq!(cancellation.target, target.head.id);
        assert_eq!(cancellation.slot, target.slot(), "a cancellation has its target's slot");
    }
}

/// Promise 4: the undo of every step that began and is not merely interrupted, the last begun first, one at a time.
pub(super) fn run_one_by_one(operation: OperationRef<'_>) {
    let rank = |state: &UndoState| match state {
        UndoState::Done { .. } | UndoState::Failed { .. } | UndoState::GivenUp { .. } => 0,
        UndoState::Running { .. } => 1,
        UndoState::Pending => 2,
    };
    let ranks: Vec<_> = operation.undo().iter().map(|undo| rank(&undo.state)).collect();
    assert!(ranks.is_sorted() && ranks.iter().filter(|rank| **rank == 1).count() <= 1, "{ranks:?}");
    assert_eq!(ranks.contains(&1), !operation.undo().is_empty() && operation.is_running());
}

/// Promise 4: a cancellation and its target end in one transaction, and the messages say what is left.
pub(super) fn ends_together(next: &Aggregate) {
    let Some(target) = next.target() else { return };
    let undone = undone(next, target);
    let is_undone = next.cancellation().is_some()
        || matches!(&target.phase, Phase::Undoing { .. })
        || matches!(&target.phase, Phase::Failed { .. });
    if is_undone {
        let begun = target.steps.iter().rev().filter(|step| {
            !matches!(step.state, StepState::NotStarted | StepState::Inherited { .. })
                && step.plan.cancel != CancelPolicy::Interrupt
        });
        let expected: Vec<_> = begun.map(|step| &step.plan.id).collect();
        let planned: Vec<_> = undone.iter().map(|undo| &undo.plan.id).collect();
        assert_eq!(planned, expected, "all that began is undone, in reverse");
    }
    let Some(cancellation) = next.cancellation() else {
        let names_one =
            matches!(&target.phase, Phase::Failed { failure: Failure::CancellationFailed { .. }, .. });
        return assert!(!names_one);
    };
    let left = failed_undos(&cancellation.undo);
    match &target.phase {
        Phase::Canceling { .. } => assert_eq!(cancellation.phase, CancellationPhase::Running),
        Phase::Canceled { at, .. } => {
            assert_eq!(cancellation.phase, CancellationPhase::Completed { at: *at });
            assert!(left.is_empty(), "canceled means that nothing is left: {left:?}");
        }
        Phase::Failed { at, failure } => {
            let of_cancellation =
                Failure::CancellationFailed { cancellation: cancellation.head.id, left: left.clone() };
            let failed_by_itself = !matches!(failure, Failure::CancellationFailed { .. });
            assert!(failed_by_itself || failure == &of_cancellation, "{failure:?}");
            assert!(!failed_by_itself || left == failed_undos(&target.undo), "it was undoing itself");
            assert_eq!(cancellation.phase, CancellationPhase::Failed { at: *at, left: left.clone() });
            assert!(!left.is_empty());
            messages_name_what_is_left(&target.head, &left);
            messages_name_what_is_left(&cancellation.head, &left);
        }
        other => panic!("a target with a cancellation is {other:?}"),
    }
}

/// What undoes the steps of the target: its cancellation, or itself.
fn undone<'a>(state: &'a Aggregate, target: &'a Submission) -> &'a [Undo] {
    state.cancellation().map_or(&target.undo, |cancellation| &cancellation.undo)
}

/// The steps of which something is left: their undo failed, or was given up.
fn failed_undos(undo: &[Undo]) -> Vec<String> {
    let failed =
        undo.iter().filter(|undo| matches!(undo.state, UndoState::Failed { .. } | UndoState::GivenUp { .. }));
    failed.map(|undo| undo.plan.id.clone()).collect()
}

fn messages_name_what_is_left(head: &Head, left: &[String]) {
    let named = head.notes.iter().filter_map(|note| match &note.note {
        Note::LeftBehind { step } => Some(step),
        _ => None,
    });
    assert_eq!(named.collect::<Vec<_>>(), left.iter().collect::<Vec<_>>(), "{:?}", head.notes);
}

/// What an ended operation could not undo is on the offer, until a first step removes it.
pub(super) fn leftovers_are_recorded(before: Option<&Aggregate>, command: &Command, next: &Aggregate) {
    let mut expected = before.map(|before| before.offer.leftovers.clone()).unwrap_or_default();
    if let Command::StepResult(_) | Command::Cancel(_) | Command::Callback(_) = command {
        if let Command::StepResult(StepResult { outcome: WorkOutcome::Done { removed }, .. }) = command {
            expected.retain(|leftover| !removed.contains(leftover));
        }
        let target = next.target().unwrap();
        if matches!(target.phase, Phase::Failed { .. }) {
            let left = failed_undos(undone(next, target)).into_iter();
            expected.extend(left.map(|step| Leftover { operation: target.head.id, step }));
        }
    }
    assert_eq!(next.offer.leftovers, expected);
}
