//! Force and kill, row by row: what T is, by which means, what the caller sends, what is answered.

use signoff_lifecycle::command::{StopLevel, WorkOutcome};
use signoff_lifecycle::decision::{Audience, Event, Reply, StopReply};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::{Leftover, OfferStatus};
use signoff_lifecycle::operation::{
    CancellationRequestState, Failure, Phase, StepFailure, StepState, UndoState,
};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::Refusal;

use crate::cancel_table::{stop, world_where};
use crate::plans::{CERTIFY, LIVE, PACKAGE, PROVISION, SIGNOFF, VALIDATE};
use crate::world::{World, done, fatal};

use StopLevel::{Force, Kill};

const GIVEN_UP: &str = "202 C given up";
const NOTHING_T: &str = "400 NoOperationInProgress T";
const NOT_RUNNING: &str = "400 OperationNotRunning";
const CANCEL_FAILED: &str = "400 CancellationFailed C";
const SWITCHED: &str = "400 OperationNotCancellable T past live";

/// T, the operation named, `If-Match`, the answer to force and the answer to kill.
const ROWS: &[(&str, &str, &str, &str, &str)] = &[
    // Nothing to stop.
    ("never published", "-", "-", "400 NoOperationInProgress", "400 NoOperationInProgress"),
    ("live", "-", "-", NOTHING_T, NOTHING_T),
    ("failed", "-", "-", NOTHING_T, NOTHING_T),
    // On the spot: an ordinary cancel.
    (VALIDATE, "-", "-", "200 T", "200 T"),
    (CERTIFY, "T", "fresh", "200 T", "200 T"),
    // Where stopping needs work, nothing is undone.
    (PROVISION, "-", "-", GIVEN_UP, GIVEN_UP),
    (PACKAGE, "T", "fresh", GIVEN_UP, GIVEN_UP),
    (SIGNOFF, "-", "fresh", GIVEN_UP, GIVEN_UP),
    ("golive preparing", "-", "-", GIVEN_UP, GIVEN_UP),
    // While a cancellation runs, or T undoes itself, the undoing ends.
    ("being canceled", "-", "-", GIVEN_UP, GIVEN_UP),
    ("being canceled", "-", "fresh", GIVEN_UP, GIVEN_UP),
    ("being canceled", "T", "stale", GIVEN_UP, GIVEN_UP),
    ("being canceled", "C", "stale", GIVEN_UP, GIVEN_UP),
    ("undoing", "-", "-", GIVEN_UP, GIVEN_UP),
    ("undoing", "T", "fresh", GIVEN_UP, GIVEN_UP),
    // Past the switch force is refused like a cancel; the operator's kill completes what can only complete.
    ("golive switched", "-", "-", SWITCHED, "200 T completed"),
    ("golive switched", "T", "fresh", SWITCHED, "200 T completed"),
    // The first answer again.
    ("canceled on the spot", "-", "-", "200 T", "200 T"),
    ("canceled", "-", "-", "200 C", "200 C"),
    ("canceled", "T", "stale", "200 C", "200 C"),
    ("failed by its cancellation", "-", "stale", CANCEL_FAILED, CANCEL_FAILED),
    // Guards: a stale client never ends a newer operation.
    (PROVISION, "-", "stale", "412", "412"),
    (PROVISION, "unknown", "-", "404", "404"),
    (PROVISION, "older", "-", NOT_RUNNING, NOT_RUNNING),
    ("being canceled", "-", "stale", "412", "412"),
    ("being canceled", "older", "-", NOT_RUNNING, NOT_RUNNING),
    ("undoing", "-", "stale", "412", "412"),
    ("undoing", "older", "-", NOT_RUNNING, NOT_RUNNING),
    ("golive switched", "-", "stale", "412", "412"),
    ("golive switched", "older", "-", NOT_RUNNING, NOT_RUNNING),
];

