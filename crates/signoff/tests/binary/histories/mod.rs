//! Histories of calls, and whether there is an order in which each call happens at one moment between its request and
//! its answer, such that every answer is true (linearisability, for each offer).
//!
//! [`record`] keeps what clients asked and were told, in the order in which it happened; [`life`] (with [`calls`]) and
//! [`draft`] say what an offer's operations and its draft may do; [`check`] looks for the order and [`show`] prints what has none.

mod calls;
pub(crate) mod check;
pub(crate) mod draft;
pub(crate) mod life;
pub(crate) mod record;
mod show;
mod words;

mod tests;

use std::fmt::{Debug, Display};
use std::hash::Hash;

/// What an object may do, as the states it can be in.
pub(crate) trait Object {
    /// One state.
    type State: Clone + Eq + Hash + Debug;
    /// What is asked.
    type Ask: Clone + Debug + Display;
    /// What is answered.
    type Reply: Clone + PartialEq + Debug + Display;

    /// The state in the beginning.
    fn beginning(&self) -> Self::State;

    /// The states that it may come to by itself, in one step.
    fn by_itself(&self, state: &Self::State) -> Vec<Self::State>;

    /// The states that it may be in after the call `number` happened and was answered so; none if that answer is
    /// impossible. Without an answer: those in which the call changed something.
    fn after(
        &self,
        state: &Self::State,
        number: usize,
        ask: &Self::Ask,
        reply: Option<&Self::Reply>,
    ) -> Vec<Self::State>;

    /// Whether the call can change anything.
    fn changes(&self, ask: &Self::Ask) -> bool;
}

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call<O: Object> {
    pub(crate) client: &'static str,
    pub(crate) ask: O::Ask,
    /// `None`: no answer came.
    pub(crate) reply: Option<O::Reply>,
}

/// What happened to a call, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Event {
    /// It was sent.
    Sent(usize),
    /// It was answered.
    Answered(usize),
    /// The server that it was sent to is dead, and no answer came: it has happened by now, or never will.
    Gone(usize),
}

/// The calls of one object, in the order in which they were sent and answered. A call without an answer, whose server
/// is not known to be dead, may happen at any later time, or never.
#[derive(Clone, Debug)]
pub(crate) struct History<O: Object> {
    pub(crate) calls: Vec<Call<O>>,
    pub(crate) events: Vec<Event>,
}

impl<O: Object> Default for History<O> {
    fn default() -> Self {
        Self { calls: Vec::new(), events: Vec::new() }
    }
}
