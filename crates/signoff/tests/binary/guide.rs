//! Leads clients from server to server, while servers come and go.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::watch;

use crate::ledger::Draw;
use crate::server::Answer;

/// A server: the how-many-eth it is, from 1 on, and its address.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Place {
    pub(crate) server: u64,
    pub(crate) base: String,
}

/// Where servers are; `None` once everything is over.
pub(crate) type Places = Option<Vec<Place>>;

/// What one client knows of where servers are.
#[derive(Clone)]
pub(crate) struct Guide {
    places: watch::Receiver<Places>,
    pub(crate) trouble: Trouble,
    pub(crate) counted: watch::Sender<BTreeMap<u64, Counted>>,
    /// How it was when the present server was chosen.
    trouble_before: u64,
    present: u64,
}

/// Whether something is being broken: only then may an answer be lost. It is a count of beginnings and ends.
#[derive(Clone, Default)]
pub(crate) struct Trouble(Arc<AtomicU64>);

impl Trouble {
    pub(crate) fn begins(&self) {
        self.0.fetch_or(1, Ordering::SeqCst);
    }

    pub(crate) fn ends(&self) {
        if !self.count().is_multiple_of(2) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// Whether the trouble at this count is over.
    pub(crate) fn is_over(&self, count: u64) -> bool {
        count.is_multiple_of(2) || self.count() != count
    }

    /// Odd in trouble.
    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

/// The calls to one server.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counted {
    pub(crate) on_their_way: usize,
    pub(crate) answered: usize,
    /// Without an answer, or with one that says "not known".
    pub(crate) lost: usize,
}

/// No answer came, or one that says "not known".
#[derive(Debug)]
pub(crate) struct Lost {
    /// What came instead.
    #[expect(dead_code, reason = "a failing test shows it")]
    instead: Option<String>,
}

impl Guide {
    pub(crate) fn new(places: watch::Receiver<Places>, trouble: Trouble) -> Self {
        Self { places, trouble, counted: watch::Sender::default(), trouble_before: 0, present: 0 }
    }

    /// The server that is asked next, any of them; `None` when everything is over.
    pub(crate) async fn next(&mut self, draw: &mut Draw) -> Option<Place> {
        let there = |places: &Places| places.as_ref().is_none_or(|places| !places.is_empty());
        let places = self.places.wait_for(there).await.ok()?.clone()?;
        let chosen = if places.len() > 1 { draw.below(places.len() as u64) } else { 0 };
        let place = places[usize::try_from(chosen).unwrap()].clone();
        self.trouble_before = self.trouble.count();
        self.present = place.server;
        Some(place)
    }

    /// What the present server answers, unless it says that it does not know, or is given up meanwhile.
    pub(crate) async fn answer<E>(
        &self,
        call: impl Future<Output = Result<Answer, E>>,
    ) -> Result<Answer, Lost> {
        let (present, mut places) = (self.present, self.places.clone());
        let given_up = |places: &Places| {
            places.as_ref().is_some_and(|places| places.iter().all(|place| place.server != present))
        };
        let count = |change: fn(&mut Counted)| {
            self.counted.send_modify(|counted| change(counted.entry(present).or_default()));
        };
        count(|counted| counted.on_their_way += 1);
        let answer = tokio::select! {
            biased;
            answer = call => answer.ok(),
            _ = places.wait_for(given_up) => None,
        };
        count(|counted| counted.on_their_way -= 1);
        match answer {
            Some(answer) if answer.status != 503 => {
                count(|counted| counted.answered += 1);
                Ok(answer)
            }
            instead => {
                count(|counted| counted.lost += 1);
                Err(Lost { instead: instead.map(|answer| answer.body.to_string()) })
            }
        }
    }

    /// An answer of the present server was lost: waits for another server.
    pub(crate) async fn lost(&mut self, lost: Lost) {
        let present = self.present;
        let others = |places: &Places| {
            places.as_ref().is_none_or(|places| places.iter().any(|place| place.server != present))
        };
        let is_gone = |places: &Places| {
            places.as_ref().is_none_or(|places| places.iter().all(|place| place.server != present))
        };
        let (before, now) = (self.trouble_before, self.trouble.count());
        let excused = !before.is_multiple_of(2) || before != now || is_gone(&self.places.borrow());
        assert!(excused, "an answer was lost and nothing was broken: server {present}, {lost:?}");
        // An error means that everything is over.
        let _ = self.places.wait_for(others).await;
    }
}
