//! What every command comes to on everything that can be stored, decided once.
//!
//! `decide` is pure, so what it said of one state and command holds wherever both meet again. The model's states hold
//! the number of what is stored; the rules are checked here, when a decision is met for the first time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::RwLock;
use signoff_lifecycle::decision::{Decision, Verdict};
use signoff_lifecycle::offer::Aggregate;

use crate::brief::{Brief, Promises, brief, promises};
use crate::call::{Call, Pipeline, Which, operation};
use crate::drain;
use crate::essence::NOW;
use crate::fault::{self, Fault};
use crate::rules::{Answered, Breach, Rule, breach_of};
use crate::store::Stored;
use crate::world::{Turn, turn};

/// The number of something that is stored.
pub(crate) type StoredId = u32;

/// A broken rule, and the number of the words that say how.
pub(crate) type Broken = (Rule, u16);

/// What a command is told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Told {
    /// It changes something and must be committed.
    pub(crate) changes: bool,
    /// What the reply promises.
    pub(crate) promises: Promises,
    /// The rule that the answer breaks.
    pub(crate) broken: Option<Broken>,
}

/// What a commit comes to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Committed {
    /// What is stored then.
    pub(crate) next: StoredId,
    /// What the reply promises.
    pub(crate) promises: Promises,
    /// The operation that started, if one did.
    pub(crate) started: Option<Which>,
    /// Whether the work that the target, and the cancellation, waited for is finished.
    pub(crate) finished_work: [bool; 2],
    /// What it says about the world.
    pub(crate) turn: Turn,
    /// What happened, for the record of what was seen.
    pub(crate) seen: u32,
    /// The rule that it breaks.
    pub(crate) broken: Option<Broken>,
}

/// The memory of one configuration.
pub(crate) struct Memo {
    pub(crate) pipeline: Pipeline,
    pub(crate) fault: Option<Fault>,
    stored: RwLock<Vec<(Arc<Stored>, Brief)>>,
    ids: RwLock<HashMap<Arc<Stored>, StoredId>>,
    answers: RwLock<HashMap<(StoredId, Call), Told>>,
    commits: RwLock<HashMap<(StoredId, StoredId, Call), Committed>>,
    words: RwLock<Vec<String>>,
    seen: AtomicU32,
}

impl Memo {
    pub(crate) fn new(pipeline: Pipeline, fault: Option<Fault>) -> Self {
        Self {
            pipeline,
            fault,
            stored: RwLock::default(),
            ids: RwLock::default(),
            answers: RwLock::default(),
            commits: RwLock::default(),
            words: RwLock::default(),
            seen: AtomicU32::new(0),
        }
    }

    /// The number of what is stored; liveness is checked when it is met for the first time.
    pub(crate) fn id(&self, stored: Stored) -> StoredId {
        if let Some(id) = self.ids.read().get(&stored) {
            return *id;
        }
        let broken = drain::breach(&stored, &self.pipeline, self.fault).map(|breach| self.broken(breach));
        let mut ids = self.ids.write();
        if let Some(id) = ids.get(&stored) {
            return *id;
        }
        let brief = brief(&stored, broken);
        let stored = Arc::new(stored);
        let mut all = self.stored.write();
        let id = StoredId::try_from(all.len()).unwrap_or(StoredId::MAX);
        all.push((stored.clone(), brief));
        ids.insert(stored, id);
        id
    }

    pub(crate) fn stored(&self, id: StoredId) -> Arc<Stored> {
        self.stored.read()[id as usize].0.clone()
    }

    pub(crate) fn brief(&self, id: StoredId) -> Brief {
        self.stored.read()[id as usize].1
    }

