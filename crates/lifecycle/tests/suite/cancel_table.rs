//! "Cancel" of the contract, row by row: what T is, what the caller sends, what is answered.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::{Cancel, CancelTarget, Guard, StopLevel};
use signoff_lifecycle::decision::{Reply, StopReply};
use signoff_lifecycle::ids::OperationId;
use signoff_lifecycle::operation::CancellationRequestState;
use signoff_lifecycle::plan::CancelPolicy;
use signoff_lifecycle::refusal::{Reference, Refusal};

use crate::plans::{CERTIFY, LIVE, PACKAGE, PROVISION, SIGNOFF, VALIDATE};
use crate::world::{Answer, World, fatal};

/// A world in which T is as the words say. There is an older operation, canceled on the spot, unless none ever was.
pub(crate) fn world_where(t: &str) -> World {
    let mut world = World::vm();
    if t == "never published" {
        return world;
    }
    world.publish().unwrap();
    world.cancel().unwrap();
    match t {
        "canceled on the spot" => {
            world.publish_to(CERTIFY);
            world.cancel().unwrap();
        }
        "being canceled" => {
            world.publish_to(PROVISION);
            world.cancel().unwrap();
        }
        "canceled" => {
            world = world_where("being canceled");
            world.finish_all();
        }
        "failed by its cancellation" => {
            world = world_where("being canceled");
            world.end(PROVISION, fatal());
        }
        "undoing" => {
            world.publish_to(PROVISION);
            world.end(PROVISION, fatal());
        }
        "failed" => {
            world = world_where("undoing");
            world.finish_all();
        }
        "golive preparing" => {
            world.publish_to(SIGNOFF);
            world.golive().unwrap();
        }
        "golive switched" => {
            world = world_where("golive preparing");
            world.finish(LIVE);
        }
        "live" => {
            world = world_where("golive switched");
            world.finish_all();
        }
        step => world.publish_to(step),
    }
    world
}

/// A cancel as the words say, and who T and C were before it.
fn cancel(world: &mut World, named: &str, if_match: &str) -> String {
    stop(world, StopLevel::Cancel, named, if_match)
}

/// The same by any means.
pub(crate) fn stop(world: &mut World, level: StopLevel, named: &str, if_match: &str) -> String {
    let mut cancel = Cancel { level, ..world.a_cancel() };
    let (t, c) = participants(world);
    cancel.named = match named {
        "-" => CancelTarget::Newest,
        "T" => CancelTarget::Operation(t.unwrap()),
        "C" => CancelTarget::Operation(c.unwrap()),
        "older" => CancelTarget::Operation(*world.operations.keys().next().unwrap()),
        "unknown" => CancelTarget::Unknown,
        other => panic!("{other}"),
    };
    let newest = world.offer().publishing_version;
    cancel.guard = match if_match {
        "-" => Guard::None,
        "fresh" => Guard::Newest(vec![newest]),
        "stale" => Guard::Newest(vec![newest + 1]),
        other => panic!("{other}"),
    };
    let answer = world.send(&Command::Cancel(cancel));
    in_words(world, &answer)
}

fn participants(world: &World) -> (Option<OperationId>, Option<OperationId>) {
    let aggregate = world.aggregate();
    (aggregate.target().map(|it| it.head.id), aggregate.cancellation().map(|it| it.head.id))
}

/// Status code, error code, location.
fn in_words(world: &World, answer: &Answer) -> String {
    let (t, c) = participants(world);
    let location = |reference: &Reference| match Some(reference.id) {
        id if id == t => "T",
        id if id == c => "C",
        _ => "?",
    };
    match answer {
        Ok(Reply::Stopped(StopReply::Canceled(it) | StopReply::CancellationEnded(it))) => {
            format!("200 {}", location(it))
        }
        Ok(Reply::Stopped(StopReply::Canceling(it))) => format!("202 {}", location(it)),
        Ok(Reply::Stopped(StopReply::GivenUp(it))) => format!("202 {} given up", location(it)),
        Ok(Reply::Stopped(StopReply::Completed(it))) => format!("200 {} completed", location(it)),
        Err(Refusal::OperationNotFound) => "404".to_owned(),
        Err(Refusal::PreconditionFailed) => "412".to_owned(),
        Err(Refusal::NoOperationInProgress { newest: None }) => "400 NoOperationInProgress".to_owned(),
        Err(Refusal::NoOperationInProgress { newest: Some(it) }) => {
            format!("400 NoOperationInProgress {}", location(it))
        }
        Err(Refusal::PastPointOfNoReturn { operation, step, .. }) => {
            format!("400 OperationNotCancellable {} past {step}", location(operation))
        }
        Err(Refusal::AlreadyUndoing { operation, step }) => {
            format!("400 OperationNotCancellable {} undoing {step}", location(operation))
        }
        Err(Refusal::OperationNotRunning { .. }) => "400 OperationNotRunning".to_owned(),
        Err(Refusal::CancellationFailed { cancellation }) => {
            format!("400 CancellationFailed {}", location(cancellation))
        }
        other => panic!("no answer to a cancel: {other:?}"),
    }
}

