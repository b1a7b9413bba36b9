//! Looks for an order that explains every answer.
//!
//! The events are followed one by one, with the set of everything that may be so: which of the calls on their way have
//! happened, and the state they led to. Calls may happen, and the object may move by itself, at any moment in between.
//! At an answer only those ways remain on which the call has happened and been answered so. When no way remains, no
//! order explains the history, and the answer at which that shows is the last one of the shortest part of it that
//! cannot be.
//!
//! This is the search of Wing and Gong with the memory of Lowe, turned from a depth-first search into one over sets, since
//! the object is not deterministic.

use std::collections::{BTreeSet, HashSet};

use super::{Event, History, Object};

/// One way in which it may have been so far.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Way<S> {
    /// Calls on their way that have happened.
    happened: BTreeSet<usize>,
    pub(crate) state: S,
}

/// How much was looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effort {
    /// The most ways that there were at the same time.
    pub(crate) most_ways: usize,
    /// The most calls that were on their way at the same time.
    pub(crate) most_calls: usize,
}

/// A part of a history that no order explains.
#[derive(Clone, Debug)]
pub(crate) struct Violation<O: Object> {
    /// What may have been so when last nothing was on its way.
    pub(crate) before: Vec<O::State>,
    /// What happened from then on, up to the answer that cannot be. Reads that do not matter are left out.
    pub(crate) events: Vec<Event>,
    /// What may have been so just before that answer.
    pub(crate) possible: Vec<O::State>,
}

type Ways<O> = HashSet<Way<<O as Object>::State>>;

/// Checks a history.
pub(crate) fn check<O: Object>(object: &O, history: &History<O>) -> Result<Effort, Box<Violation<O>>> {
    let mut search = Search::from(object, history, one_way(object.beginning()));
    let mut quiet = (0, search.ways.clone());
    for (place, event) in history.events.iter().enumerate() {
        let possible = search.follow(*event);
        if search.ways.is_empty() {
            let (from, before) = quiet;
            let events = shortest(object, history, &before, &history.events[from..=place]);
            return Err(Box::new(Violation { before: states(&before), events, possible: states(&possible) }));
        }
        if search.on_their_way.is_empty() {
            quiet = (place + 1, search.ways.clone());
        }
    }
    Ok(search.effort)
}

/// What may be so at the end of a history that can be explained.
pub(crate) fn ends<O: Object>(object: &O, history: &History<O>) -> Vec<O::State> {
    let mut search = Search::from(object, history, one_way(object.beginning()));
    for event in &history.events {
        search.follow(*event);
    }
    states(&search.ways)
}

fn one_way<S: Eq + std::hash::Hash>(state: S) -> HashSet<Way<S>> {
    HashSet::from([Way { happened: BTreeSet::new(), state }])
}

fn states<S: Clone + Eq + std::hash::Hash>(ways: &HashSet<Way<S>>) -> Vec<S> {
    let distinct: HashSet<&S> = ways.iter().map(|way| &way.state).collect();
    distinct.into_iter().cloned().collect()
}

struct Search<'a, O: Object> {
    object: &'a O,
    history: &'a History<O>,
    on_their_way: Vec<usize>,
    ways: Ways<O>,
    effort: Effort,
}

impl<'a, O: Object> Search<'a, O> {
    fn from(object: &'a O, history: &'a History<O>, ways: Ways<O>) -> Self {
        Self { object, history, on_their_way: Vec::new(), ways, effort: Effort::default() }
    }

    /// Follows one event. Answers what might have been so just before it.
    fn follow(&mut self, event: Event) -> Ways<O> {
        match event {
            Event::Sent(call) => {
                let Some(sent) = self.history.calls.get(call) else { return self.ways.clone() };
                // A read without an answer says nothing.
                if sent.reply.is_some() || self.object.changes(&sent.ask) {
                    self.on_their_way.push(call);
                    self.effort.most_calls = self.effort.most_calls.max(self.on_their_way.len());
                }
                self.ways.clone()
            }
            Event::Answered(call) => {
                let possible = self.go_on();
                self.on_their_way.retain(|other| *other != call);
                let happened = possible.iter().filter(|way| way.happened.contains(&call));
                self.ways = happened.map(|way| way.without(call)).collect();
                possible
            }
            Event::Gone(call) => {
                if self.history.calls[call].reply.is_some() || !self.on_their_way.contains(&call) {
                    return self.ways.clone();
                }
                let possible = self.go_on();
                self.on_their_way.retain(|other| *other != call);
                self.ways = possible.iter().map(|way| way.without(call)).collect();
                possible
            }
        }
    }

    /// Every way in which it may have gone on until now.
    fn go_on(&mut self) -> Ways<O> {
        let mut found = std::mem::take(&mut self.ways);
        let mut open: Vec<Way<O::State>> = found.iter().cloned().collect();
        while let Some(way) = open.pop() {
            let moved = self.object.by_itself(&way.state).into_iter();
            let moved = moved.map(|state| Way { happened: way.happened.clone(), state });
            let happened = self.on_their_way.iter().filter(|call| !way.happened.contains(call));
            let happened = happened.flat_map(|call| self.happens(&way, *call));
            for next in moved.chain(happened).collect::<Vec<_>>() {
                if found.insert(next.clone()) {
                    open.push(next);
                }
            }
        }
        self.effort.most_ways = self.effort.most_ways.max(found.len());
        found
    }

    fn happens(&self, way: &Way<O::State>, number: usize) -> Vec<Way<O::State>> {
        let call = &self.history.calls[number];
        let states = self.object.after(&way.state, number, &call.ask, call.reply.as_ref());
        let mut happened = way.happened.clone();
        happened.insert(number);
        states.into_iter().map(|state| Way { happened: happened.clone(), state }).collect()
    }
}

impl<S: Clone> Way<S> {
    fn without(&self, call: usize) -> Self {
        let mut way = self.clone();
        way.happened.remove(&call);
        way
    }
}

/// The events without the reads that do not matter: taking an answered read away only makes a history easier to
/// explain.
fn shortest<O: Object>(object: &O, history: &History<O>, before: &Ways<O>, events: &[Event]) -> Vec<Event> {
    let mut kept = events.to_vec();
    let reads = history.calls.iter().enumerate().filter(|(_, call)| !object.changes(&call.ask));
    for (read, _) in reads {
        let without: Vec<Event> = kept.iter().copied().filter(|event| event.call() != read).collect();
        if without.len() < kept.len() && !is_explained(object, history, before, &without) {
            kept = without;
        }
    }
    kept
}

fn is_explained<O: Object>(object: &O, history: &History<O>, before: &Ways<O>, events: &[Event]) -> bool {
    let mut search = Search::from(object, history, before.clone());
    for event in events {
        search.follow(*event);
    }
    !search.ways.is_empty()
}

impl Event {
    /// The call it speaks of.
    pub(crate) fn call(self) -> usize {
        match self {
            Self::Sent(call) | Self::Answered(call) | Self::Gone(call) => call,
        }
    }
}
