//! Which call meets which fault.

use std::time::Duration;

use super::log::Entry;

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fault {
    /// It fails, and nothing was done.
    Error,
    /// It is done, yet the caller is told that it failed.
    ReplyLost,
    /// Everything ends before it is done: neither this call nor any later one returns.
    CrashBefore,
    /// Everything ends when it is done, before the caller hears of it.
    CrashAfter,
    /// It waits until the test releases it, and is done then.
    Block,
    /// It takes its time until it is done, and again until the caller hears of it.
    Slow { before: Duration, after: Duration },
}

/// Who says which call meets which fault: a [`Plan`], or what a simulation draws.
pub trait Faults: Send {
    /// What happens to this call, which is number `of_method` of its method's.
    fn meets(&mut self, call: &Entry, of_method: u64) -> Option<Fault>;
}

/// A call, by its place in the order in which calls are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Point {
    /// The method whose calls are counted, such as `commit`; `None`: the calls of all methods.
    pub method: Option<&'static str>,
    /// Which of them: 1 is the first.
    pub nth: u64,
}

impl Point {
    /// The `nth` call of all, from 1 on.
    pub fn call(nth: u64) -> Self {
        Self { method: None, nth }
    }

    /// The `nth` call of `method`, from 1 on.
    pub fn call_of(method: &'static str, nth: u64) -> Self {
        Self { method: Some(method), nth }
    }
}

/// The faults of a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    faults: Vec<(Point, Fault)>,
}

impl Plan {
    /// Nothing goes wrong.
    pub fn none() -> Self {
        Self::default()
    }

    /// One fault.
    pub fn at(point: Point, fault: Fault) -> Self {
        Self::none().and(point, fault)
    }

    /// One more fault. Of two for the same call the one that was named first counts.
    #[must_use]
    pub fn and(mut self, point: Point, fault: Fault) -> Self {
        self.faults.push((point, fault));
        self
    }
}

impl Faults for Plan {
    fn meets(&mut self, call: &Entry, of_method: u64) -> Option<Fault> {
        let is_here = |point: &Point| match point.method {
            None => point.nth == call.number,
            Some(counted) => counted == call.method && point.nth == of_method,
        };
        self.faults.iter().find(|(point, _)| is_here(point)).map(|(_, fault)| *fault)
    }
}
