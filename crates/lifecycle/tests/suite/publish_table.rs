//! Publish of the contract, the retries of their steps, and what a failure leaves.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::{Checked, Guard, ReviewDecision, Warning, WorkOutcome};
use signoff_lifecycle::decision::{Audience, Event, Reply};
use signoff_lifecycle::ids::Moment;
use signoff_lifecycle::note::{Level, Note};
use signoff_lifecycle::offer::{Leftover, OfferStatus};
use signoff_lifecycle::operation::{CancellationRequestState, Failure, Phase, StepFailure, StepState};
use signoff_lifecycle::plan::{CancelPolicy, Executor, RETRIES};
use signoff_lifecycle::refusal::Refusal;

use crate::plans::{CERTIFY, PACKAGE, PROVISION, SIGNOFF, VALIDATE, vm_plan};
use crate::world::{World, done, fatal, passing};

#[test]
fn a_publish_works_on_the_version_it_took_and_put_goes_on_freely() {
    let mut world = World::vm();
    assert_eq!(world.aggregate().status(), OfferStatus::NeverPublished);
    world.publish().unwrap();
    assert_eq!(world.aggregate().status(), OfferStatus::Running);
    assert_eq!(world.target().phase, Phase::Running, "running from the commit that creates it");
    assert_eq!((world.target().head.offer_version, world.offer().version), (1, 2));
    assert_eq!(world.offer().draft.content_version, 1, "the content stays where it is");
    world.put().unwrap();
    assert_eq!(world.offer().draft.content_version, 2, "until the next PUT");
    assert_eq!(world.target().head.offer_version, 1);
}

#[test]
fn publish_is_refused_while_one_runs_and_the_refusal_says_if_it_waits_for_signoff() {
    let rows = [(VALIDATE, false), (PROVISION, false), (SIGNOFF, true)];
    for (at, waits_for_signoff) in rows {
        let mut world = World::vm();
        world.publish_to(at);
        let operation = world.target().into();
        assert_eq!(
            world.publish(),
            Err(Refusal::OperationInProgress { operation, waits_for_signoff }),
            "at {at}"
        );
    }
}

#[test]
fn guards_come_before_the_state_and_the_state_before_the_findings() {
    let mut world = World::vm();
    let unfit = |world: &mut World, newest| {
        let mut publish = world.a_publish();
        publish.checked = Checked::Unfit { count: 2 };
        publish.guard = Guard::Newest(vec![newest]);
        world.send(&Command::Publish(publish))
    };
    assert_eq!(unfit(&mut world, 5), Err(Refusal::PreconditionFailed));
    assert_eq!(unfit(&mut world, 0), Err(Refusal::ValidationFailed { count: 2 }));
    world.publish().unwrap();
    assert_eq!(unfit(&mut world, 0), Err(Refusal::PreconditionFailed));
    assert!(matches!(unfit(&mut world, 1), Err(Refusal::OperationInProgress { .. })));
}

#[test]
fn a_put_between_the_checks_and_the_publish_means_checking_again() {
    let mut world = World::vm();
    let publish = world.a_publish();
    world.put().unwrap();
    assert_eq!(world.send(&Command::Publish(publish)), Err(Refusal::DraftChanged));
    assert!(world.publish().is_ok());
}

#[test]
fn what_the_checks_warn_of_stands_on_the_first_step() {
    let mut world = World::vm();
    let mut publish = world.a_publish();
    let warning =
        |code: &str| Warning { code: code.to_owned(), target: "$.x".to_owned(), text: String::new() };
    publish.checked = Checked::Fit { revision: 1, warnings: vec![warning("UnpricedRegion")] };
    world.send(&Command::Publish(publish)).unwrap();
    let notes = &world.target().step(VALIDATE).unwrap().notes;
    assert_eq!((notes.len(), notes[0].note.level()), (1, Level::Warning));
}

