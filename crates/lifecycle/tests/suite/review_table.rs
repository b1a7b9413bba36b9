//! Who may approve a step that waits for a reviewer.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Command, Publish, ReviewDecision};
use signoff_lifecycle::operation::{Phase, StepState};
use signoff_lifecycle::plan::Executor;
use signoff_lifecycle::refusal::Refusal;

use crate::plans::{CERTIFY, vm_plan};
use crate::world::World;

fn app(tenant: &str, id: &str) -> Actor {
    Actor::App { tenant: tenant.to_owned(), id: id.to_owned() }
}

fn person(tenant: &str, id: &str) -> Actor {
    Actor::Person { tenant: tenant.to_owned(), id: id.to_owned() }
}

/// A publish that this actor started and whose certification waits for a reviewer.
fn started_by(author: Actor) -> World {
    let mut plan = vm_plan();
    plan[1].executor = Executor::Manual;
    let mut world = World::new(plan);
    let publish = Publish { by: author, ..world.a_publish() };
    world.send(&Command::Publish(publish)).unwrap();
    world.advance_to(CERTIFY);
    world
}

#[test]
fn who_started_a_publish_approves_it_only_where_the_publisher_wants_it() {
    let ann = app("t", "ann");
    let others = [app("t", "rita"), app("u", "ann"), person("t", "ann"), Actor::Operator];
    for (self_review, reviewer, may) in [
        (true, ann.clone(), true),
        (false, ann.clone(), false),
        // An operation of an older version knows a name alone: whoever is called so is taken for its author.
        (false, Actor::from("ann"), false),
    ]
    .into_iter()
    .chain(others.map(|other| (false, other, true)))
    {
        let mut world = started_by(ann.clone());
        let before = world.aggregate().clone();
        let answer = world.review_as(reviewer.clone(), self_review, CERTIFY, ReviewDecision::Approve);
        if may {
            answer.unwrap();
            assert!(matches!(world.state_of(CERTIFY), StepState::Complete { .. }), "{reviewer:?}");
        } else {
            assert_eq!(answer, Err(Refusal::SelfReview { step: CERTIFY.to_owned() }), "{reviewer:?}");
            assert_eq!(world.aggregate(), &before, "nothing changes: {reviewer:?}");
        }
    }
}

#[test]
fn who_started_a_publish_may_always_reject_it() {
    let mut world = started_by(Actor::Operator);
    world.review_as(Actor::Operator, false, CERTIFY, ReviewDecision::Reject { reason: None }).unwrap();
    assert!(matches!(world.target().phase, Phase::Failed { .. }));
}