const NOTHING: &str = "400 NoOperationInProgress";
const NOTHING_T: &str = "400 NoOperationInProgress T";
const NOT_RUNNING: &str = "400 OperationNotRunning";
const SWITCHED: &str = "400 OperationNotCancellable T past live";
const UNDOING: &str = "400 OperationNotCancellable T undoing displayprovision";
const CANCEL_FAILED: &str = "400 CancellationFailed C";

/// T, the operation named, `If-Match`, the answer.
const ROWS: &[(&str, &str, &str, &str)] = &[
    // Cancel rule 1: nothing to cancel.
    ("never published", "-", "-", NOTHING),
    ("never published", "-", "fresh", NOTHING),
    ("never published", "-", "stale", "412"),
    ("never published", "unknown", "-", "404"),
    ("live", "-", "-", NOTHING_T),
    ("live", "-", "fresh", NOTHING_T),
    ("live", "-", "stale", "412"),
    ("failed", "-", "-", NOTHING_T),
    ("failed", "-", "stale", "412"),
    // Cancel rule 2: nothing that began needs undoing.
    (VALIDATE, "-", "-", "200 T"),
    (VALIDATE, "-", "fresh", "200 T"),
    (VALIDATE, "T", "fresh", "200 T"),
    (CERTIFY, "-", "-", "200 T"),
    (CERTIFY, "T", "-", "200 T"),
    // Cancel rule 3: from provisioning on, something does.
    (PROVISION, "-", "-", "202 C"),
    (PROVISION, "T", "fresh", "202 C"),
    (PACKAGE, "-", "-", "202 C"),
    (SIGNOFF, "-", "-", "202 C"),
    (SIGNOFF, "T", "fresh", "202 C"),
    ("golive preparing", "-", "-", "202 C"),
    ("golive preparing", "T", "-", "202 C"),
    // Cancel rule 4: too late, or it is being undone anyway.
    ("golive switched", "-", "-", SWITCHED),
    ("golive switched", "T", "fresh", SWITCHED),
    ("golive switched", "-", "stale", "412"),
    ("undoing", "-", "-", UNDOING),
    ("undoing", "T", "fresh", UNDOING),
    ("undoing", "-", "stale", "412"),
    // Cancel rule 5: the first answer again.
    ("canceled on the spot", "-", "-", "200 T"),
    ("canceled on the spot", "-", "fresh", "200 T"),
    ("canceled on the spot", "-", "stale", "412"),
    ("being canceled", "-", "-", "202 C"),
    ("being canceled", "-", "fresh", "202 C"),
    ("being canceled", "-", "stale", "412"),
    ("canceled", "-", "-", "200 C"),
    ("canceled", "-", "stale", "412"),
    // Cancel rule 6: its cancellation failed; before cancel rules 1 and 7, so before the guards.
    ("failed by its cancellation", "-", "-", CANCEL_FAILED),
    ("failed by its cancellation", "-", "fresh", CANCEL_FAILED),
    ("failed by its cancellation", "-", "stale", CANCEL_FAILED),
    ("failed by its cancellation", "T", "stale", CANCEL_FAILED),
    ("failed by its cancellation", "C", "stale", CANCEL_FAILED),
    ("failed by its cancellation", "older", "-", CANCEL_FAILED),
    ("failed by its cancellation", "unknown", "-", "404"),
    // Cancel rule 7: an id that the offer does not have.
    (PROVISION, "unknown", "-", "404"),
    (PROVISION, "unknown", "stale", "404"),
    ("being canceled", "unknown", "-", "404"),
    ("live", "unknown", "stale", "404"),
    // Cancel rule 7: T or its cancellation, before `If-Match` is looked at.
    ("canceled on the spot", "T", "stale", "200 T"),
    ("being canceled", "T", "stale", "202 C"),
    ("being canceled", "C", "stale", "202 C"),
    ("canceled", "T", "stale", "200 C"),
    ("canceled", "C", "stale", "200 C"),
    // Cancel rule 7: any other that ended, or is not the newest.
    ("live", "T", "-", NOT_RUNNING),
    ("failed", "T", "-", NOT_RUNNING),
    ("failed", "T", "stale", "412"),
    (VALIDATE, "older", "-", NOT_RUNNING),
    (PROVISION, "older", "-", NOT_RUNNING),
    (PROVISION, "older", "stale", "412"),
    (SIGNOFF, "older", "fresh", NOT_RUNNING),
    ("golive preparing", "older", "-", NOT_RUNNING),
    ("golive switched", "older", "-", NOT_RUNNING),
    ("undoing", "older", "-", NOT_RUNNING),
    ("canceled on the spot", "older", "-", NOT_RUNNING),
    ("being canceled", "older", "-", NOT_RUNNING),
    ("canceled", "older", "-", NOT_RUNNING),
    ("canceled", "older", "stale", "412"),
    ("live", "older", "-", NOT_RUNNING),
    // Cancel rule 7: a stale client never cancels a newer operation.
    (VALIDATE, "-", "stale", "412"),
    (PROVISION, "-", "stale", "412"),
    (PROVISION, "T", "stale", "412"),
    ("golive preparing", "T", "stale", "412"),
];

