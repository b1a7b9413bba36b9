//! A golive in progress, row by row: until its switch it can be stopped, the production slot stays as it was, and it
//! can be tried again without publishing again; from its switch on it completes.

use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::decision::{Reply, StopReply};
use signoff_lifecycle::offer::{OfferStatus, SlotContent};
use signoff_lifecycle::operation::{CancellationRequestState, StepState};
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::Refusal;

use crate::plans::{LIVE, SIGNOFF};
use crate::world::{World, fatal, passing};

/// An offer whose version 1 is live and whose version 2 waits for sign-off.
fn second_at_signoff(policy: CancelPolicy) -> World {
    let mut world = World::vm().policy(LIVE, policy);
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    world.finish_all();
    world.publish_to(SIGNOFF);
    world
}

fn production(world: &World) -> SlotContent {
    world.offer().production.clone().unwrap()
}

/// How far the golive got before it was stopped.
const BEFORE_THE_SWITCH: [(&str, Progress); 2] =
    [("preparing", |_| ()), ("preparing again", |world| world.end(LIVE, passing()))];

/// What happened to a golive since it began.
type Progress = fn(&mut World);

#[test]
fn until_its_switch_a_golive_can_be_stopped_and_repeated() {
    for policy in [CancelPolicy::Interrupt, CancelPolicy::Undo] {
        for level in [StopLevel::Cancel, StopLevel::Force, StopLevel::Kill] {
            for (at, get_there) in BEFORE_THE_SWITCH {
                let row = format!("{policy:?}, {level:?}, {at}");
                let mut world = second_at_signoff(policy);
                let (preview, live) = (world.offer().preview.clone(), production(&world));
                assert_eq!(live.version, 1);
                world.golive().unwrap();
                get_there(&mut world);
                let promised = world.target().cancellation_request_state();
                assert_eq!(promised, CancellationRequestState::CanCancel, "{row}");
                world.stop(level).unwrap();
                world.finish_all();
                assert!(!world.target().is_running(), "{row}");
                assert_eq!(production(&world), live, "production stays untouched: {row}");
                assert_eq!(world.offer().preview, preview, "the preview stands: {row}");
                let versions = world.offer().version;
                world.golive().unwrap();
                world.finish_all();
                assert_eq!(world.aggregate().status(), OfferStatus::Succeeded, "{row}");
                assert_eq!((production(&world).version, world.offer().version), (2, versions), "{row}");
            }
        }
    }
}

#[test]
fn a_cancellation_of_a_golive_that_fails_leaves_production_and_the_way_to_it() {
    let mut world = second_at_signoff(CancelPolicy::Undo);
    let live = production(&world);
    world.golive().unwrap();
    world.cancel().unwrap();
    world.end(LIVE, fatal());
    assert_eq!(world.aggregate().status(), OfferStatus::Failed);
    assert_eq!(production(&world), live);
    world.golive().unwrap();
    world.finish_all();
    assert_eq!(production(&world).version, 2);
}

#[test]
fn from_its_switch_on_a_golive_is_refused_whatever_propagating_does() {
    let propagating: [Progress; 3] =
        [|_| (), |world| world.end(LIVE, passing()), |world| world.end(LIVE, fatal())];
    for policy in [CancelPolicy::Interrupt, CancelPolicy::Undo, CancelPolicy::Refuse] {
        for get_there in propagating {
            let mut world = second_at_signoff(policy);
            world.golive().unwrap();
            world.finish(LIVE);
            get_there(&mut world);
            assert!(matches!(world.state_of(LIVE), StepState::Propagating { .. }));
            let promised = world.target().cancellation_request_state();
            assert_eq!(promised, CancellationRequestState::CannotCancel);
            assert_eq!(production(&world).version, 2);
            let before = world.state.clone();
            for level in [StopLevel::Cancel, StopLevel::Force] {
                let refused = world.stop(level);
                let Err(Refusal::PastPointOfNoReturn { step, switched: true, .. }) = refused else {
                    panic!("{refused:?}")
                };
                assert_eq!(step, LIVE);
            }
            assert_eq!(world.state, before, "a refusal changes nothing");
            assert!(matches!(world.stop(StopLevel::Kill), Ok(Reply::Stopped(StopReply::Completed(_)))));
            assert_eq!(production(&world).version, 2);
        }
    }
}
