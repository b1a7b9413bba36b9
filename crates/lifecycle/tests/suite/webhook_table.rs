//! Steps that a third party does: it may take its time, speak twice, late or never.

use signoff_lifecycle::command::{WebhookReport, WorkOutcome};
use signoff_lifecycle::decision::{Event, Reply, StopReply};
use signoff_lifecycle::ids::{Micros, Moment, OperationId};
use signoff_lifecycle::note::{Level, Note};
use signoff_lifecycle::operation::{Failure, Phase, StepFailure, StepState, UndoState};
use signoff_lifecycle::plan::{CancelPolicy, RETRIES, Script};
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::webhook::OnCancelDeadline::{self, Complete, Fail};
use signoff_lifecycle::webhook::{Ask, work_key};

use crate::plans::{CERTIFY, PROVISION, VALIDATE};
use crate::webhook_world::{ANSWER, CANCEL, HOOK, POLL, failed, not_reached, progress, succeeded, waiting};
use crate::world::{World, done, fatal, passing};

fn not_awaited() -> Refusal {
    Refusal::NotAwaited { step: CERTIFY.to_owned() }
}

#[test]
fn a_third_party_that_takes_its_time_is_asked_again() {
    let mut world = World::certifying(Fail);
    let first = world.work();
    world.end(CERTIFY, waiting());
    let next = world.work();
    assert!(next.attempt > first.attempt, "promise 7: a new number for every time");
    assert_eq!(next.due_at, world.now.plus(POLL));
    assert_eq!((world.external().accepted, world.external().progress), (true, 40));
    let again = WorkOutcome::Waiting { progress: None, message: Some("nearly".to_owned()), again: POLL };
    world.end(CERTIFY, again);
    assert_eq!(world.external().progress, 40, "it said nothing new of it");
    let said = |text: &str| Note::Said { hook: HOOK.to_owned(), text: text.to_owned() };
    let accepted = Note::Accepted { hook: HOOK.to_owned() };
    assert_eq!(world.notes_of(CERTIFY), [accepted, said("nearly")], "only its newest word is kept");
    world.end(CERTIFY, WorkOutcome::Answered(succeeded()));
    assert!(matches!(world.state_of(CERTIFY), StepState::Complete { .. }));
    assert!(matches!(world.state_of(PROVISION), StepState::InProgress { .. }));
}

#[test]
fn what_is_not_done_does_not_show_as_done() {
    let mut world = World::certifying(Fail);
    world.callback(Ask::Run, progress(100, "done in a moment")).unwrap();
    assert_eq!(world.external().progress, 99);
}

#[test]
fn a_no_fails_the_operation_and_names_what_was_found() {
    for by_callback in [false, true] {
        let mut world = World::certifying(Fail);
        if by_callback {
            assert_eq!(world.callback(Ask::Run, WebhookReport::Ended(failed())), Ok(Reply::Recorded));
        } else {
            world.end(CERTIFY, WorkOutcome::Answered(failed()));
        }
        assert!(matches!(world.state_of(CERTIFY), StepState::Blocked { .. }));
        let notes = world.notes_of(CERTIFY);
        assert!(matches!(&notes[0], Note::Finding { code, .. } if code == "Virus"), "{notes:?}");
        assert_eq!(notes[0].level(), Level::Error);
        world.finish(CERTIFY);
        let Phase::Failed { failure: Failure::Step(StepFailure::Failed { step, reason }), .. } =
            &world.target().phase
        else {
            panic!("{:?}", world.target().phase)
        };
        assert_eq!((step.as_str(), reason.as_str()), (CERTIFY, "not clean"));
        let Some(Event::Failed { findings, .. }) = world.told.last().map(|told| told.event.clone()) else {
            panic!()
        };
        assert_eq!(findings, ["displaycertify: not clean", "displaycertify: Virus (plans[0]): found one"]);
    }
}

#[test]
fn what_a_good_answer_says_besides_is_kept() {
    let mut world = World::certifying(Fail);
    let mut answer = succeeded();
    answer.message = Some("certified with a remark".to_owned());
    answer.findings = failed().findings;
    world.callback(Ask::Run, WebhookReport::Ended(answer)).unwrap();
    let notes = world.notes_of(CERTIFY);
    assert!(matches!(&notes[0], Note::Warning { code, .. } if code == "Virus"), "{notes:?}");
    assert!(matches!(&notes[1], Note::Said { text, .. } if text == "certified with a remark"));
    assert_eq!(notes[2], Note::StepCompleted);
}