#[test]
fn cancel_is_answered_as_the_contract_says() {
    for (t, named, if_match, expected) in ROWS {
        let mut world = world_where(t);
        let before = world.state.clone();
        let row = format!("T {t}, named {named}, If-Match {if_match}");
        let answer = cancel(&mut world, named, if_match);
        assert_eq!(&answer, expected, "{row}");
        if expected.starts_with('4') {
            assert_eq!(world.state, before, "a refusal changes nothing: {row}");
            continue;
        }
        let (state, told) = (world.state.clone(), world.told.len());
        assert_eq!(cancel(&mut world, "-", "-"), answer, "the same again: {row}");
        assert_eq!(cancel(&mut world, "T", "stale"), answer, "the same again by name: {row}");
        assert_eq!((&world.state, world.told.len()), (&state, told), "changed once only: {row}");
    }
}

/// The policy of `displayprovision`, where T is, the answer: the steps that began decide.
const SCRIPTED: &[(&str, CancelPolicy, &str, &str)] = &[
    (PROVISION, CancelPolicy::Interrupt, PROVISION, "200 T"),
    (PROVISION, CancelPolicy::Interrupt, PACKAGE, "202 C"),
    (PROVISION, CancelPolicy::Undo, PROVISION, "202 C"),
    (PROVISION, CancelPolicy::Refuse, CERTIFY, "200 T"),
    (PROVISION, CancelPolicy::Refuse, PROVISION, "400 OperationNotCancellable T past displayprovision"),
    (PROVISION, CancelPolicy::Refuse, PACKAGE, "400 OperationNotCancellable T past displayprovision"),
    (PROVISION, CancelPolicy::Refuse, SIGNOFF, "400 OperationNotCancellable T past displayprovision"),
    (VALIDATE, CancelPolicy::Undo, VALIDATE, "202 C"),
    (VALIDATE, CancelPolicy::Undo, CERTIFY, "202 C"),
    (VALIDATE, CancelPolicy::Refuse, VALIDATE, "400 OperationNotCancellable T past displaydummycertify"),
    (SIGNOFF, CancelPolicy::Refuse, PACKAGE, "202 C"),
    (SIGNOFF, CancelPolicy::Refuse, SIGNOFF, "400 OperationNotCancellable T past publisher-signoff"),
];

#[test]
fn a_script_changes_what_a_cancel_finds() {
    for (scripted, policy, at, expected) in SCRIPTED {
        let mut world = World::vm().policy(scripted, *policy);
        world.publish_to(at);
        let promised = world.target().cancellation_request_state();
        let answer = cancel(&mut world, "-", "-");
        assert_eq!(&answer, expected, "{scripted} {policy:?} at {at}");
        let accepted = promised == CancellationRequestState::CanCancel;
        assert_eq!(accepted, !answer.starts_with('4'), "cancel rule 5: it was visible beforehand: {at}");
    }
}

#[test]
fn live_has_its_policy_until_the_switch_and_refuses_after_it() {
    for (policy, preparing) in
        [(CancelPolicy::Interrupt, "200 T"), (CancelPolicy::Undo, "202 C"), (CancelPolicy::Refuse, SWITCHED)]
    {
        let golive = || {
            let mut world = World::vm().policy(LIVE, policy);
            world.publish_to(SIGNOFF);
            world.golive().unwrap();
            world
        };
        assert_eq!(cancel(&mut golive(), "-", "-"), preparing, "{policy:?}");
        let mut switched = golive();
        switched.finish(LIVE);
        assert_eq!(cancel(&mut switched, "-", "-"), SWITCHED, "{policy:?}");
    }
}

#[test]
fn a_golive_does_not_inherit_the_point_of_no_return_of_its_publish() {
    let mut world = World::vm().policy(PACKAGE, CancelPolicy::Refuse);
    world.publish_to(SIGNOFF);
    world.golive().unwrap();
    assert_eq!(cancel(&mut world, "-", "-"), "202 C");
    assert_eq!(world.cancellation().undo.len(), 1, "and undoes only what it began itself");
}
