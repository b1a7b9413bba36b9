//! Random commands: what the store gives back after each of them is what the pure core says, kept in memory.

use std::collections::BTreeMap;

use crate::contract::{Change, Content, Mail, OfferFilter, Place};
use crate::{Store, StoreError};
use proptest::collection::vec;
use proptest::prelude::Strategy;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use signoff_lifecycle::command::{CancelTarget, Command, StepResult, WorkOutcome};
use signoff_lifecycle::decision::{Verdict, Work};
use signoff_lifecycle::ids::{Moment, OfferKey, OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, OfferStatus};
use signoff_lifecycle::operation::Operation;
use signoff_lifecycle::{decide, refusal::Refusal};

use super::Fixture;
use super::world::{CONTOSO, NOW, cancel, change, done, golive, publish, put, split};

const HISTORIES: usize = 24;
const END: PublisherTime = PublisherTime(i64::MAX);

/// What an offer should be, kept in memory.
#[derive(Default)]
struct Expected {
    state: Option<Aggregate>,
    revision: u64,
    /// By publishing version.
    operations: BTreeMap<u64, Operation>,
    work: BTreeMap<(OperationId, u32), Work>,
    /// By offer version.
    contents: BTreeMap<u32, Content>,
    /// By the key under which a letter is written once.
    letters: BTreeMap<(OperationId, &'static str, String), Mail>,
}

impl Expected {
    fn take_in(&mut self, change: &Change) {
        self.revision += 1;
        self.state = Some((*change.next).clone());
        for operation in &change.operations {
            self.operations.insert(operation.head().publishing_version, operation.clone());
        }
        for key in &change.finished_work {
            assert!(self.work.remove(key).is_some(), "only work that there is can be finished: {key:?}");
        }
        for work in &change.work {
            assert_eq!(self.work.insert((work.operation, work.attempt), work.clone()), None);
        }
        self.contents.extend(change.content.iter().map(|content| (content.version, content.clone())));
        for mail in &change.mail {
            let key = (mail.operation, mail.event.name(), mail.recipient.clone());
            self.letters.entry(key).or_insert_with(|| mail.clone());
        }
    }

