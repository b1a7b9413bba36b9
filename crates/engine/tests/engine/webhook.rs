//! A third party certifies: asked with one key, polled, told of a cancel, and never waited for without end.

use serde_json::json;
use signoff_engine::dev::StepScenario;
use signoff_engine::{CallbackRequest, EngineError};
use signoff_lifecycle::command::WebhookReport;
use signoff_lifecycle::ids::{Micros, OfferKey, OperationId, RealTime};
use signoff_lifecycle::note::Note;
use signoff_lifecycle::operation::{Standing, StepState};
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::webhook::{Ask, OnCancelDeadline, work_key};
use signoff_webhook::{HookAnswer, HookReply, HookRequest};

use crate::certifier::{Answer, Certifier, says, secret};
use crate::world::{CONTOSO, DAY, HOUR, MINUTE, World, notes, started, step};

const CERTIFY: &str = "displaycertify";
/// Only a test that fails waits so long.
const PATIENCE: std::time::Duration = std::time::Duration::from_mins(1);
const SECOND: Micros = Micros::from_millis(1000);

impl World {
    async fn certifying(certifier: &std::sync::Arc<Certifier>) -> (Self, OperationId) {
        let world = Self::with_certifier(certifier).await;
        let id = world.publish("a").await;
        world.advance(SECOND).await;
        (world, id)
    }

    async fn callback(&self, id: OperationId, ask: Ask, body: &str) -> Result<(), EngineError> {
        let said = HookAnswer::parse(body.as_bytes()).unwrap().said;
        let request = CallbackRequest {
            hook: "certifier".to_owned(),
            operation: id,
            step: CERTIFY.to_owned(),
            key: work_key(id, CERTIFY, ask),
            said,
        };
        self.engine.callback(&OfferKey::new(CONTOSO, "a"), request).await.map(|done| done.receipt)
    }
}

#[tokio::test]
async fn a_request_says_what_is_asked_and_is_signed() {
    let certifier = Certifier::slow();
    let (_world, id) = World::certifying(&certifier).await;
    let request = &certifier.asked()[0];
    let key = work_key(id, CERTIFY, Ask::Run);
    assert_eq!((&request.signed.id, &request.idempotency_key), (&key, &key));
    let body = &certifier.bodies()[0];
    let data = &body["data"];
    assert_eq!(body["type"], "step.run");
    assert_eq!(
        data["callbackUrl"],
        format!(
            "https://signoff.example/api/publishers/contoso/offers/a/operations/{id}/steps/{CERTIFY}/callback\
             ?api-version=2017-10-31"
        )
    );
    for (member, value) in [
        ("idempotencyKey", json!(key)),
        ("publisherId", json!("contoso")),
        ("offerId", json!("a")),
        ("offerTypeId", json!("microsoft-azure-virtualmachines")),
        ("offerVersion", json!(1)),
        ("operationId", json!(id.to_string())),
        ("step", json!(CERTIFY)),
    ] {
        assert_eq!(data[member], value, "{member}");
    }
    let time = |text: &serde_json::Value| text.as_str().unwrap().parse::<jiff::Timestamp>().unwrap();
    assert!(time(&data["deadline"]) > time(&body["timestamp"]));
    assert!(!request.body.contains("whsec") && data.get("definition").is_none());
}

#[tokio::test]
async fn it_is_polled_until_it_is_done() {
    let certifier = Certifier::slow();
    let (world, id) = World::certifying(&certifier).await;
    assert_eq!(certifier.kinds(), ["step.run"]);
    world.advance(MINUTE).await;
    world.advance(MINUTE).await;
    assert_eq!(certifier.kinds(), ["step.run", "step.poll", "step.poll"]);
    let asked = certifier.asked();
    assert!(asked.iter().all(|request| request.idempotency_key == asked[0].idempotency_key));
    assert_ne!(asked[1].signed.id, asked[2].signed.id, "each look is a message of its own");
    assert_eq!(certifier.bodies()[1]["data"]["of"], "run");
    certifier.then(|_| Answer::Says(json!({ "status": "succeeded", "message": "clean" })));
    world.advance(MINUTE).await;
    world.advance(SECOND).await;
    let publish = world.operation(id).await;
    assert!(publish.waits_for_signoff());
    let said = Note::Said { hook: "certifier".to_owned(), text: "clean".to_owned() };
    assert!(notes(&publish, CERTIFY).iter().any(|(_, note)| *note == said));
}