#[test]
fn force_and_kill_are_answered_as_the_table_says() {
    for (t, named, if_match, force, kill) in ROWS {
        for (level, expected) in [(Force, force), (Kill, kill)] {
            let mut world = world_where(t);
            let before = world.state.clone();
            let row = format!("T {t}, {level:?}, named {named}, If-Match {if_match}");
            assert_eq!(&stop(&mut world, level, named, if_match), expected, "{row}");
            if expected.starts_with('4') {
                assert_eq!(world.state, before, "a refusal changes nothing: {row}");
                continue;
            }
            let (state, told) = (world.state.clone(), world.told.len());
            let again = match *expected {
                GIVEN_UP => CANCEL_FAILED,
                "200 T completed" => NOTHING_T,
                other => other,
            };
            for repeated in [StopLevel::Cancel, Force, Kill] {
                assert_eq!(stop(&mut world, repeated, "-", "-"), again, "{repeated:?} after it: {row}");
            }
            assert_eq!((&world.state, world.told.len()), (&state, told), "changed once only: {row}");
        }
    }
}

/// The policy of a step that was scripted, where T is, the answer to force and the answer to kill.
#[test]
fn a_step_that_refuses_stops_force_and_not_the_operator() {
    let rows = [
        (PROVISION, PROVISION, "400 OperationNotCancellable T past displayprovision", GIVEN_UP),
        (PROVISION, SIGNOFF, "400 OperationNotCancellable T past displayprovision", GIVEN_UP),
        (PROVISION, CERTIFY, "200 T", "200 T"),
        (VALIDATE, VALIDATE, "400 OperationNotCancellable T past displaydummycertify", GIVEN_UP),
    ];
    for (scripted, at, force, kill) in rows {
        for (level, expected) in [(Force, force), (Kill, kill)] {
            let mut world = World::vm().policy(scripted, CancelPolicy::Refuse);
            world.publish_to(at);
            assert_eq!(stop(&mut world, level, "-", "-"), expected, "{scripted} refuses, {level:?} at {at}");
        }
    }
    let mut world = World::vm().policy(LIVE, CancelPolicy::Refuse);
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    let refused = world.stop(Force);
    let Err(Refusal::PastPointOfNoReturn { forced: true, switched: false, .. }) = refused else {
        panic!("{refused:?}")
    };
    world.finish(LIVE);
    let refused = world.stop(Force);
    let Err(Refusal::PastPointOfNoReturn { forced: true, switched: true, .. }) = refused else {
        panic!("{refused:?}")
    };
}

#[test]
fn force_ends_both_names_what_is_left_and_the_next_publish_removes_it() {
    let mut world = World::vm();
    world.publish_to(SIGNOFF);
    let forced = world.target().head.id;
    assert_eq!(stop(&mut world, Force, "-", "-"), GIVEN_UP);
    assert_eq!(world.aggregate().status(), OfferStatus::Failed);
    assert_eq!(world.target().cancellation_request_state(), CancellationRequestState::CannotCancel);
    assert!(world.pending.is_empty(), "no undo was started: {:?}", world.pending);
    assert_eq!(world.offer().preview, None, "the preview is put back all the same");
    let left = vec![PACKAGE.to_owned(), PROVISION.to_owned()];
    let cancellation = world.cancellation();
    let failure = Failure::CancellationFailed { cancellation: cancellation.head.id, left: left.clone() };
    let Phase::Failed { failure: found, .. } = &world.target().phase else { panic!() };
    assert_eq!(found, &failure);
    let said = Note::Forced { by: "bob".to_owned(), reason: Some("typo".to_owned()), given_up: left.clone() };
    for head in [&world.target().head, &cancellation.head] {
        assert!(head.notes.iter().any(|note| note.note == said), "{:?}", head.notes);
    }
    assert!(cancellation.undo.iter().all(|undo| matches!(undo.state, UndoState::GivenUp { .. })));
    let told = world.told.last().unwrap();
    assert_eq!(told.event, Event::CancellationFailed { left: left.clone() });
    let addresses = vec!["a@x.example".to_owned(), "b@x.example".to_owned()];
    assert_eq!(told.audience, Audience::List(addresses));

    let leftovers: Vec<_> = left.into_iter().map(|step| Leftover { operation: forced, step }).collect();
    assert_eq!(world.offer().leftovers, leftovers);
    world.publish().unwrap();
    world.end(VALIDATE, WorkOutcome::Done { removed: leftovers });
    assert_eq!(world.offer().leftovers, []);
}