#[test]
fn after_the_deadline_the_step_fails_whatever_it_hears() {
    for late in [waiting(), passing()] {
        let mut world = World::certifying(Fail);
        let deadline = world.external().deadline;
        assert_eq!(deadline, world.now.plus(ANSWER));
        for _ in 0..70 {
            if world.wait_until_due() >= deadline {
                break;
            }
            world.end(CERTIFY, waiting());
        }
        assert_eq!(world.work().due_at, deadline, "the last look is at the deadline");
        world.end(CERTIFY, late);
        assert!(matches!(world.state_of(CERTIFY), StepState::Blocked { .. }));
        let unanswered = Note::StepUnanswered { hook: HOOK.to_owned() };
        assert_eq!(world.notes_of(CERTIFY).last(), Some(&unanswered));
        world.finish_all();
        let Phase::Failed { failure: Failure::Step(StepFailure::Failed { reason, .. }), .. } =
            &world.target().phase
        else {
            panic!()
        };
        assert_eq!(reason, "the webhook certifier did not answer in time");
    }
}

#[test]
fn an_answer_that_comes_at_the_deadline_counts() {
    let mut world = World::certifying(Fail);
    world.end(CERTIFY, waiting());
    world.now = world.external().deadline;
    world.end(CERTIFY, WorkOutcome::Answered(succeeded()));
    assert!(matches!(world.state_of(CERTIFY), StepState::Complete { .. }));
}

#[test]
fn whose_replies_are_no_answers_is_tried_five_times() {
    let mut world = World::certifying(Fail);
    for _ in 0..RETRIES {
        world.end(CERTIFY, passing());
        assert!(matches!(world.state_of(CERTIFY), StepState::InProgress { .. }));
    }
    world.end(CERTIFY, passing());
    assert!(matches!(world.state_of(CERTIFY), StepState::Blocked { .. }));
}

#[test]
fn who_is_out_of_reach_is_tried_until_the_deadline() {
    let mut world = World::certifying(Fail);
    let deadline = world.external().deadline;
    let mut pauses = Vec::new();
    loop {
        world.end(CERTIFY, not_reached());
        assert!(matches!(world.state_of(CERTIFY), StepState::InProgress { .. }));
        let due = world.work().due_at;
        pauses.push(due.since(world.now));
        world.now = due;
        if due == deadline {
            break;
        }
    }
    let most = Micros::from_millis(300_000);
    assert_eq!(pauses.iter().max(), Some(&most), "five minutes at most: {pauses:?}");
    for pair in pauses[1..].windows(2).take_while(|pair| pair[1] < most) {
        assert!((2 * pair[0].0..=3 * pair[0].0).contains(&pair[1].0), "they double: {pauses:?}");
    }
    let notes = world.notes_of(CERTIFY);
    assert_eq!(notes.len(), 1, "an operation does not grow by it: {notes:?}");
    world.end(CERTIFY, not_reached());
    assert!(matches!(world.state_of(CERTIFY), StepState::Blocked { .. }));
    assert_eq!(world.notes_of(CERTIFY).last(), Some(&Note::StepUnanswered { hook: HOOK.to_owned() }));
}

#[test]
fn who_was_out_of_reach_has_its_five_tries_yet() {
    let mut world = World::certifying(Fail);
    for _ in 0..4 * RETRIES {
        world.end(CERTIFY, not_reached());
        world.wait_until_due();
    }
    for _ in 0..RETRIES {
        world.end(CERTIFY, passing());
        world.end(CERTIFY, not_reached());
        assert!(matches!(world.state_of(CERTIFY), StepState::InProgress { .. }));
    }
    world.end(CERTIFY, WorkOutcome::Answered(succeeded()));
    assert!(matches!(world.state_of(CERTIFY), StepState::Complete { .. }));
}

#[test]
fn a_step_of_ours_has_five_tries_whatever_it_says() {
    let mut world = World::vm();
    world.publish_to(PROVISION);
    for _ in 0..RETRIES {
        world.end(PROVISION, not_reached());
        assert!(matches!(world.state_of(PROVISION), StepState::InProgress { .. }));
    }
    world.end(PROVISION, not_reached());
    assert!(matches!(world.state_of(PROVISION), StepState::Blocked { .. }));
}

#[test]
fn who_took_the_request_is_asked_until_the_deadline() {
    let mut world = World::certifying(Fail);
    world.end(CERTIFY, waiting());
    let mut last = Micros::ZERO;
    for _ in 0..5 * RETRIES {
        world.end(CERTIFY, passing());
        assert!(matches!(world.state_of(CERTIFY), StepState::InProgress { .. }));
        let pause = world.work().due_at.since(world.now);
        assert!(pause >= last, "it backs off");
        last = pause;
    }
    assert_eq!(last, Micros::from_millis(300_000), "five minutes at most");
    let notes = world.notes_of(CERTIFY);
    let failures = notes.iter().filter(|note| matches!(note, Note::NotReached { .. }));
    assert_eq!(failures.count(), 1, "an operation does not grow by it: {notes:?}");
    world.end(CERTIFY, waiting());
    assert_eq!(world.work().due_at, world.now.plus(POLL), "it is back");
}