    async fn compare(&self, store: &dyn Store, offer: &str) {
        let loaded = store.load(&OfferKey::new(CONTOSO, offer)).await.unwrap();
        let (state, revision) = split(loaded);
        assert_eq!(state, self.state);
        assert_eq!(revision, self.state.as_ref().map(|_| self.revision));

        let operations = store.operations(&OfferKey::new(CONTOSO, offer)).await.unwrap();
        let newest_first: Vec<_> = self.operations.values().rev().cloned().collect();
        assert_eq!(operations, newest_first);
        // In pages it is the same.
        let (mut paged, mut before) = (Vec::new(), None);
        loop {
            let page = store.operations_before(&OfferKey::new(CONTOSO, offer), before, 2).await.unwrap();
            assert!(page.len() <= 2);
            let Some(last) = page.last() else { break };
            before = Some(Place::of(last));
            paged.extend(page);
        }
        assert_eq!(paged, newest_first);
        for (number, operation) in &self.operations {
            let by_number =
                store.operation_by_version(&OfferKey::new(CONTOSO, offer), *number).await.unwrap();
            assert_eq!(by_number.as_ref(), Some(operation));
            let by_guid =
                store.operation(CONTOSO, operation.head().id).await.unwrap().expect("it has a GUID");
            assert_eq!((by_guid.offer.as_str(), &by_guid.operation), (offer, operation));
        }

        let due = store.due_by(CONTOSO, END).await.unwrap();
        let mut due: Vec<Work> =
            due.into_iter().filter(|(of, _)| of == offer).map(|(_, work)| work).collect();
        due.sort_unstable_by_key(|work| (work.operation, work.attempt));
        assert_eq!(due, self.work.values().cloned().collect::<Vec<_>>());

        for version in 0..self.contents.keys().last().map_or(1, |last| last + 2) {
            let content = store.content(&OfferKey::new(CONTOSO, offer), version).await.unwrap();
            assert_eq!(content.as_ref(), self.contents.range(..=version).next_back().map(|(_, it)| it));
        }

        let letters = store.letters().await.unwrap();
        let mut letters: Vec<Mail> =
            letters.into_iter().map(|letter| letter.mail).filter(|mail| mail.offer == offer).collect();
        letters.sort_unstable_by_key(|mail| (mail.operation, mail.event.name(), mail.recipient.clone()));
        assert_eq!(letters, self.letters.values().cloned().collect::<Vec<_>>());

        let listed = store.list(CONTOSO, OfferFilter::default()).await.unwrap();
        let listed = listed.into_iter().find(|summary| summary.offer.id == offer);
        let status = self.state.as_ref().map(Aggregate::status);
        assert_eq!(listed.map(|summary| summary.status), status);
    }
}

/// The command that a die of the history stands for.
fn command(state: Option<&Aggregate>, offer: &str, die: u8, fresh: OperationId) -> Command {
    let draft = state.map_or(0, |state| state.offer.draft.revision);
    let waiting = state.into_iter().flat_map(Aggregate::operations);
    let waiting = waiting
        .filter_map(|operation| Some((operation.head().id, operation.head().outstanding?.attempt)))
        .last();
    let (operation, attempt) = waiting.unwrap_or((fresh, 1));
    let result = |outcome| Command::StepResult(StepResult { operation, attempt, outcome });
    match die {
        0..=2 => put(CONTOSO, offer),
        3..=5 => publish(fresh, draft),
        6 => publish(fresh, draft + 1),
        7..=8 => golive(fresh),
        9..=10 => cancel(fresh),
        11 => match cancel(fresh) {
            Command::Cancel(cancel) => {
                let target = state.and_then(|state| state.target());
                let named =
                    target.map_or(CancelTarget::Unknown, |target| CancelTarget::Operation(target.head.id));
                Command::Cancel(signoff_lifecycle::command::Cancel { named, ..cancel })
            }
            other => other,
        },
        12 => result(WorkOutcome::Transient { reason: "in passing".to_owned() }),
        13 => result(WorkOutcome::Permanent { reason: "for good".to_owned() }),
        14 => done(operation, attempt + 1),
        _ => match state.filter(|state| !state.offer.leftovers.is_empty()) {
            Some(state) => result(WorkOutcome::Done { removed: state.offer.leftovers.clone() }),
            None => done(operation, attempt),
        },
    }
}

async fn play(store: &dyn Store, offer: &str, history: &[(u8, u64, u32)]) -> Vec<OfferStatus> {
    let (mut expected, mut now, mut seen) = (Expected::default(), NOW, Vec::new());
    for (die, id, pause) in history {
        now = now.plus(signoff_lifecycle::ids::Micros(u64::from(*pause)));
        // Ids come in no order: nothing may rest on them.
        let fresh = OperationId::of(u128::from(*id) << 64 | u128::from(now.0.unsigned_abs()));
        let (state, revision) = split(store.load(&OfferKey::new(CONTOSO, offer)).await.unwrap());
        let command = command(state.as_ref(), offer, *die, fresh);
        let pure: Result<Verdict, Refusal> = decide(expected.state.clone(), command.clone(), now);
        assert_eq!(decide(state, command, now), pure, "the store's state and the core's decide alike");
        if let Ok(Verdict::Change(decision)) = pure {
            let change = change(revision, *decision, now);
            store.commit(&change).await.unwrap();
            expected.take_in(&change);
            // The same change again comes too late, and does nothing.
            assert!(matches!(store.commit(&change).await, Err(StoreError::Stale)));
        }
        expected.compare(store, offer).await;
        seen.extend(expected.state.as_ref().map(Aggregate::status));
    }
    seen
}

pub async fn random_commands_come_to_what_the_core_says(fx: &impl Fixture) {
    let store = fx.store();
    // Always the same histories: a failure names the one to look at, and comes again.
    let mut runner = TestRunner::deterministic();
    let mut seen = Vec::new();
    for number in 0..HISTORIES {
        let strategy = vec((0..24_u8, proptest::num::u64::ANY, 1..3_600_000_u32), 30..60);
        let history = strategy.new_tree(&mut runner).unwrap().current();
        let offer = format!("offer-{number}");
        let name = format!("history {number}: {history:?}");
        let store = store.clone();
        let played = tokio::spawn(async move { play(&*store, &offer, &history).await });
        seen.extend(played.await.unwrap_or_else(|_| panic!("{name}")));
    }
    for status in OfferStatus::ALL {
        assert!(seen.contains(&status), "the histories never reached {status:?}");
    }
}
