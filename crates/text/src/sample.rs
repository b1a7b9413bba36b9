//! Values to fill messages with in tests.

use signoff_lifecycle::ids::OperationId;

use crate::{CallerKind, MailContext, OperationKind};

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

impl Sample for Option<String> {
    fn sample(name: &str, round: usize) -> Self {
        (round > 0).then(|| String::sample(name, round))
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

impl Sample for OperationKind {
    fn sample(_name: &str, round: usize) -> Self {
        [Self::Publish, Self::GoLive, Self::Cancel][round]
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