#[test]
fn a_callback_ends_the_step_once() {
    let mut world = World::certifying(Fail);
    let asked = world.work();
    assert_eq!(world.callback(Ask::Run, progress(70, "signing")), Ok(Reply::Recorded));
    assert_eq!(world.work(), asked, "who is being asked may still answer");
    assert_eq!(world.external().progress, 70);
    assert_eq!(world.callback(Ask::Run, WebhookReport::Ended(succeeded())), Ok(Reply::Recorded));
    assert!(matches!(world.state_of(CERTIFY), StepState::Complete { .. }));
    let stale = world.result(asked.operation, asked.attempt, fatal());
    assert_eq!(stale, Err(Refusal::StaleResult), "promise 7: the request that was under way");
    let before = world.state.clone();
    assert_eq!(
        world.callback(Ask::Run, WebhookReport::Ended(succeeded())),
        Ok(Reply::Recorded),
        "the same word"
    );
    assert_eq!(world.callback(Ask::Run, WebhookReport::Ended(failed())), Err(not_awaited()), "another one");
    assert_eq!(world.callback(Ask::Run, progress(10, "again")), Err(not_awaited()));
    assert_eq!(world.state, before, "nothing is applied twice");
}

#[test]
fn nobody_elses_callback_counts() {
    let mut world = World::certifying(Fail);
    let id = world.target().head.id;
    for key in [
        work_key(id, PROVISION, Ask::Run),
        work_key(id, CERTIFY, Ask::Cancel),
        work_key(OperationId::of(77), CERTIFY, Ask::Run),
        String::new(),
    ] {
        assert_eq!(
            world.callback_of(id, &key, WebhookReport::Ended(succeeded())),
            Err(not_awaited()),
            "{key}"
        );
    }
    let other = OperationId::of(77);
    let key = work_key(other, CERTIFY, Ask::Run);
    assert_eq!(world.callback_of(other, &key, WebhookReport::Ended(succeeded())), Err(not_awaited()));
    let mut early = World::certified(Fail);
    early.publish().unwrap();
    assert!(matches!(early.state_of(VALIDATE), StepState::InProgress { .. }));
    assert_eq!(
        early.callback(Ask::Run, WebhookReport::Ended(succeeded())),
        Err(not_awaited()),
        "not asked yet"
    );
    let mut ours = World::vm();
    ours.publish_to(CERTIFY);
    assert_eq!(
        ours.callback(Ask::Run, WebhookReport::Ended(succeeded())),
        Err(not_awaited()),
        "a step of ours"
    );
}

#[test]
fn after_a_cancel_nothing_of_the_third_party_is_applied() {
    for policy in [CancelPolicy::Interrupt, CancelPolicy::Undo] {
        let mut world = World::certified(Fail).policy(CERTIFY, policy);
        world.publish_to(CERTIFY);
        let answer = world.cancel().unwrap();
        assert_eq!(
            matches!(answer, Reply::Stopped(StopReply::Canceled(_))),
            policy == CancelPolicy::Interrupt
        );
        let before = world.state.clone();
        for said in
            [WebhookReport::Ended(succeeded()), WebhookReport::Ended(failed()), progress(50, "still at it")]
        {
            assert_eq!(world.callback(Ask::Run, said), Err(not_awaited()));
        }
        assert_eq!(world.state, before);
    }
}

#[test]
fn the_third_party_is_told_of_a_cancel_and_may_take_its_time() {
    let mut world = World::calling_off(Fail);
    world.end(CERTIFY, waiting());
    assert_eq!(world.work().due_at, world.now.plus(POLL));
    assert_eq!(world.callback(Ask::Cancel, progress(30, "removing")), Ok(Reply::Recorded));
    assert_eq!(world.undo().external.as_ref().unwrap().progress, 30);
    assert_eq!(world.callback(Ask::Cancel, WebhookReport::Ended(succeeded())), Ok(Reply::Recorded));
    assert!(matches!(world.target().phase, Phase::Canceled { .. }));
    assert_eq!(
        world.callback(Ask::Cancel, WebhookReport::Ended(succeeded())),
        Ok(Reply::Recorded),
        "the same word"
    );
    assert_eq!(world.callback(Ask::Cancel, WebhookReport::Ended(failed())), Err(not_awaited()));
}

#[test]
fn a_third_party_that_cannot_undo_fails_the_cancellation() {
    for by_callback in [false, true] {
        let mut world = World::calling_off(Complete);
        if by_callback {
            world.callback(Ask::Cancel, WebhookReport::Ended(failed())).unwrap();
        } else {
            world.end(CERTIFY, WorkOutcome::Answered(failed()));
        }
        assert!(matches!(&world.undo().state, UndoState::Failed { reason, .. } if reason == "not clean"));
        assert!(matches!(world.target().phase, Phase::Failed { .. }));
        assert_eq!(world.offer().leftovers[0].step, CERTIFY);
    }
}

