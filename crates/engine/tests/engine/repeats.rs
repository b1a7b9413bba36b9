//! Requests that come again: in every case each is carried out once and answered the same.

use std::collections::{BTreeMap, BTreeSet};

use proptest::collection::vec;
use proptest::strategy::{Strategy as _, ValueTree as _};
use proptest::test_runner::TestRunner;
use signoff_engine::{
    CancelReceipt, CancelRequest, EngineError, GoLiveRequest, PublishRequest, PutReceipt, PutRequest,
};
use signoff_lifecycle::command::Guard;
use signoff_lifecycle::decision::Started;
use signoff_lifecycle::ids::{Moment, OfferKey, RealTime};
use signoff_lifecycle::operation::Kind;
use signoff_lifecycle::refusal::Refusal;
use signoff_lifecycle::repeat::{AHEAD, Repeat, WINDOW};
use signoff_store::StoreError;
use signoff_store::contract::Repeated;

use signoff_engine::testing::put_of_the_sample;

use crate::world::{CONTOSO, HOUR, Starts as _, World};

/// What is asked for; the number is its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wish {
    Put(u8),
    Publish(u8),
    GoLive(u8),
    Cancel(u8),
}

impl Wish {
    fn repeat(self, first_sent: RealTime) -> Repeat {
        let (kind, number) = match self {
            Self::Put(number) => (1, number),
            Self::Publish(number) => (2, number),
            Self::GoLive(number) => (3, number),
            Self::Cancel(number) => (4, number),
        };
        let mut key = [kind; 32];
        key[0] = number;
        Repeat { key, digest: key, first_sent }
    }

    async fn ask(self, world: &World, first_sent: RealTime) -> Result<Answer, EngineError> {
        let (by, guard, repeat) = ("ann".into(), Guard::None, Some(self.repeat(first_sent)));
        match self {
            Self::Put(_) => {
                let put = PutRequest { repeat, ..put_of_the_sample() };
                world
                    .engine
                    .put(&OfferKey::new(CONTOSO, "a"), put)
                    .await
                    .map(|done| Answer::Put(done.receipt))
            }
            Self::Publish(_) => {
                let publish = PublishRequest { by, emails: Vec::new(), guard, repeat };
                world
                    .engine
                    .publish(&OfferKey::new(CONTOSO, "a"), publish)
                    .await
                    .map(|done| Answer::Started(done.receipt))
            }
            Self::GoLive(_) => {
                let golive = GoLiveRequest { by, guard, repeat };
                world
                    .engine
                    .golive(&OfferKey::new(CONTOSO, "a"), golive)
                    .await
                    .map(|done| Answer::Started(done.receipt))
            }
            Self::Cancel(_) => {
                let cancel = CancelRequest { guard, accepts_ended: true, repeat, ..CancelRequest::of(by) };
                world
                    .engine
                    .cancel(&OfferKey::new(CONTOSO, "a"), cancel)
                    .await
                    .map(|done| Answer::Cancel(done.receipt))
            }
        }
    }
}

/// What came of a wish.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
    Put(PutReceipt),
    Started(Started),
    Cancel(CancelReceipt),
}

/// What may happen next.
#[derive(Clone, Debug)]
enum Event {
    /// These are asked for at the same time.
    Ask(Vec<Wish>),
    /// So many hours pass.
    Pass(u8),
    /// The engine ends and another one takes over.
    Restart,
}

fn events() -> impl proptest::strategy::Strategy<Value = Vec<Event>> {
    let wish = (0..9_u8, 0..3_u8).prop_map(|(kind, number)| match kind {
        0 | 1 => Wish::Put(number),
        2..=4 => Wish::Publish(number),
        5 | 6 => Wish::GoLive(number),
        _ => Wish::Cancel(number),
    });
    let ask = vec(wish, 1..5).prop_map(Event::Ask);
    let event = proptest::prop_oneof![
        8 => ask,
        3 => (1..8_u8).prop_map(Event::Pass),
        1 => proptest::strategy::Just(Event::Restart),
    ];
    vec(event, 10..30)
}

/// What was told first for each wish; every later word must be the same.
type First = BTreeMap<Wish, Answer>;

fn hear(first: &mut First, wish: Wish, answer: Result<Answer, EngineError>) {
    match answer {
        Ok(told) => {
            let earlier = first.entry(wish).or_insert_with(|| told.clone());
            assert_eq!(*earlier, told, "{wish:?}");
        }
        Err(error) => {
            assert!(matches!(error, EngineError::Refused(_)), "{wish:?}: {error:?}");
            assert!(!first.contains_key(&wish), "{wish:?} was carried out before: {error:?}");
        }
    }
}

