//! How often what happened, so that a run shows that it met what it is about.

use std::collections::BTreeMap;
use std::fmt;

/// Numbers by what they count, in the order of their names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    by_name: BTreeMap<String, u64>,
}

impl Counts {
    /// One more of these.
    pub(crate) fn add(&mut self, name: impl Into<String>) {
        *self.by_name.entry(name.into()).or_default() += 1;
    }

    /// Adds those of another history.
    pub fn take_in(&mut self, other: Self) {
        for (name, count) in other.by_name {
            *self.by_name.entry(name).or_default() += count;
        }
    }

    /// How often this happened.
    pub fn of(&self, name: &str) -> u64 {
        self.by_name.get(name).copied().unwrap_or(0)
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, count) in &self.by_name {
            writeln!(f, "{count:>10} {name}")?;
        }
        Ok(())
    }
}
