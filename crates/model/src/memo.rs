//! What every command comes to on everything that can be stored, decided once.
//!
//! `decide` is pure, so what it said of one state and command holds wherever both meet again. The model's states hold
//! the number of what is stored; the rules are checked here, when a decision is met for the first time.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::RwLock;
use signoff_lifecycle::decision::{Decision, Reply, Verdict};
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Phase;

use crate::call::{Call, Pipeline, Which, operation};
use crate::drain;
use crate::essence::NOW;
use crate::fault::{self, Fault};
use crate::job::{self, Job};
use crate::rules::{Answered, Breach, Rule, breach_of};
use crate::store::Stored;
use crate::world::{Turn, turn};

/// The number of something that is stored.
pub(crate) type StoredId = u32;

/// A broken rule, and the number of the words that say how.
pub(crate) type Broken = (Rule, u16);

/// What clients were told about the newest publish or golive; see [`Promises`].
pub(crate) type Promises = u8;

/// It started.
pub(crate) const STARTED: Promises = 1;
/// It is canceled: 200 with its address.
pub(crate) const CANCELED: Promises = 2;
/// A cancellation of it runs: 202 with the cancellation's address.
pub(crate) const CANCELING: Promises = 4;
/// Its cancellation ended well: 200 with the cancellation's address.
pub(crate) const CANCELLATION_ENDED: Promises = 8;

/// A cancellation of it was given up by force, and says what is left.
pub(crate) const GIVEN_UP: Promises = 16;
/// It was past its switch, and is complete.
pub(crate) const COMPLETED: Promises = 32;

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
    /// Whether the work that the target, and the cancellation, waited for was settled.
    pub(crate) settled: [bool; 2],
    /// What it says about the world.
    pub(crate) turn: Turn,
    /// What happened, for the record of what was seen.
    pub(crate) seen: u32,
    /// The rule that it breaks.
    pub(crate) broken: Option<Broken>,
}

/// Where the newest publish or golive stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    None,
    Running,
    Canceling,
    Undoing,
    Canceled,
    Completed,
    Failed,
}

/// What the model needs of what is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Brief {
    /// The work that is due, of the target and of the cancellation.
    pub(crate) due: [Option<Job>; 2],
    pub(crate) standing: Standing,
    pub(crate) has_cancellation: bool,
    /// The cancellation ended well.
    pub(crate) cancellation_completed: bool,
    /// How many leftovers are recorded.
    pub(crate) leftovers: u8,
    /// The rule that is broken by its being stored.
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
            Ok(Verdict::Already(reply)) => (false, promises(reply)),
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
            settled: [false; 2],
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
        let settled = [Which::Target, Which::Cancellation].map(|which| {
            let waiting = operation(before, which).filter(|operation| operation.outstanding.is_some());
            waiting.is_some_and(|operation| decision.settled.contains(&(operation.id, 1)))
        });
        Committed {
            next,
            promises: promises(&decision.reply),
            started: started(before, &decision),
            settled,
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
            Ok(Verdict::Already(_)) | Err(_) => false,
        }
    }
}

fn promises(reply: &Reply) -> Promises {
    match reply {
        Reply::Started(_) => STARTED,
        Reply::Canceled(_) => CANCELED,
        Reply::Canceling(_) => CANCELING,
        Reply::CancellationEnded(_) => CANCELLATION_ENDED,
        Reply::GivenUp(_) => GIVEN_UP,
        Reply::Completed(_) => COMPLETED,
        Reply::Stored { .. } | Reply::NothingToCancel(_) | Reply::Recorded => 0,
    }
}

/// Whether what was promised is so.
pub(crate) fn is_kept(promises: Promises, brief: &Brief) -> bool {
    let is = |promise: Promises, so: bool| promises & promise == 0 || so;
    let canceled = brief.standing == Standing::Canceled;
    is(STARTED, brief.standing != Standing::None)
        && is(CANCELED, canceled && !brief.has_cancellation)
        && is(CANCELING, brief.has_cancellation)
        && is(CANCELLATION_ENDED, canceled && brief.cancellation_completed)
        && is(GIVEN_UP, brief.standing == Standing::Failed && brief.has_cancellation)
        && is(COMPLETED, brief.standing == Standing::Completed)
}

fn started(before: &Aggregate, decision: &Decision) -> Option<Which> {
    let newest = decision.next.offer.newest.filter(|newest| before.offer.newest != Some(*newest))?;
    let is_cancellation = decision.next.cancellation.as_ref().is_some_and(|row| row.id == newest);
    Some(if is_cancellation { Which::Cancellation } else { Which::Target })
}

fn brief(stored: &Stored, broken: Option<Broken>) -> Brief {
    let state = &stored.aggregate;
    let due = [Which::Target, Which::Cancellation].map(|which| {
        let is_due = operation(state, which).is_some_and(|operation| stored.is_due(operation));
        job::of(state, which).filter(|_| is_due)
    });
    let standing = match state.target.as_ref().map(|target| &target.phase) {
        None => Standing::None,
        Some(Phase::Running) => Standing::Running,
        Some(Phase::Canceling { .. }) => Standing::Canceling,
        Some(Phase::Canceled { .. }) => Standing::Canceled,
        Some(Phase::Undoing { .. }) => Standing::Undoing,
        Some(Phase::Completed { .. }) => Standing::Completed,
        Some(Phase::Failed { .. }) => Standing::Failed,
    };
    let cancellation = state.cancellation.as_ref();
    Brief {
        due,
        standing,
        has_cancellation: cancellation.is_some(),
        cancellation_completed: cancellation.is_some_and(|it| matches!(it.phase, Phase::Completed { .. })),
        leftovers: u8::try_from(state.offer.leftovers.len()).unwrap_or(u8::MAX),
        broken,
    }
}