async fn happen(mut world: World, events: Vec<Event>) {
    let first_sent = world.engine.clock().real();
    let mut first = First::new();
    world.put("a").await;
    world.an_hour_each("a").await;
    for event in events {
        match event {
            Event::Ask(wishes) => {
                let asked = wishes.iter().map(|wish| wish.ask(&world, first_sent));
                let answers = futures_util::future::join_all(asked).await;
                // Those that were asked at the same time may have been carried out in any order.
                let mut answers: Vec<_> = wishes.into_iter().zip(answers).collect();
                answers.sort_by_key(|(_, answer)| answer.is_ok());
                for (wish, answer) in answers {
                    hear(&mut first, wish, answer);
                }
            }
            Event::Pass(hours) => {
                for _ in 0..hours {
                    world.advance(HOUR).await;
                }
            }
            Event::Restart => world = world.restart().await,
        }
    }
    let operations = world.engine.store().operations(&OfferKey::new(CONTOSO, "a")).await.unwrap();
    let started: BTreeSet<_> = first
        .values()
        .filter_map(|told| match told {
            Answer::Started(receipt) => receipt.started(),
            Answer::Cancel(receipt) => receipt.started(),
            Answer::Put(_) => None,
        })
        .collect();
    let all: BTreeSet<_> = operations.iter().map(|operation| operation.head().id).collect();
    assert_eq!(started, all, "every operation was told, and each by one wish");
    let publishes = operations.iter().filter(|operation| operation.kind() == Kind::Publish).count();
    let wished = first.keys().filter(|wish| matches!(wish, Wish::Publish(_))).count();
    assert_eq!(publishes, wished, "each publish was carried out once");
    let puts = first.keys().filter(|wish| matches!(wish, Wish::Put(_))).count();
    let revision = world.state("a").await.offer.draft.revision;
    assert_eq!(revision, 1 + puts as u64, "each put was carried out once");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn any_order_of_repetitions_comes_to_each_thing_once() {
    let mut runner = TestRunner::deterministic();
    for _ in 0..24 {
        let events = events().new_tree(&mut runner).unwrap().current();
        happen(World::start().await, events).await;
    }
}

#[tokio::test]
async fn the_window_is_real_time_at_both_ends() {
    let world = World::start().await;
    world.put("a").await;
    let now = world.engine.clock().real();
    let second = 1_000_000;
    let window = i64::try_from(WINDOW.0).unwrap();
    let ahead = i64::try_from(AHEAD.0).unwrap();
    for outside in [now.0 - window, now.0 - 9 * window, now.0 + ahead + 60 * second, now.0 + 9 * window] {
        let refused = Wish::Publish(0).ask(&world, RealTime(outside)).await;
        assert!(matches!(refused, Err(EngineError::Refused(Refusal::FirstSentOutOfRange))), "{refused:?}");
    }
    // A publisher's clock that was moved changes nothing about it: the sender knows only the real time.
    for _ in 0..50 {
        world.advance(HOUR).await;
    }
    let inside = RealTime(now.0 - window + 60 * second);
    let told = Wish::Publish(0).ask(&world, inside).await.unwrap();
    for _ in 0..50 {
        world.advance(HOUR).await;
    }
    world.engine.prune_repeated().await.unwrap();
    assert_eq!(Wish::Publish(0).ask(&world, inside).await.unwrap(), told);
}

#[tokio::test]
async fn replies_are_thrown_away_when_nobody_may_ask_for_them() {
    let mut world = World::without_runner().await;
    let store = world.engine.store().clone();
    let now = world.engine.clock().real();
    let reply = |number: u8, expires_at: i64| Repeated {
        publisher: CONTOSO.to_owned(),
        key: [number; 32],
        digest: [number; 32],
        expires_at: RealTime(expires_at),
        reply: String::new(),
    };
    // A reply outlives the window, for the server's clock may be set back.
    let oldest = Wish::Publish(0).repeat(now).expires_at();
    assert_eq!(oldest, now.plus(WINDOW).plus(AHEAD));
    for (number, expires_at) in [(1, now.0 - 1), (2, now.0), (3, oldest.0)] {
        store.keep_reply(reply(number, expires_at)).await.unwrap();
    }
    assert_eq!(world.engine.prune_repeated().await.unwrap(), 2);
    assert!(store.repeated(CONTOSO, [3; 32]).await.unwrap().is_some());
    // The engine does so by itself.
    store.keep_reply(reply(4, now.0)).await.unwrap();
    world.run();
    while store.repeated(CONTOSO, [4; 32]).await.unwrap().is_some() {
        tokio::task::yield_now().await;
    }
    assert!(store.repeated(CONTOSO, [3; 32]).await.unwrap().is_some());
}

#[tokio::test]
async fn a_kept_reply_to_another_kind_of_request_is_corrupt() {
    let world = World::without_runner().await;
    world.put("a").await;
    let now = world.engine.clock().real();
    let (publish, store) = (Wish::Publish(0), world.engine.store());
    publish.ask(&world, now).await.unwrap();
    let kept = store.repeated(CONTOSO, publish.repeat(now).key).await.unwrap().expect("it was answered");
    for other in [Wish::Put(0), Wish::Cancel(0)] {
        let Repeat { key, digest, .. } = other.repeat(now);
        store.keep_reply(Repeated { key, digest, ..kept.clone() }).await.unwrap();
        let answer = other.ask(&world, now).await;
        assert!(matches!(answer, Err(EngineError::Store(StoreError::Corrupt(_)))), "{answer:?}");
    }
}
