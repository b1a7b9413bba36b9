//! What a cancel does over time, and who hears of it.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::ReviewDecision;
use signoff_lifecycle::decision::{Audience, Event, PutReply, Reply, StopReply};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::OfferStatus;
use signoff_lifecycle::operation::{CancellationRequestState, Operation, Phase, StepState};
use signoff_lifecycle::plan::{CancelPolicy, Executor};
use signoff_lifecycle::refusal::{Reference, Refusal};

use crate::plans::{CERTIFY, LIVE, PACKAGE, PROVISION, SIGNOFF, vm_plan};
use crate::world::{World, fatal};

#[test]
fn a_cancel_that_needs_work_runs_it_in_reverse_and_then_ends_both() {
    let mut world = World::vm();
    world.publish_to(SIGNOFF);
    world.cancel().unwrap();
    assert_eq!(world.target().cancellation_request_state(), CancellationRequestState::CancelRequested);
    assert_eq!(world.aggregate().status(), OfferStatus::Running, "as does the offer");
    assert!(matches!(world.state_of(SIGNOFF), StepState::Canceled { .. }));
    assert!(matches!(world.state_of(PACKAGE), StepState::Complete { .. }));
    world.finish(PACKAGE);
    assert_eq!(world.aggregate().status(), OfferStatus::Running);
    world.finish(PROVISION);
    assert_eq!(world.aggregate().status(), OfferStatus::Canceled);
    assert_eq!(world.target().cancellation_request_state(), CancellationRequestState::Canceled);
    let Phase::Canceled { by, reason, .. } = &world.target().phase else { panic!() };
    assert_eq!((by.as_str(), reason.as_deref()), ("bob", Some("typo")));
    let cancellation = world.cancellation();
    let target = &world.target().head;
    assert_eq!((cancellation.target, cancellation.target_version), (target.id, target.publishing_version));
    assert_eq!(cancellation.reason.as_deref(), Some("typo"));
    let shown = Operation::from(cancellation.clone()).cancellation_request_state();
    assert_eq!(shown, CancellationRequestState::CannotCancel);
    assert!(cancellation.head.notes.iter().any(|note| note.note == Note::CancellationCompleted));
}

#[test]
fn a_failed_undo_fails_both_says_what_is_left_and_the_other_undos_still_run() {
    let mut world = World::vm();
    world.publish_to(SIGNOFF);
    world.cancel().unwrap();
    world.end(PACKAGE, fatal());
    assert!(world.target().is_running(), "the other undo still runs");
    world.finish(PROVISION);
    assert_eq!(world.aggregate().status(), OfferStatus::Failed);
    assert_eq!(world.target().cancellation_request_state(), CancellationRequestState::CannotCancel);
    let left = Note::LeftBehind { step: PACKAGE.to_owned() };
    for head in [&world.target().head, &world.cancellation().head] {
        let notes = head.notes.iter().filter(|note| matches!(note.note, Note::LeftBehind { .. }));
        assert_eq!(notes.map(|note| &note.note).collect::<Vec<_>>(), [&left]);
    }
    let told = world.told.last().unwrap();
    assert_eq!(told.event, Event::CancellationFailed { left: vec![PACKAGE.to_owned()] });
}

#[test]
fn while_a_cancellation_runs_a_put_is_taken_and_nothing_is_started() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    world.cancel().unwrap();
    let cancellation: Reference = world.cancellation().into();
    let refused = Err(Refusal::CancellationInProgress { cancellation });
    assert_eq!(world.publish(), refused);
    assert_eq!(world.golive(), refused);
    assert_eq!(world.put(), Ok(Reply::Put(PutReply { created: false })));
    world.finish_all();
    assert!(world.publish().is_ok());
}

#[test]
fn a_reviewer_who_is_asked_can_be_cancelled_away() {
    let mut plan = vm_plan();
    plan[1].executor = Executor::Manual;
    let mut world = World::new(plan);
    world.publish_to(CERTIFY);
    assert!(matches!(world.state_of(CERTIFY), StepState::WaitingForApproval { .. }));
    assert!(matches!(world.cancel(), Ok(Reply::Stopped(StopReply::Canceled(_)))));
    let late = world.review(CERTIFY, ReviewDecision::Approve);
    assert!(matches!(late, Err(Refusal::StepNotWaiting { .. })), "{late:?}");
}

#[test]
fn the_lists_of_a_cancel_and_its_target_hear_of_it_and_nobody_later() {
    let mut world = World::vm().policy(LIVE, CancelPolicy::Interrupt);
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    world.cancel().unwrap();
    let list = |addresses: &[&str]| Audience::List(addresses.iter().map(ToString::to_string).collect());
    let told = world.told.last().unwrap();
    assert_eq!((told.event.name(), &told.audience), ("canceled", &list(&["a@x.example", "b@x.example"])));
    world.golive().unwrap();
    let told = world.told.last().unwrap();
    assert_eq!(
        (told.event.name(), &told.audience),
        ("started", &list(&["a@x.example"])),
        "its publish's list"
    );
}

#[test]
fn an_address_on_both_lists_hears_once_whatever_its_case() {
    for at in [CERTIFY, PROVISION] {
        let mut world = World::vm();
        world.publish_to(at);
        let mut cancel = world.a_cancel();
        cancel.emails = vec!["A@X.example".to_owned(), "c@x.example".to_owned()];
        world.send(&Command::Cancel(cancel)).unwrap();
        world.finish_all();
        let Audience::List(addresses) = &world.told.last().unwrap().audience else { panic!() };
        assert_eq!(addresses, &["a@x.example", "c@x.example"], "at {at}");
    }
}
