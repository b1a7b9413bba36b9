//! The store that stands before another one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::watch;

use super::log::{Entry, Outcome};
use super::plan::{Fault, Faults, Plan};
use crate::contract::Change;
use crate::{Store, StoreError};

/// What tests wait for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Events {
    /// How many calls were made.
    pub calls: u64,
    /// The number of the call at which everything ended.
    pub crashed: Option<u64>,
    /// The numbers of the calls that wait to be released.
    pub blocked: BTreeSet<u64>,
}

/// A store with faults. Clones are the same store.
#[derive(Clone)]
pub struct FaultyStore {
    pub(super) shared: Arc<Shared>,
}

pub(super) struct Shared {
    state: Mutex<State>,
    events: watch::Sender<Events>,
    mutation: Option<Mutation>,
    /// Whether the store behind is shared by nodes.
    pub(super) of_many_nodes: bool,
}

/// Spoils a change on its way to the store behind, so that checks can be seen to fail.
pub type Mutation = Arc<dyn Fn(&mut Change) + Send + Sync>;

struct State {
    /// Let go at the crash, so that the next one can open the same file.
    inner: Option<Arc<dyn Store>>,
    faults: Box<dyn Faults>,
    by_method: BTreeMap<&'static str, u64>,
    log: Vec<Entry>,
}

impl FaultyStore {
    /// Stands before `inner` and does what `plan` says.
    pub fn new(inner: Arc<dyn Store>, plan: Plan) -> Self {
        Self::with(inner, Box::new(plan), None)
    }

    /// Stands before `inner` and does what `faults` say; every change goes through `mutation` first.
    pub fn with(inner: Arc<dyn Store>, faults: Box<dyn Faults>, mutation: Option<Mutation>) -> Self {
        let of_many_nodes = inner.is_shared();
        let state = State { inner: Some(inner), faults, by_method: BTreeMap::new(), log: Vec::new() };
        let events = watch::Sender::new(Events::default());
        Self { shared: Arc::new(Shared { state: Mutex::new(state), events, mutation, of_many_nodes }) }
    }

    /// Puts another plan in the place of the present one. Calls are counted on.
    pub fn set_plan(&self, plan: Plan) {
        self.shared.state.lock().faults = Box::new(plan);
    }

    /// How many calls were made.
    pub fn calls(&self) -> u64 {
        self.shared.events.borrow().calls
    }

    /// How many calls of `method` were made.
    pub fn calls_of(&self, method: &str) -> u64 {
        self.shared.state.lock().by_method.get(method).copied().unwrap_or(0)
    }

    /// Every call, in the order in which they were made.
    pub fn log(&self) -> Vec<Entry> {
        self.shared.state.lock().log.clone()
    }

    /// What tests wait for, with everything that follows.
    pub fn events(&self) -> watch::Receiver<Events> {
        self.shared.events.subscribe()
    }

    /// Ready when the crash has happened.
    pub async fn crashed(&self) {
        self.wait_for(|events| events.crashed.is_some()).await;
    }

    /// Ready when a call waits to be released; its number.
    pub async fn blocked(&self) -> u64 {
        let events = self.wait_for(|events| !events.blocked.is_empty()).await;
        events.blocked.first().copied().unwrap_or_default()
    }

    /// Lets the calls go on that wait.
    pub fn release(&self) {
        self.shared.events.send_modify(|events| events.blocked.clear());
    }

    /// Ends everything here and now: no call returns any more.
    pub fn crash(&self) {
        self.shared.end(self.calls());
    }

    async fn wait_for(&self, happened: impl FnMut(&Events) -> bool) -> Events {
        let mut events = self.events();
        // The sender lives as long as the store does, and the store is borrowed.
        let seen = events.wait_for(happened).await.map(|events| events.clone());
        seen.unwrap_or_default()
    }

