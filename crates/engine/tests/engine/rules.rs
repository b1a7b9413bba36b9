//! The rules of the design, looked up in a store: what must be so whenever nothing is on its way.

use std::collections::BTreeSet;

use signoff_lifecycle::decision::Event;
use signoff_lifecycle::ids::{OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::{Aggregate, Leftover};
use signoff_lifecycle::operation::{
    Cancellation, CancellationPhase, Failure, Goal, Kind, Operation, Phase, Standing, StepState,
};
use signoff_store::Store;
use signoff_store::contract::Letter;

/// Checks one offer of `publisher`. `what` says where it stands, for the reader of the failure.
pub(crate) async fn hold(store: &dyn Store, publisher: &str, offer: &str, what: &str) {
    let state =
        store.load(&OfferKey::new(publisher, offer)).await.unwrap().expect("the offer exists").aggregate;
    let operations = store.operations(&OfferKey::new(publisher, offer)).await.unwrap();
    the_thread_is_whole(&state, &operations, what);
    one_runs(&state, &operations, what);
    work_is_what_is_waited_for(store, &operations, publisher, what).await;
    nothing_is_left_behind(store, &state, &operations, what).await;
    slots_were_signed_off(&state, &operations, what);
    let letters = store.letters().await.unwrap();
    told_once_and_the_truth(&letters, &operations, what);
}

/// Every operation took the next number, and the offer knows the newest ones.
fn the_thread_is_whole(state: &Aggregate, newest_first: &[Operation], what: &str) {
    let numbers: Vec<u64> =
        newest_first.iter().rev().map(|operation| operation.head().publishing_version).collect();
    let expected: Vec<u64> = (1..=newest_first.len() as u64).collect();
    assert_eq!(numbers, expected, "{what}: numbers are contiguous");
    let (offer, newest) = (&state.offer, newest_first.first());
    assert_eq!(offer.publishing_version, newest_first.len() as u64, "{what}");
    assert_eq!(offer.newest, newest.map(|operation| operation.head().id), "{what}");
    let target = newest_first.iter().find_map(Operation::submission);
    assert_eq!(state.target(), target, "{what}: T is the newest publish or golive");
    let cancels_target =
        |cancellation: &&Cancellation| Some(cancellation.target) == target.map(|target| target.head.id);
    let cancellation = newest_first.iter().filter_map(Operation::cancellation).find(cancels_target);
    assert_eq!(state.cancellation(), cancellation, "{what}");
}

/// Promises 1, 2 and 4: one operation runs, and a cancellation ends with its target.
fn one_runs(state: &Aggregate, operations: &[Operation], what: &str) {
    let running: Vec<OperationId> = operations
        .iter()
        .filter(|operation| operation.is_running())
        .map(|operation| operation.head().id)
        .collect();
    match (state.target(), state.cancellation()) {
        (Some(target), Some(cancellation)) if target.is_running() => {
            let cancellation = cancellation.head.id;
            assert_eq!(target.phase, Phase::Canceling { cancellation }, "{what}");
            assert_eq!(running, [cancellation, target.head.id], "{what}");
        }
        (Some(target), None) if target.is_running() => assert_eq!(running, [target.head.id], "{what}"),
        _ => assert!(running.is_empty(), "{what}: {running:?}"),
    }
    for cancellation in operations.iter().filter_map(Operation::cancellation) {
        let mut targets = operations.iter().filter_map(Operation::submission);
        let target = targets.find(|target| target.head.id == cancellation.target).expect("the target exists");
        let agrees = match (&cancellation.phase, &target.phase) {
            (CancellationPhase::Completed { .. }, Phase::Canceled { .. }) => true,
            (CancellationPhase::Running, Phase::Canceling { cancellation: by })
            | (
                CancellationPhase::Failed { .. },
                Phase::Failed { failure: Failure::CancellationFailed { cancellation: by, .. }, .. },
            ) => *by == cancellation.head.id,
            _ => false,
        };
        assert!(agrees, "{what}: {cancellation:?} {target:?}");
    }
}

/// Each step that waits for work has it in the queue, and no other work is there.
async fn work_is_what_is_waited_for(
    store: &dyn Store,
    operations: &[Operation],
    publisher: &str,
    what: &str,
) {
    let queued = store.due_by(publisher, PublisherTime(i64::MAX)).await.unwrap();
    let queued: BTreeSet<_> = queued.iter().map(|(_, work)| (work.operation, work.attempt)).collect();
    let waits = |operation: &Operation| {
        let outstanding = operation.head().outstanding.filter(|outstanding| !outstanding.held)?;
        Some((operation.head().id, outstanding.attempt))
    };
    let wanted: BTreeSet<_> = operations.iter().filter_map(waits).collect();
    assert_eq!(queued, wanted, "{what}");
}

/// Artifacts belong to steps that began; what was cancelled or failed has none, but for recorded leftovers.
async fn nothing_is_left_behind(store: &dyn Store, state: &Aggregate, operations: &[Operation], what: &str) {
    for operation in operations {
        let made = store.artifacts(&state.offer.publisher, operation.head().id).await.unwrap();
        for (step, _) in made {
            let began = operation.step(&step).is_some_and(signoff_lifecycle::operation::Step::began);
            assert!(began, "{what}: {step} never began in {operation:?}");
            if matches!(operation.standing(), Standing::Canceled | Standing::Failed) {
                let left = Leftover { operation: operation.head().id, step: step.clone() };
                assert!(state.offer.leftovers.contains(&left), "{what}: {step} of {operation:?} is left");
            }
        }
    }
}

/// Promise 6.
fn slots_were_signed_off(state: &Aggregate, operations: &[Operation], what: &str) {
    let find = |id: OperationId| operations.iter().find(|operation| operation.head().id == id);
    if let Some(preview) = &state.offer.preview {
        let publish = find(preview.operation).expect("the slot names an operation");
        assert!(
            publish.waits_for_signoff() || publish.standing() == Standing::Completed,
            "{what}: preview holds {publish:?}"
        );
    }
    let switched = |operation: &&Operation| {
        let live = operation.step("live").map(|step| &step.state);
        operation.kind() == Kind::GoLive
            && matches!(live, Some(StepState::Propagating { .. } | StepState::Complete { .. }))
    };
    let newest = operations.iter().find(switched).map(|operation| operation.head().offer_version);
    assert_eq!(state.offer.production.as_ref().map(|slot| slot.version), newest, "{what}: production");
}

/// Promise 9: one letter per operation, event and recipient, and every transition has its own.
fn told_once_and_the_truth(letters: &[Letter], operations: &[Operation], what: &str) {
    let key =
        |letter: &Letter| (letter.mail.operation, letter.mail.event.name(), letter.mail.recipient.clone());
    let told: BTreeSet<_> = letters.iter().map(key).collect();
    assert_eq!(told.len(), letters.len(), "{what}: something was told twice");
    for operation in operations {
        let events: BTreeSet<&str> =
            told.iter().filter(|(of, ..)| *of == operation.head().id).map(|(_, event, _)| *event).collect();
        let mut expected = BTreeSet::new();
        if let Some(target) = operation.submission() {
            expected.insert(Event::Started.name());
            let mut notes = target.steps.iter().flat_map(|step| &step.notes);
            let waited =
                target.goal == Goal::Publish && notes.any(|note| note.note == Note::WaitingForSignoff);
            expected.extend(waited.then_some(Event::WaitingForSignoff.name()));
            expected.extend(match (&target.phase, target.goal) {
                (Phase::Completed { .. }, Goal::GoLive) => Some("live"),
                (Phase::Canceled { .. }, _) => Some("canceled"),
                (Phase::Failed { failure: Failure::CancellationFailed { .. }, .. }, _) => {
                    Some("cancellationFailed")
                }
                (Phase::Failed { .. }, _) => Some("failed"),
                _ => None,
            });
        }
        assert_eq!(events, expected, "{what}: {operation:?}");
    }
}