/// A certifier that never answers does not hold a cancel hostage.
#[test]
fn at_the_cancel_deadline_the_policy_decides_and_says_so() {
    for (then, outcome) in
        [(Fail, passing()), (Fail, waiting()), (Complete, passing()), (Complete, waiting())]
    {
        let mut world = World::calling_off(then);
        let deadline = world.undo().external.as_ref().unwrap().deadline;
        assert_eq!(deadline, world.now.plus(CANCEL));
        let mut tries = 0;
        while world.wait_until_due() < deadline {
            world.end(CERTIFY, outcome.clone());
            assert!(matches!(world.undo().state, UndoState::Running { .. }));
            tries += 1;
        }
        assert!(tries > RETRIES || outcome == waiting(), "tried {tries} times");
        world.end(CERTIFY, outcome);
        assert!(world.notes_of_undo().len() < 5, "{:?}", world.notes_of_undo());
        ended_as(&world, then);
    }
}

fn ended_as(world: &World, then: OnCancelDeadline) {
    let (step, hook) = (CERTIFY.to_owned(), HOOK.to_owned());
    let notes = |notes: &[signoff_lifecycle::note::NoteAt]| {
        notes.iter().map(|note| note.note.clone()).collect::<Vec<_>>()
    };
    if then == Complete {
        let says = Note::UndoUnanswered { step, hook };
        assert!(matches!(world.target().phase, Phase::Canceled { .. }));
        assert!(world.offer().leftovers.is_empty());
        assert_eq!(world.notes_of_undo().last(), Some(&says));
        assert!(notes(&world.cancellation().head.notes).contains(&says), "the cancellation says so");
        assert!(notes(&world.target().head.notes).contains(&says), "and what it cancelled");
    } else {
        let says = Note::UndoOverdue { step: step.clone(), hook };
        assert_eq!(world.notes_of_undo().last(), Some(&says));
        assert!(matches!(world.target().phase, Phase::Failed { .. }));
        assert_eq!(world.offer().leftovers[0].step, step);
        assert!(notes(&world.target().head.notes).contains(&Note::LeftBehind { step }));
    }
}

#[test]
fn an_operation_that_undoes_itself_tells_the_third_party_too() {
    for then in [Fail, Complete] {
        let mut world = World::certifying(then);
        world.callback(Ask::Run, WebhookReport::Ended(succeeded())).unwrap();
        world.end(PROVISION, fatal());
        world.finish(PROVISION);
        world.end(CERTIFY, waiting());
        assert_eq!(world.callback(Ask::Cancel, progress(5, "on it")), Ok(Reply::Recorded));
        world.now = world.undo().external.as_ref().unwrap().deadline;
        world.end(CERTIFY, passing());
        assert!(matches!(world.target().phase, Phase::Failed { .. }));
        assert_eq!(world.offer().leftovers.is_empty(), then == Complete);
    }
}

#[test]
fn a_third_party_that_is_never_asked_again_is_turned_to_at_the_deadline() {
    let mut world = World::certified(Fail);
    world.planned(CERTIFY).webhook.as_mut().unwrap().poll_every = None;
    world.publish_to(CERTIFY);
    let never = Micros(u64::MAX);
    world.end(CERTIFY, WorkOutcome::Waiting { progress: None, message: None, again: never });
    assert_eq!(world.work().due_at, world.external().deadline);
    let at_once = WorkOutcome::Waiting { progress: None, message: None, again: Micros::ZERO };
    world.end(CERTIFY, at_once);
    assert!(world.work().due_at > world.now, "never at once: that would have no end");
}

#[test]
fn a_scripted_webhook_asks_nobody() {
    let mut world = World::certified(Fail);
    world.planned(CERTIFY).script = Some(Box::new(Script::default()));
    world.publish_to(CERTIFY);
    assert!(world.target().step(CERTIFY).unwrap().external.is_none());
    assert_eq!(world.callback(Ask::Run, WebhookReport::Ended(succeeded())), Err(not_awaited()));
    world.end(CERTIFY, waiting());
    assert!(matches!(world.notes_of(CERTIFY)[0], Note::StepRetry { .. }), "of ours, it is a passing failure");
    world.cancel().unwrap();
    world.end(CERTIFY, done());
    assert!(matches!(world.target().phase, Phase::Canceled { .. }));
}

#[test]
fn the_key_stays_the_same_and_differs_by_what_is_asked() {
    let key = |ask| work_key(OperationId::of(1), CERTIFY, ask);
    assert_eq!(key(Ask::Run), "00000000-0000-0000-0000-000000000001:displaycertify:run");
    assert_eq!(key(Ask::Cancel), "00000000-0000-0000-0000-000000000001:displaycertify:cancel");
}
