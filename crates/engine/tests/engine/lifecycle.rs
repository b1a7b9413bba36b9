//! From the draft to production, and back.

use signoff_engine::EngineError;
use signoff_lifecycle::decision::{Event, StopReply};
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::operation::{Goal, Phase, Standing, StepState};
use signoff_lifecycle::refusal::Refusal;

use crate::world::{CONTOSO, DAY, HOUR, MINUTE, World, started, step, stopped};

#[tokio::test]
async fn a_draft_goes_live() {
    let world = World::start().await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    assert!(world.operation(publish).await.waits_for_signoff());
    let preview = world.state("a").await.offer.preview.unwrap();
    assert_eq!((preview.version, preview.operation), (1, publish));
    assert_eq!(world.artifacts(publish).await, ["displaypackage", "displayprovision"]);
    assert!(matches!(
        world.try_publish("a").await,
        Err(EngineError::Refused(Refusal::OperationInProgress { .. }))
    ));

    let golive = started(&world.golive("a").await.unwrap());
    assert_eq!(world.operation(publish).await.standing(), Standing::Completed);
    world.advance(HOUR).await;
    let live = world.operation(golive).await;
    assert_eq!(live.standing(), Standing::Completed, "{live:?}");
    assert_eq!(world.state("a").await.offer.production, world.state("a").await.offer.preview);
    assert_eq!(world.artifacts(golive).await, ["live"]);
    let refused = world.cancel("a").await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::NoOperationInProgress { .. }))));

    let letters = world.engine.store().letters().await.unwrap();
    let told: Vec<_> =
        letters.iter().map(|letter| (letter.mail.operation, letter.mail.event.name())).collect();
    let expected =
        [(publish, "started"), (publish, "waitingForSignoff"), (golive, "started"), (golive, "live")];
    assert_eq!(told, expected);
    assert!(letters.iter().all(|letter| letter.mail.recipient == "ann@contoso.example"));
    let kinds: Vec<_> = letters.iter().map(|letter| letter.mail.kind).collect();
    assert_eq!(kinds, [Goal::Publish, Goal::Publish, Goal::GoLive, Goal::GoLive]);
}

#[tokio::test]
async fn a_cancel_stops_on_the_spot_what_needs_no_undoing() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    world.advance(MINUTE).await;
    assert!(matches!(step(&world.operation(publish).await, "displaycertify"), StepState::InProgress { .. }));
    let done = world.cancel("a").await.unwrap();
    assert!(matches!(stopped(done.clone()), StopReply::Canceled(reference) if reference.id == publish));
    let canceled = world.operation(publish).await;
    let phase = &canceled.submission().unwrap().phase;
    assert!(matches!(phase, Phase::Canceled { by, .. } if by == "bob"));
    // Nothing of it happens any more, and the same cancel gets the same answer.
    world.advance(DAY).await;
    assert_eq!(world.operation(publish).await, canceled);
    assert_eq!(world.cancel("a").await.unwrap().receipt, done.receipt);
    assert_eq!(world.artifacts(publish).await, [""; 0]);
}

#[tokio::test]
async fn a_cancel_undoes_what_began() {
    let world = World::start().await;
    world.an_hour_each("a").await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    world.advance(HOUR).await;
    world.advance(HOUR).await;
    let running = world.operation(publish).await;
    assert!(matches!(step(&running, "displaypackage"), StepState::InProgress { .. }), "{running:?}");
    assert_eq!(world.artifacts(publish).await, ["displayprovision"]);
    let cancellation = started(&world.cancel("a").await.unwrap());
    let target = world.operation(publish).await;
    assert_eq!(target.submission().unwrap().phase, Phase::Canceling { cancellation });
    // An answer that is repeated, a draft that may be put, and nothing that may be started meanwhile.
    assert_eq!(started(&world.cancel("a").await.unwrap()), cancellation);
    world.put("a").await;
    let refused = world.try_publish("a").await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::CancellationInProgress { .. }))));

    world.advance(HOUR).await;
    assert!(world.operation(cancellation).await.is_running(), "two undos of an hour each");
    world.advance(HOUR).await;
    assert_eq!(world.operation(cancellation).await.standing(), Standing::Completed);
    assert_eq!(world.operation(publish).await.standing(), Standing::Canceled);
    assert_eq!(world.artifacts(publish).await, [""; 0]);
    let again = stopped(world.cancel("a").await.unwrap());
    assert!(matches!(again, StopReply::CancellationEnded(reference) if reference.id == cancellation));
}

#[tokio::test]
async fn cancelling_at_signoff_puts_the_preview_back() {
    let world = World::start().await;
    let first = world.publish("a").await;
    world.advance(HOUR).await;
    world.golive("a").await.unwrap();
    world.advance(HOUR).await;
    let second = world.publish("a").await;
    world.advance(HOUR).await;
    assert_eq!(world.state("a").await.offer.preview.unwrap().operation, second);
    world.cancel("a").await.unwrap();
    // The slot at once, the files after it.
    assert_eq!(world.state("a").await.offer.preview.unwrap().operation, first);
    world.advance(HOUR).await;
    assert_eq!(world.operation(second).await.standing(), Standing::Canceled);
    assert_eq!(world.artifacts(second).await, [""; 0]);
    assert_eq!(world.artifacts(first).await.len(), 2);
    let letters = world.engine.store().letters().await.unwrap();
    let canceled = letters.iter().filter(|letter| matches!(letter.mail.event, Event::Canceled { .. }));
    assert_eq!(canceled.count(), 1);
}

#[tokio::test]
async fn a_golive_is_cancelled_before_the_switch_and_not_after() {
    let world = World::start().await;
    let publish = world.publish("a").await;
    world.advance(HOUR).await;
    world.an_hour_each("a").await;
    let first = started(&world.golive("a").await.unwrap());
    world.advance(MINUTE).await;
    started(&world.cancel("a").await.unwrap());
    world.advance(HOUR).await;
    assert_eq!(world.operation(first).await.standing(), Standing::Canceled);
    assert_eq!(world.state("a").await.offer.production, None);

    let second = started(&world.golive("a").await.unwrap());
    world.advance(HOUR).await;
    assert_eq!(world.state("a").await.offer.production.unwrap().operation, publish);
    let refused = world.cancel("a").await;
    assert!(matches!(refused, Err(EngineError::Refused(Refusal::PastPointOfNoReturn { .. }))));
    world.advance(DAY).await;
    assert_eq!(world.operation(second).await.standing(), Standing::Completed);
    assert_eq!(world.engine.store().operations(&OfferKey::new(CONTOSO, "a")).await.unwrap().len(), 4);
}