    /// The beginning of a call: counts it, and does what is to happen before it.
    pub(super) async fn begin(
        &self,
        method: &'static str,
        publisher: &str,
        subject: String,
    ) -> Result<Call, StoreError> {
        let number = self.shared.enter(method, publisher, subject);
        let fault = self.shared.fault(number);
        match fault {
            None | Some(Fault::ReplyLost | Fault::CrashAfter) => {}
            Some(Fault::Slow { before, .. }) => tokio::time::sleep(before).await,
            Some(Fault::Error) => {
                self.shared.note(number, Outcome::Error);
                return Err(StoreError::Unavailable("a fault was planned here".to_owned()));
            }
            Some(Fault::CrashBefore) => self.shared.end(number),
            Some(Fault::Block) => {
                self.shared.events.send_modify(|events| {
                    events.blocked.insert(number);
                });
                let gone_on = |events: &Events| !events.blocked.contains(&number);
                self.wait_for(gone_on).await;
            }
        }
        let inner = self.shared.state.lock().inner.clone();
        match inner {
            Some(inner) => Ok(Call { shared: self.shared.clone(), inner, number, fault }),
            None => self.shared.never(number, false).await,
        }
    }
}

impl Shared {
    fn enter(&self, method: &'static str, publisher: &str, subject: String) -> u64 {
        let mut state = self.state.lock();
        *state.by_method.entry(method).or_default() += 1;
        let number = state.log.len() as u64 + 1;
        let publisher = publisher.to_owned();
        state.log.push(Entry { number, method, publisher, subject, outcome: Outcome::Open });
        self.events.send_modify(|events| events.calls = number);
        number
    }

    fn fault(&self, number: u64) -> Option<Fault> {
        let state = &mut *self.state.lock();
        let call = state.log.get(place(number))?;
        let of_method = state.by_method.get(call.method).copied().unwrap_or(0);
        state.faults.meets(call, of_method)
    }

    /// The change as the store behind gets it.
    pub(super) fn mutated(&self, change: &Change) -> Change {
        let mut change = change.clone();
        if let Some(mutation) = &self.mutation {
            mutation(&mut change);
        }
        change
    }

    fn note(&self, number: u64, outcome: Outcome) {
        if let Some(entry) = self.state.lock().log.get_mut(place(number)) {
            entry.outcome = outcome;
        }
    }

    fn end(&self, number: u64) {
        let inner = self.state.lock().inner.take();
        // Closing a store may take a while; nobody waits for it under the lock.
        drop(inner);
        self.events.send_modify(|events| {
            events.crashed.get_or_insert(number);
            events.blocked.clear();
        });
    }

    fn has_ended(&self) -> bool {
        self.state.lock().inner.is_none()
    }

    async fn never<T>(&self, number: u64, done: bool) -> T {
        self.note(number, Outcome::Crashed { done });
        std::future::pending().await
    }
}

/// Where the call with this number stands in the log.
fn place(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX).wrapping_sub(1)
}

/// A call on its way to the store behind.
pub(super) struct Call {
    shared: Arc<Shared>,
    pub(super) inner: Arc<dyn Store>,
    number: u64,
    fault: Option<Fault>,
}

impl Call {
    /// The end of a call: does what is to happen after it.
    pub(super) async fn end<T: Send>(self, result: Result<T, StoreError>) -> Result<T, StoreError> {
        let Self { shared, inner, number, fault } = self;
        // The server that opens the store after a crash must not wait for this call.
        drop(inner);
        match fault {
            Some(Fault::CrashAfter) => shared.end(number),
            Some(Fault::Slow { after, .. }) => tokio::time::sleep(after).await,
            _ => {}
        }
        if shared.has_ended() {
            return shared.never(number, result.is_ok()).await;
        }
        if fault == Some(Fault::ReplyLost) && result.is_ok() {
            shared.note(number, Outcome::ReplyLost);
            return Err(StoreError::Unavailable("the reply was lost, as planned".to_owned()));
        }
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(error) => Outcome::Failed(error.to_string()),
        };
        shared.note(number, outcome);
        result
    }
}