#[test]
fn a_passing_error_is_tried_five_times_more_with_growing_pauses() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    let mut pauses = Vec::new();
    for _ in 0..RETRIES {
        world.end(PROVISION, passing());
        pauses.push(world.work().due_at.since(world.now).0 / 1000);
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16]);
    assert!(matches!(world.state_of(PROVISION), StepState::InProgress { tries: RETRIES, .. }));
    world.end(PROVISION, passing());
    assert!(matches!(world.state_of(PROVISION), StepState::Blocked { .. }));
    assert!(matches!(world.target().phase, Phase::Undoing { .. }));
}

#[test]
fn a_passing_error_that_passes_does_no_harm() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    for _ in 0..RETRIES {
        world.end(PROVISION, passing());
    }
    world.finish(PROVISION);
    assert!(matches!(world.state_of(PROVISION), StepState::Complete { .. }));
    world.end(PACKAGE, passing());
    assert!(
        matches!(world.state_of(PACKAGE), StepState::InProgress { tries: 1, .. }),
        "each step has its own"
    );
}

#[test]
fn an_undo_is_tried_five_times_more_too() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    world.cancel().unwrap();
    for _ in 0..RETRIES {
        world.end(PROVISION, passing());
    }
    assert!(world.target().is_running());
    world.end(PROVISION, passing());
    assert!(matches!(
        world.target().phase,
        Phase::Failed { failure: Failure::CancellationFailed { .. }, .. }
    ));
}

#[test]
fn a_failed_step_undoes_what_began_in_reverse_and_then_fails_once() {
    let mut world = World::vm();
    world.publish_to(PACKAGE);
    world.end(PACKAGE, fatal());
    assert!(matches!(world.state_of(PACKAGE), StepState::Blocked { .. }));
    assert_eq!(world.target().cancellation_request_state(), CancellationRequestState::CannotCancel);
    assert_eq!(world.aggregate().status(), OfferStatus::Running);
    world.finish(PACKAGE);
    world.finish(PROVISION);
    assert_eq!(world.aggregate().status(), OfferStatus::Failed);
    let findings = vec!["displaypackage: broken".to_owned()];
    assert_eq!(world.told.last().unwrap().event, Event::Failed { findings, left: Vec::new() });
    assert_eq!(world.events(), ["started", "failed"]);
    assert!(world.publish().is_ok(), "publish again");
}

#[test]
fn a_step_that_refuses_cancels_is_undone_all_the_same_when_the_operation_fails() {
    let mut world = World::vm().policy(PROVISION, CancelPolicy::Refuse);
    world.publish_to(PACKAGE);
    world.end(PACKAGE, fatal());
    world.finish(PACKAGE);
    world.finish(PROVISION);
    assert_eq!(world.aggregate().status(), OfferStatus::Failed);
}

#[test]
fn a_failure_with_nothing_to_undo_ends_at_once() {
    let mut world = World::vm();
    world.publish().unwrap();
    world.end(VALIDATE, fatal());
    let failure =
        Failure::Step(StepFailure::Failed { step: VALIDATE.to_owned(), reason: "broken".to_owned() });
    assert_eq!(world.target().phase, Phase::Failed { at: world.now, failure });
}

#[test]
fn a_reviewer_lets_the_publish_go_on_or_fails_it() {
    let mut plan = vm_plan();
    plan[1].executor = Executor::Manual;
    let waiting = || {
        let mut world = World::new(plan.clone());
        world.publish_to(CERTIFY);
        assert!(world.pending.is_empty(), "a person is waited for");
        world
    };
    let mut world = waiting();
    assert_eq!(world.review(CERTIFY, ReviewDecision::Approve), Ok(Reply::Recorded));
    assert!(matches!(world.state_of(PROVISION), StepState::InProgress { .. }));
    let again = world.review(CERTIFY, ReviewDecision::Approve);
    assert!(matches!(again, Err(Refusal::StepNotWaiting { .. })), "{again:?}");
    assert_eq!(
        world.review("no-such", ReviewDecision::Approve),
        Err(Refusal::no_step("no-such".to_owned(), &world.target().steps))
    );
    let mut world = waiting();
    let no = ReviewDecision::Reject { reason: Some("logo missing".to_owned()) };
    assert_eq!(world.review(CERTIFY, no), Ok(Reply::Recorded));
    assert!(matches!(world.state_of(CERTIFY), StepState::Rejected { .. }));
    let failure =
        Failure::Step(StepFailure::Rejected { step: CERTIFY.to_owned(), reason: "logo missing".to_owned() });
    assert_eq!(world.target().phase, Phase::Failed { at: world.now, failure });
}

