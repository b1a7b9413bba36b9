//! Promise 6: when the preview and the production slot may change, and what they may hold.

use signoff_lifecycle::Command;
use signoff_lifecycle::offer::{Aggregate, Displaced};
use signoff_lifecycle::operation::{Goal, Phase, StepState, Submission};
use signoff_lifecycle::plan::Executor;

/// Checks both slots of the offer after one decision.
pub(super) fn check(before: Option<&Aggregate>, command: &Command, next: &Aggregate) {
    let Some(before) = before else {
        return assert_eq!((&next.offer.preview, &next.offer.production), (&None, &None));
    };
    production(before, command, next);
    preview(before, next);
}

fn live_step(target: &Submission) -> Option<&StepState> {
    target.steps.iter().find(|step| step.plan.executor == Executor::Live).map(|step| &step.state)
}

fn is_switched(target: &Submission) -> bool {
    target.goal == Goal::GoLive && matches!(live_step(target), Some(StepState::Propagating { .. }))
}

/// The production slot changes in the switch of a golive and at no other time.
fn production(before: &Aggregate, command: &Command, next: &Aggregate) {
    let now_switched = next.target().filter(|target| is_switched(target));
    let was_switched = before.target().is_some_and(is_switched);
    match now_switched.filter(|_| !was_switched) {
        Some(golive) => {
            assert!(matches!(command, Command::StepResult(_)));
            assert_eq!(next.offer.production, before.offer.preview, "the switch brings the preview");
            let version = next.offer.production.as_ref().map(|content| content.version);
            assert_eq!(version, Some(golive.head.offer_version));
        }
        None => assert_eq!(next.offer.production, before.offer.production, "no switch, no change"),
    }
    if was_switched {
        let phase = &next.target().unwrap().phase;
        assert!(matches!(phase, Phase::Running | Phase::Completed { .. }), "it can only complete: {phase:?}");
    }
}

/// The preview slot is filled by a publish that reaches sign-off, and put back when that publish is given up.
fn preview(before: &Aggregate, next: &Aggregate) {
    let waits = |state: &Aggregate| state.target().is_some_and(Submission::waits_for_signoff);
    let (preview, displaced) = (&next.offer.preview, &next.offer.displaced);
    match (waits(before), waits(next)) {
        (false, true) => {
            let publish = next.target().unwrap();
            assert_eq!(publish.goal, Goal::Publish);
            let content = preview.as_ref().unwrap();
            assert_eq!((content.operation, content.version), (publish.head.id, publish.head.offer_version));
            let expected = Displaced { by: publish.head.id, content: before.offer.preview.clone() };
            assert_eq!(displaced, &Some(expected), "what was there is remembered");
        }
        (true, false) => {
            assert_eq!(displaced, &None);
            let signed_off = next.target().unwrap().goal == Goal::GoLive;
            let expected = if signed_off {
                &before.offer.preview
            } else {
                &before.offer.displaced.as_ref().unwrap().content
            };
            assert_eq!(preview, expected, "sign-off keeps the preview, a cancel puts it back");
        }
        (true, true) | (false, false) => {
            assert_eq!((preview, displaced), (&before.offer.preview, &before.offer.displaced));
        }
    }
}
