//! Faults that are planted on purpose: the checks must find each of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use signoff_lifecycle::operation::Standing;
use signoff_store::contract::Change;
use signoff_store::memory::MemoryStore;
use signoff_store::testing::Mutation;

use crate::call::Answer;
use crate::client::{Kind, Plan};

/// A way in which a store could be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Bug {
    /// A commit does not compare the revision.
    IgnoresRevision,
    /// A commit does not compare the lease.
    SkipsLease,
    /// Letters are written again under another key.
    WritesLettersTwice,
    /// Letters of some events are not written.
    LosesLetters,
    /// What the last commit before a crash wrote is gone after it.
    CrashLosesCommit,
    /// Work that was taken back stays there to be done.
    KeepsFinishedWork,
    /// New work is not written.
    LosesWork,
    /// That an operation was canceled is not written.
    LosesCancel,
    /// A reply that may be asked for again is not kept.
    ForgetsRequests,
    /// 202 to a cancel reads 200, as if all were done.
    PromisesTooMuch,
    /// A read shows what the same client saw first of the operation.
    ShowsOldReads,
}

impl Bug {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::IgnoresRevision,
        Self::SkipsLease,
        Self::WritesLettersTwice,
        Self::LosesLetters,
        Self::CrashLosesCommit,
        Self::KeepsFinishedWork,
        Self::LosesWork,
        Self::LosesCancel,
        Self::ForgetsRequests,
        Self::PromisesTooMuch,
        Self::ShowsOldReads,
    ];

    /// How it spoils a change on its way to `store`; `None`: it does its harm elsewhere.
    pub(crate) fn mutation(self, store: &MemoryStore) -> Option<Mutation> {
        let store = store.clone();
        let mutation: Mutation = match self {
            Self::IgnoresRevision => Arc::new(move |change| change.expected = present(&store, change)),
            Self::SkipsLease => Arc::new(|change| change.fence = None),
            Self::WritesLettersTwice => Arc::new(|change| {
                let again = change.mail.clone().into_iter().map(|mut mail| {
                    mail.recipient = mail.recipient.to_uppercase();
                    mail
                });
                change.mail.extend(again.collect::<Vec<_>>());
            }),
            Self::LosesLetters => {
                Arc::new(|change| change.mail.retain(|mail| mail.event.name() != "canceled"))
            }
            Self::KeepsFinishedWork => Arc::new(|change| change.finished_work.clear()),
            Self::LosesWork => Arc::new(|change| {
                change.work.retain(|work| work.attempt != 2);
            }),
            Self::ForgetsRequests => Arc::new(|change| change.repeat = None),
            Self::LosesCancel => Arc::new(|change| {
                change.operations.retain(|operation| operation.standing() != Standing::Canceled);
            }),
            Self::CrashLosesCommit | Self::PromisesTooMuch | Self::ShowsOldReads => return None,
        };
        Some(mutation)
    }
}

/// What a spoilt server showed first, by path.
pub(crate) type FirstReads = BTreeMap<String, Answer>;

impl Bug {
    /// How it spoils an answer.
    pub(crate) fn spoil(self, plan: &Plan, answer: &mut Answer, first: &mut FirstReads) {
        match (self, plan.kind, answer.status) {
            (Self::PromisesTooMuch, Kind::Cancel, 202) => {
                answer.status = 200;
                answer.body["status"] = "completed".into();
            }
            (Self::ShowsOldReads, Kind::Operation, 200) => {
                *answer = first.entry(plan.ask.path.clone()).or_insert_with(|| answer.clone()).clone();
            }
            _ => {}
        }
    }
}

/// The revision that the offer has now, not the one that the change was decided on.
fn present(store: &MemoryStore, change: &Change) -> Option<u64> {
    let offer = &change.next.offer;
    store.look(|tables| tables.revision(&offer.publisher, &offer.id))
}