#[tokio::test]
async fn a_request_whose_reply_is_no_answer_is_repeated_five_times() {
    let certifier = Certifier::new(|_| {
        Answer::Replies(|_, mut reply| {
            reply.status = 404;
            reply
        })
    });
    let (world, id) = World::certifying(&certifier).await;
    world.advance(MINUTE).await;
    let asked = certifier.asked();
    assert_eq!(certifier.kinds()[..7], [&["step.run"; 6][..], &["step.cancel"]].concat(), "five times more");
    assert!(asked[..6].iter().all(|request| request.signed.id == asked[0].signed.id));
    assert!(asked[7..].iter().all(|request| request.signed.id == asked[6].signed.id));
    let publish = world.operation(id).await;
    let StepState::Blocked { .. } = step(&publish, CERTIFY) else { panic!("{publish:?}") };
    let (_, last) = notes(&publish, CERTIFY).pop().unwrap();
    let Note::StepFailed { reason } = last else { panic!("{last:?}") };
    assert_eq!(reason, "the webhook certifier: it answered 404");
}

#[tokio::test]
async fn a_certifier_that_is_away_for_a_time_fails_no_publish() {
    type Change = fn(&HookRequest, HookReply) -> HookReply;
    let busy: [Change; 4] = [
        |_, reply| HookReply { status: 408, ..reply },
        |_, reply| HookReply { status: 429, ..reply },
        |_, reply| HookReply { status: 500, ..reply },
        |_, reply| HookReply { status: 503, ..reply },
    ];
    let busy = busy.into_iter().map(|change| (Some(change), MINUTE));
    for (busy, outage) in busy.chain([(None, MINUTE), (None, Micros(12 * HOUR.0))]) {
        let is_away = move |_: &str| busy.map_or(Answer::IsSilent, Answer::Replies);
        let certifier = Certifier::new(is_away).within(DAY);
        let (world, id) = World::certifying(&certifier).await;
        world.advance(outage).await;
        let publish = world.operation(id).await;
        assert!(matches!(step(&publish, CERTIFY), StepState::InProgress { .. }), "{publish:?}");
        let told = notes(&publish, CERTIFY);
        assert!(matches!(&told[..], [(_, Note::NotReached { .. })]), "{told:?}");
        let asked = certifier.asked();
        assert!(asked.iter().all(|request| request.signed.id == asked[0].signed.id), "as it was");
        certifier.then(|_| says("succeeded"));
        world.advance(Micros(5 * MINUTE.0)).await;
        world.advance(SECOND).await;
        assert!(world.operation(id).await.waits_for_signoff(), "five minutes after it is back");
    }
}

#[tokio::test]
async fn a_certifier_that_is_away_beyond_its_deadline_fails_the_publish() {
    let certifier = Certifier::silent().within(Micros(8 * HOUR.0));
    let (world, id) = World::certifying(&certifier).await;
    world.advance(Micros(9 * HOUR.0)).await;
    let publish = world.operation(id).await;
    assert_eq!(publish.standing(), Standing::Failed, "{publish:?}");
    let unanswered = Note::StepUnanswered { hook: "certifier".to_owned() };
    assert_eq!(notes(&publish, CERTIFY).pop().unwrap().1, unanswered);
    let runs = certifier.kinds().iter().filter(|kind| *kind == "step.run").count();
    assert!((96..120).contains(&runs), "every five minutes, and at first more often: {runs}");
}