    /// How many different things were stored, and on how many pairs of them and a command was decided.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        (self.stored.read().len(), self.answers.read().len())
    }

    pub(crate) fn broken(&self, breach: Breach) -> Broken {
        let mut words = self.words.write();
        let number = words.iter().position(|known| *known == breach.words).unwrap_or(words.len());
        if number == words.len() {
            words.push(breach.words);
        }
        (breach.rule, u16::try_from(number).unwrap_or(u16::MAX))
    }

    pub(crate) fn words(&self, broken: Broken) -> String {
        self.words.read().get(usize::from(broken.1)).cloned().unwrap_or_default()
    }

    /// Keeps that this was seen.
    pub(crate) fn see(&self, what: u32) {
        if self.seen.load(Ordering::Relaxed) & what != what {
            self.seen.fetch_or(what, Ordering::Relaxed);
        }
    }

    pub(crate) fn seen(&self) -> u32 {
        self.seen.load(Ordering::Relaxed)
    }

    /// What `call` is told on what is stored.
    pub(crate) fn answer(&self, id: StoredId, call: Call) -> Told {
        if let Some(told) = self.answers.read().get(&(id, call)) {
            return *told;
        }
        let stored = self.stored(id);
        let before = &call.given(&stored.aggregate);
        let command = call.command(before, &self.pipeline);
        let answer = fault::decide(self.fault, before, &command);
        let answered = Answered { before: Some(before), command: &command, answer: &answer, now: NOW };
        let broken = breach_of(&answered).map(|breach| self.broken(breach));
        let (changes, promises) = match &answer {
            Ok(Verdict::Change(decision)) => (true, promises(&decision.reply)),
            Ok(Verdict::Already { reply, .. }) => (false, promises(reply)),
            Err(_) => (false, 0),
        };
        let told = Told { changes, promises, broken };
        self.answers.write().insert((id, call), told);
        told
    }

    /// What comes of committing on `current` what was decided on `base`, which a correct store knows to be the same.
    pub(crate) fn commit(&self, base: StoredId, current: StoredId, call: Call) -> Committed {
        let key = (base, current, call);
        if let Some(committed) = self.commits.read().get(&key) {
            return *committed;
        }
        let committed = self.decided(base, current, call);
        self.commits.write().insert(key, committed);
        committed
    }

    fn decided(&self, base: StoredId, current: StoredId, call: Call) -> Committed {
        let (on, present) = (self.stored(base), self.stored(current));
        let given = call.given(&on.aggregate);
        let command = call.command(&given, &self.pipeline);
        let nothing = |broken| Committed {
            next: current,
            promises: 0,
            started: None,
            finished_work: [false; 2],
            turn: Turn::default(),
            seen: 0,
            broken,
        };
        let Ok(Verdict::Change(decision)) = fault::decide(self.fault, &given, &command) else {
            return nothing(None);
        };
        let written = present.written(&decision);
        if base != current && !self.is_what_follows(&present, call, written.as_ref().ok()) {
            let words = "a commit overwrote what was recorded since its load".to_owned();
            return nothing(Some(self.broken(Breach { rule: Rule::AnswersLast, words })));
        }
        let written = match written {
            Ok(written) => written,
            Err(breach) => return nothing(Some(self.broken(breach))),
        };
        let broken = self.answer(base, call).broken;
        let next = if broken.is_some() { current } else { self.id(written) };
        let before = &present.aggregate;
        let finished_work = [Which::Target, Which::Cancellation].map(|which| {
            let waiting = operation(before, which).filter(|operation| operation.head().outstanding.is_some());
            waiting.is_some_and(|operation| decision.finished_work.contains(&(operation.head().id, 1)))
        });
        Committed {
            next,
            promises: promises(&decision.reply),
            started: started(before, &decision),
            finished_work,
            turn: turn(before, &decision),
            seen: crate::seen::of(before, &decision),
            broken: broken.or(self.brief(next).broken),
        }
    }

    /// Whether the same is stored as if the command had been decided on what was there.
    fn is_what_follows(&self, present: &Stored, call: Call, written: Option<&Stored>) -> bool {
        let given = call.given(&present.aggregate);
        let command = call.command(&given, &self.pipeline);
        match fault::decide(self.fault, &given, &command) {
            Ok(Verdict::Change(decision)) => {
                present.written(&decision).is_ok_and(|expected| Some(&expected) == written)
            }
            Ok(Verdict::Already { .. }) | Err(_) => false,
        }
    }
}

fn started(before: &Aggregate, decision: &Decision) -> Option<Which> {
    let newest = decision.next.offer.newest.filter(|newest| before.offer.newest != Some(*newest))?;
    let is_cancellation = decision.next.cancellation().is_some_and(|row| row.head.id == newest);
    Some(if is_cancellation { Which::Cancellation } else { Which::Target })
}