#[test]
fn force_while_a_cancellation_runs_leaves_only_what_was_not_undone() {
    let mut world = World::vm();
    world.publish_to(SIGNOFF);
    world.cancel().unwrap();
    world.finish(PACKAGE);
    let late = world.work();
    let (number, cancellation) = (world.offer().publishing_version, world.cancellation().head.id);
    let Ok(Reply::Stopped(StopReply::GivenUp(reference))) = world.stop(Force) else { panic!() };
    assert_eq!(reference.id, cancellation, "the cancellation that ran is the one that ended");
    assert_eq!(world.offer().publishing_version, number, "and no other took a number");
    let left: Vec<_> = world.offer().leftovers.iter().map(|leftover| leftover.step.as_str()).collect();
    assert_eq!(left, [PROVISION]);
    assert_eq!(
        world.result(late.operation, late.attempt, done()),
        Err(Refusal::StaleResult),
        "an undo that ends later changes nothing"
    );
}

#[test]
fn force_on_an_operation_that_undoes_itself_keeps_its_failure() {
    for level in [Force, Kill] {
        let mut world = World::vm();
        world.publish_to(PACKAGE);
        world.end(PACKAGE, fatal());
        world.end(PACKAGE, fatal());
        let late = world.work();
        let Ok(Reply::Stopped(StopReply::GivenUp(reference))) = world.stop(level) else { panic!() };
        assert_eq!(reference.id, world.cancellation().head.id, "promise 4: a 202 always has a cancellation");
        let Phase::Failed { failure, .. } = &world.target().phase else { panic!() };
        assert!(
            matches!(failure, Failure::Step(StepFailure::Failed { step, .. }) if step == PACKAGE),
            "{failure:?}"
        );
        let [failed, given_up] = world.target().undo.as_slice() else { panic!() };
        assert!(matches!(failed.state, UndoState::Failed { .. }));
        assert!(matches!(given_up.state, UndoState::GivenUp { .. }));
        let left = vec![PACKAGE.to_owned(), PROVISION.to_owned()];
        let named: Vec<_> = world.offer().leftovers.iter().map(|leftover| leftover.step.clone()).collect();
        assert_eq!(named, left);
        let Event::Failed { left: told, .. } = &world.told.last().unwrap().event else { panic!() };
        assert_eq!(told, &left);
        assert_eq!(world.result(late.operation, late.attempt, done()), Err(Refusal::StaleResult));
        let Err(Refusal::CancellationFailed { cancellation }) = world.stop(level) else { panic!() };
        assert_eq!(cancellation.id, reference.id, "the same again is told where it stands");
    }
}

#[test]
fn a_kill_after_the_switch_completes_the_golive_at_once() {
    let mut world = world_where("golive switched");
    let late = world.work();
    let (production, golive) = (world.offer().production.clone(), world.target().head.id);
    let Ok(Reply::Stopped(StopReply::Completed(reference))) = world.stop(Kill) else { panic!() };
    assert_eq!(reference.id, golive);
    assert!(matches!(world.state_of(LIVE), StepState::Complete { .. }));
    assert_eq!(world.aggregate().status(), OfferStatus::Succeeded);
    assert_eq!(world.offer().production, production);
    assert_eq!(world.events().last(), Some(&"live"));
    let said = |note: &Note| matches!(note, Note::KilledAfterSwitch { by, .. } if by == "bob");
    assert!(world.target().head.notes.iter().any(|note| said(&note.note)));
    assert_eq!(world.result(late.operation, late.attempt, done()), Err(Refusal::StaleResult));
}

#[test]
fn a_golive_that_was_ended_by_force_can_be_tried_again() {
    for level in [Force, Kill] {
        let mut world = world_where("golive preparing");
        let preview = world.offer().preview.clone();
        world.stop(level).unwrap();
        assert_eq!((&world.offer().preview, &world.offer().production), (&preview, &None));
        world.golive().unwrap();
        world.finish_all();
        assert_eq!(world.offer().production, preview);
    }
}
