//! A clock that was two hours ahead is put right: history stays in order, and what is due is reckoned from the present.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::Reschedule;
use signoff_lifecycle::decision::Reply;
use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_lifecycle::operation::StepState;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::webhook::OnCancelDeadline;

use crate::plans::{CERTIFY, LIVE, PROVISION, vm_plan};
use crate::webhook_world::{ANSWER, CANCEL, POLL, waiting};
use crate::world::{Answer, World};

const WRONG: Micros = Micros::from_millis(2 * 3_600_000);
const SHORT: Micros = Micros::from_millis(1000);

impl World {
    fn two_hours_ahead(&mut self) {
        self.now = self.now.plus(WRONG);
    }

    /// Answers when that was, by the clock that was wrong.
    fn put_right(&mut self) -> PublisherTime {
        let wrong = self.now;
        self.now = PublisherTime(self.now.0 - 2 * 3_600_000_000);
        wrong
    }

    fn reschedule(&mut self) -> Answer {
        let work = self.work();
        let reschedule = Reschedule { operation: work.operation, attempt: work.attempt, due_at: work.due_at };
        self.send(&Command::Reschedule(reschedule))
    }

    /// How long the work that is due is still to be waited for.
    fn wait(&self) -> Micros {
        self.work().due_at.since(self.now)
    }
}

#[test]
fn what_comes_next_is_due_from_now_on_and_written_down_in_order() {
    let mut world = World::vm();
    world.two_hours_ahead();
    world.publish_to(CERTIFY);
    let wrong = world.put_right();
    world.finish(CERTIFY);
    assert!(world.wait() <= SHORT, "the next step is not two hours away: {:?}", world.wait());
    assert!(matches!(world.state_of(PROVISION), StepState::InProgress { since, .. } if *since >= wrong));
    world.cancel().unwrap();
    assert!(world.wait() <= SHORT, "nor is its undo");
    assert!(world.cancellation().head.created_at >= wrong);
    world.finish_all();
    world.put().unwrap();
    assert!(world.offer().draft.changed_at >= wrong);
    world.publish().unwrap();
    assert!(world.wait() <= SHORT && world.target().head.created_at >= wrong);
    world.finish_all();
    world.golive().unwrap();
    assert!(world.wait() <= SHORT && world.target().head.created_at >= wrong);
    world.finish(LIVE);
    assert!(world.wait() <= SHORT, "nor is the end of a golive");
    assert!(world.target().head.notes.iter().all(|note| note.at >= wrong));
}

#[test]
fn work_that_is_due_too_late_is_handed_out_anew() {
    let mut world = World::vm();
    world.two_hours_ahead();
    world.publish_to(CERTIFY);
    let late = world.work();
    assert_eq!(world.reschedule(), Ok(Reply::Recorded));
    assert_eq!(world.work(), late, "by the clock that was wrong, it was right");
    world.put_right();
    assert!(world.wait() > SHORT);
    world.reschedule().unwrap();
    assert_eq!(world.wait(), vm_plan()[1].duration, "the whole of the step, from now on");
    let refused = world.result(late.operation, late.attempt, crate::world::done());
    assert_eq!(refused, Err(Refusal::StaleResult));
    world.finish(CERTIFY);
    world.two_hours_ahead();
    world.cancel().unwrap();
    world.put_right();
    world.reschedule().unwrap();
    assert_eq!(world.wait(), vm_plan()[2].undo_duration);
    world.finish_all();
    assert!(!world.target().is_running());
}

#[test]
fn a_long_step_is_left_alone() {
    let mut plan = vm_plan();
    plan[1].duration = Micros::from_millis(30 * 24 * 3_600_000);
    let mut world = World::new(plan);
    world.publish_to(CERTIFY);
    let work = world.work();
    world.reschedule().unwrap();
    assert_eq!(world.work(), work);
}

#[test]
fn deadlines_of_third_parties_are_pulled_in_too() {
    let mut world = World::certified(OnCancelDeadline::Fail);
    world.two_hours_ahead();
    world.publish_to(CERTIFY);
    world.end(CERTIFY, waiting());
    world.put_right();
    world.reschedule().unwrap();
    assert_eq!(world.wait(), POLL);
    assert_eq!(world.external().deadline, world.now.plus(ANSWER));
    // By the history it is later than that; the third party has its time all the same.
    world.end(CERTIFY, waiting());
    assert!(world.target().is_running());
    world.cancel().unwrap();
    assert_eq!(world.undo().external.as_ref().unwrap().deadline, world.now.plus(CANCEL));
}