#[test]
fn what_is_left_behind_is_removed_by_the_next_publish() {
    let mut world = World::vm();
    world.publish_to(PACKAGE);
    let culprit = world.target().head.id;
    world.cancel().unwrap();
    world.end(PACKAGE, fatal());
    world.end(PROVISION, fatal());
    let left = |step: &str| Leftover { operation: culprit, step: step.to_owned() };
    assert_eq!(world.offer().leftovers, [left(PACKAGE), left(PROVISION)]);
    world.publish().unwrap();
    assert_eq!(world.offer().leftovers.len(), 2, "not yet");
    world.end(VALIDATE, fatal());
    assert_eq!(world.offer().leftovers.len(), 2, "it could not, and failed");
    world.publish().unwrap();
    world.end(VALIDATE, WorkOutcome::Done { removed: vec![left(PACKAGE), left(PROVISION)] });
    assert_eq!(world.offer().leftovers, []);
    let notes = world.target().step(VALIDATE).unwrap().notes.iter();
    let removed = notes.filter(|note| matches!(note.note, Note::LeftoverRemoved { .. }));
    assert_eq!(removed.count(), 2);
}

#[test]
fn what_a_failed_publish_could_not_undo_is_left_behind_too() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    world.end(PROVISION, fatal());
    world.end(PROVISION, fatal());
    assert_eq!(
        world.offer().leftovers,
        [Leftover { operation: world.target().head.id, step: PROVISION.to_owned() }]
    );
    let Event::Failed { left, .. } = &world.told.last().unwrap().event else { panic!() };
    assert_eq!(left, &[PROVISION]);
}

#[test]
fn a_result_that_comes_twice_late_or_for_another_is_stale() {
    let mut world = World::vm();
    world.publish().unwrap();
    let first = world.work();
    assert_eq!(world.result(first.operation, first.attempt + 1, done()), Err(Refusal::StaleResult));
    world.finish(VALIDATE);
    assert_eq!(world.result(first.operation, first.attempt, done()), Err(Refusal::StaleResult));
    let second = world.work();
    world.cancel().unwrap();
    assert_eq!(world.result(second.operation, second.attempt, done()), Err(Refusal::StaleResult));
    assert_eq!(world.result(second.operation, second.attempt, fatal()), Err(Refusal::StaleResult));
}

#[test]
fn migrated_offers_tell_the_seller_contact_and_a_put_changes_later_operations_only() {
    let mut world = World::vm();
    world.publish_to(CERTIFY);
    let mut put = world.a_put();
    put.migrated = Some(true);
    world.send(&Command::Put(put)).unwrap();
    world.advance_to(SIGNOFF);
    assert!(matches!(world.told.last().unwrap().audience, Audience::List(_)));
    world.cancel().unwrap();
    world.finish_all();
    world.put().unwrap();
    world.publish().unwrap();
    assert!(world.target().head.migrated, "a PUT that does not say leaves it as it is");
    assert_eq!(world.told.last().unwrap().audience, Audience::SellerContact);
}

#[test]
fn an_offer_that_does_not_say_is_as_its_publisher_is() {
    for migrated in [true, false] {
        let mut world = World::vm();
        let mut publish = world.a_publish();
        publish.migrated_by_default = migrated;
        world.send(&Command::Publish(publish)).unwrap();
        assert_eq!(world.target().head.migrated, migrated);
    }
}