#[tokio::test]
async fn a_reply_that_is_not_signed_as_it_must_be_counts_for_nothing() {
    type Change = fn(&HookRequest, HookReply) -> HookReply;
    let rows: [(Change, &str); 6] = [
        (
            |_, mut reply| {
                reply.signed.signature.clear();
                reply
            },
            "not signed",
        ),
        (
            |_, mut reply| {
                reply.body = br#"{"status":"failed"}"#.to_vec();
                reply
            },
            "not signed",
        ),
        (
            |_, mut reply| {
                // The reply to another question.
                reply.signed = secret().sign("other", RealTime(0), &reply.body);
                reply
            },
            "not signed",
        ),
        (
            |_, mut reply| {
                reply.status = 403;
                reply
            },
            "it answered 403",
        ),
        (
            |_, mut reply| {
                reply.status = 302;
                reply
            },
            "it answered 302",
        ),
        (
            |request, _| {
                let now = signoff_engine::clock::Clock::default().real();
                HookReply::signed(request, &secret(), now, r#"{"status":"maybe"}"#)
            },
            "status must be inProgress, succeeded or failed",
        ),
    ];
    for (change, words) in rows {
        let certifier = Certifier::new(move |_| Answer::Replies(change));
        let (world, id) = World::certifying(&certifier).await;
        let publish = world.operation(id).await;
        let retries = notes(&publish, CERTIFY);
        let told = matches!(&retries[0].1, Note::StepRetry { reason, .. } if reason.contains(words));
        assert!(told, "{words}: {retries:?}");
        drop(world);
    }
}

#[tokio::test]
async fn a_no_is_final() {
    let findings = json!([{ "code": "Virus", "message": "found <one>", "target": "plans[0]" }]);
    let certifier = Certifier::new(move |kind| match kind {
        "step.run" => Answer::Says(json!({ "status": "failed", "message": "no", "findings": findings })),
        _ => says("succeeded"),
    });
    let (world, id) = World::certifying(&certifier).await;
    let publish = world.operation(id).await;
    assert_eq!(publish.standing(), Standing::Failed, "{publish:?}");
    assert_eq!(certifier.kinds(), ["step.run", "step.cancel"], "and its part is undone");
    assert!(matches!(&notes(&publish, CERTIFY)[0].1, Note::Finding { text, .. } if text == "found <one>"));
}

#[tokio::test]
async fn a_callback_is_as_good_as_an_answer() {
    let certifier = Certifier::slow().polled(None);
    let (world, id) = World::certifying(&certifier).await;
    world.callback(id, Ask::Run, r#"{"status":"inProgress","progress":70}"#).await.unwrap();
    world.advance(MINUTE).await;
    assert_eq!(certifier.kinds(), ["step.run"], "nobody asks who calls back");
    let publish = world.operation(id).await;
    assert_eq!(publish.step(CERTIFY).unwrap().external.as_ref().unwrap().progress, 70);
    for _ in 0..2 {
        world.callback(id, Ask::Run, r#"{"status":"succeeded"}"#).await.unwrap();
    }
    world.advance(SECOND).await;
    assert!(world.operation(id).await.waits_for_signoff());
    let late = world.callback(id, Ask::Run, r#"{"status":"failed"}"#).await;
    assert!(matches!(late, Err(EngineError::Refused(Refusal::NotAwaited { .. }))), "{late:?}");
}

#[tokio::test]
async fn a_callback_of_another_hook_or_elsewhere_is_no_callback() {
    let (world, id) = World::certifying(&Certifier::slow()).await;
    let request = CallbackRequest {
        hook: "certifier".to_owned(),
        operation: id,
        step: CERTIFY.to_owned(),
        key: work_key(id, CERTIFY, Ask::Run),
        said: WebhookReport::Progress { progress: None, message: None },
    };
    let foreign = CallbackRequest { hook: "other".to_owned(), ..request.clone() };
    let nowhere = CallbackRequest { operation: OperationId::of(7), ..request.clone() };
    let ours = CallbackRequest { step: "displaypackage".to_owned(), ..request.clone() };
    let unknown = world.engine.callback(&OfferKey::new("fabrikam", "a"), request.clone()).await;
    assert!(matches!(unknown, Err(EngineError::Refused(Refusal::OperationNotFound))));
    let misplaced = world.engine.callback(&OfferKey::new(CONTOSO, "b"), request.clone()).await;
    assert!(matches!(misplaced, Err(EngineError::Refused(Refusal::OperationNotFound))));
    for (request, found) in [(foreign, true), (nowhere, false), (ours, true)] {
        let refused = world.engine.callback(&OfferKey::new(CONTOSO, "a"), request).await;
        let expected = match refused {
            Err(EngineError::Refused(Refusal::StepNotFound { .. })) => found,
            Err(EngineError::Refused(Refusal::OperationNotFound)) => !found,
            _ => false,
        };
        assert!(expected, "{refused:?}");
    }
    assert!(world.engine.callback(&OfferKey::new(CONTOSO, "a"), request).await.is_ok());
}

#[tokio::test]
async fn a_certifier_that_answers_no_poll_fails_the_step_at_its_deadline() {
    let certifier =
        Certifier::new(|kind| if kind == "step.run" { says("inProgress") } else { Answer::IsSilent });
    let (world, id) = World::certifying(&certifier).await;
    world.advance(HOUR).await;
    let publish = world.operation(id).await;
    let unanswered = Note::StepUnanswered { hook: "certifier".to_owned() };
    assert_eq!(notes(&publish, CERTIFY).pop().unwrap().1, unanswered);
    assert!(notes(&publish, CERTIFY).len() < 5, "{:?}", notes(&publish, CERTIFY));
    certifier.then(|_| says("succeeded"));
    world.advance(HOUR).await;
    assert_eq!(world.operation(id).await.standing(), Standing::Failed);
}

#[tokio::test]
async fn the_certifier_is_told_of_a_cancel_across_a_restart() {
    let certifier = Certifier::slow();
    let (world, id) = World::certifying(&certifier).await;
    certifier.then(|_| Answer::IsSilent);
    let cancellation = started(&world.cancel("a").await.unwrap());
    world.advance(MINUTE).await;
    let world = world.restart().await;
    let late = world.callback(id, Ask::Run, r#"{"status":"succeeded"}"#).await;
    assert!(matches!(late, Err(EngineError::Refused(Refusal::NotAwaited { .. }))));
    certifier.then(|_| says("inProgress"));
    world.advance(MINUTE).await;
    let told: Vec<_> =
        certifier.asked().into_iter().filter(|request| request.body.contains("step.cancel")).collect();
    let key = work_key(id, CERTIFY, Ask::Cancel);
    assert!(told.len() > 6, "it is told more than five times: {}", told.len());
    assert!(told.iter().all(|request| request.signed.id == key && request.idempotency_key == key));
    world.callback(id, Ask::Cancel, r#"{"status":"succeeded"}"#).await.unwrap();
    assert_eq!(world.operation(id).await.standing(), Standing::Canceled);
    assert_eq!(world.operation(cancellation).await.standing(), Standing::Completed);
}

#[tokio::test]
async fn a_certifier_that_never_answers_does_not_hold_a_cancel_hostage() {
    for (then, silent) in [
        (OnCancelDeadline::Fail, true),
        (OnCancelDeadline::Fail, false),
        (OnCancelDeadline::Complete, true),
        (OnCancelDeadline::Complete, false),
    ] {
        let certifier = Certifier::slow().on_cancel_deadline(then);
        let (world, id) = World::certifying(&certifier).await;
        if silent {
            certifier.then(|_| Answer::IsSilent);
        }
        let cancellation = started(&world.cancel("a").await.unwrap());
        world.advance(HOUR).await;
        let (target, cancellation) = (world.operation(id).await, world.operation(cancellation).await);
        let says = |wanted: &Note| cancellation.undo()[0].notes.iter().any(|note| note.note == *wanted);
        let (step, hook) = (CERTIFY.to_owned(), "certifier".to_owned());
        if then == OnCancelDeadline::Fail {
            assert_eq!(target.standing(), Standing::Failed, "{target:?}");
            assert!(says(&Note::UndoOverdue { step, hook }));
            assert_eq!(world.state("a").await.offer.leftovers.len(), 1);
        } else {
            assert_eq!(target.standing(), Standing::Canceled, "{target:?}");
            assert!(says(&Note::UndoUnanswered { step, hook }));
        }
        let count = certifier.asked().len();
        world.advance(DAY).await;
        assert_eq!(certifier.asked().len(), count, "after that it is left alone");
    }
}

#[tokio::test]
async fn the_next_publish_has_the_certifier_remove_what_it_left() {
    let certifier = Certifier::slow();
    let (world, first) = World::certifying(&certifier).await;
    certifier.then(|_| Answer::IsSilent);
    world.cancel("a").await.unwrap();
    world.advance(HOUR).await;
    certifier.then(|_| says("succeeded"));
    let second = started(&world.try_publish("a").await.unwrap());
    world.advance(MINUTE).await;
    assert!(world.operation(second).await.waits_for_signoff());
    assert!(world.state("a").await.offer.leftovers.is_empty());
    let told = certifier.asked();
    let removal = &told[told.len() - 2];
    assert_eq!(removal.idempotency_key, work_key(first, CERTIFY, Ask::Cancel), "under the key that it knows");
}

#[tokio::test]
async fn a_scenario_plays_the_certifier() {
    let certifier = Certifier::slow();
    let world = World::with_certifier(&certifier).await;
    world.an_hour_each("a").await;
    let id = world.publish("a").await;
    world.advance(Micros(2 * HOUR.0)).await;
    assert!(matches!(step(&world.operation(id).await, CERTIFY), StepState::Complete { .. }));
    assert_eq!(certifier.kinds(), [""; 0]);
}

#[tokio::test]
async fn slow_certifiers_leave_places_for_others() {
    let certifier = Certifier::slow();
    certifier.hold();
    let world = World::with_certifier(&certifier).await;
    // More than the runner has places.
    for number in 0..70 {
        world.publish(&format!("slow-{number}")).await;
    }
    let all_wait = tokio::time::timeout(PATIENCE, certifier.holds(70));
    all_wait.await.expect("every place that a certifier took was left");
    world.scenario("quick", [(CERTIFY, StepScenario::default())]).await;
    let quick = world.publish("quick").await;
    let passes = async {
        while !matches!(step(&world.operation(quick).await, CERTIFY), StepState::Complete { .. }) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(PATIENCE, passes).await.expect("work of our own is done meanwhile");
    certifier.let_go();
}
