//! Values to fill messages with in tests.

use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::offer::OfferStatus;
use signoff_lifecycle::operation::{Goal, Kind, Slot, StepState};
use signoff_lifecycle::refusal::Reference;

use crate::{CallerKind, MailContext};

/// How often `samples` goes through the variants: one, few and many, the plural forms of the six languages.
pub(crate) const ROUNDS: usize = 3;

/// A type whose values a test can make up.
pub(crate) trait Sample {
    /// A value for the field `name`: telling for texts, different in each round for what can be counted.
    fn sample(name: &str, round: usize) -> Self;
}

impl Sample for String {
    fn sample(name: &str, _round: usize) -> Self {
        format!("<{name}>")
    }
}

impl<T: Sample> Sample for Option<T> {
    fn sample(name: &str, round: usize) -> Self {
        (round > 0).then(|| T::sample(name, round))
    }
}

/// `switched` comes after `forced`, so that each can be so without the next.
impl Sample for bool {
    fn sample(name: &str, round: usize) -> Self {
        round > usize::from(name == "switched")
    }
}

impl Sample for Vec<String> {
    fn sample(name: &str, round: usize) -> Self {
        (0..round).map(|index| format!("<{name} {index}>")).collect()
    }
}

impl Sample for OperationId {
    fn sample(_name: &str, round: usize) -> Self {
        Self::of(0x7 << round)
    }
}

impl Sample for Reference {
    fn sample(name: &str, round: usize) -> Self {
        let id = OperationId::sample(name, round);
        let kinds =
            [Kind::Publish, Kind::GoLive, Kind::Cancel { target: id, target_version: 1, reason: None }];
        Self { id, publishing_version: 2, slot: Slot::Preview, migrated: false, kind: kinds[round].clone() }
    }
}

impl Sample for OfferStatus {
    fn sample(_name: &str, round: usize) -> Self {
        [Self::NeverPublished, Self::Running, Self::Failed][round]
    }
}

impl Sample for StepState {
    fn sample(_name: &str, round: usize) -> Self {
        let at = PublisherTime(0);
        [Self::NotStarted, Self::Complete { at }, Self::WaitingForSignoff { since: at }][round].clone()
    }
}

impl Sample for Goal {
    fn sample(_name: &str, round: usize) -> Self {
        [Self::Publish, Self::GoLive, Self::Publish][round]
    }
}

impl Sample for CallerKind {
    fn sample(_name: &str, round: usize) -> Self {
        [Self::Person, Self::App, Self::Operator][round]
    }
}

impl Sample for MailContext {
    fn sample(_name: &str, round: usize) -> Self {
        Self {
            publisher: Sample::sample("publisher", round),
            offer: Sample::sample("offer", round),
            operation: Sample::sample("operation", round),
            kind: Sample::sample("kind", round),
        }
    }
}

macro_rules! number_samples {
    ($($number:ty),*) => { $(
        impl Sample for $number {
            fn sample(_name: &str, round: usize) -> Self {
                [1, 3, 1_234_567][round]
            }
        }
    )* };
}
number_samples!(u32, u64, usize);
