//! One history: a server that dies and comes back, and everybody around it.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use signoff_store::memory::MemoryStore;
use signoff_store::testing::{FaultyStore, Outcome};
use signoff_store::{Store, StoreError};

use crate::book::Book;
use crate::bugs::{Bug, FirstReads};
use crate::certifier::Certifier;
use crate::client::{Client, Kind, Known};
use crate::draw::Draw;
use crate::faults::Drawn;
use crate::mailman::Mailman;
use crate::node::Node;
use crate::profile::Profile;
use crate::rules;
use crate::template::Template;
use crate::time::Timeline;
use crate::truth::{self, Promise};

/// So long a server that could not start waits before it tries again.
const RESTART: Duration = Duration::from_millis(100);

pub(crate) struct World {
    pub(crate) profile: RefCell<Profile>,
    pub(crate) book: Arc<Book>,
    pub(crate) timeline: Timeline,
    pub(crate) store: RefCell<MemoryStore>,
    pub(crate) faults: Drawn,
    pub(crate) mailman: Mailman,
    pub(crate) certifier: Certifier,
    pub(crate) bug: Option<Bug>,
    pub(crate) first_reads: RefCell<FirstReads>,
    pub(crate) clients: Vec<RefCell<Client>>,
    pub(crate) known: RefCell<Vec<Known>>,
    pub(crate) promises: RefCell<Vec<Promise>>,
    /// What the world itself draws: hang-ups, lost answers, clocks that are set, pauses after a crash.
    pub(crate) luck: RefCell<Draw>,
    /// Whether the server died at a moment of its own since the history began.
    alone: RefCell<Option<Duration>>,
}

/// How a life of the server ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    /// It died.
    Crashed,
    /// Everything that was to be done is done.
    Done,
}

impl World {
    pub(crate) fn new(seed: u64, bug: Option<Bug>) -> Self {
        let template = Template::get();
        let profile = Profile::of(seed, Kind::ALL.len());
        let timeline = Timeline::new(seed);
        let book = Book::new(timeline.clone(), &template.tables, bug == Some(Bug::CrashLosesCommit));
        let book = Arc::new(book);
        let watcher = {
            let book = book.clone();
            Arc::new(move |event: signoff_store::memory::StoreEvent<'_>, tables: &_| {
                book.watch(event, tables);
            })
        };
        let passed = {
            let timeline = timeline.clone();
            Arc::new(move || timeline.passed())
        };
        let store = MemoryStore::watched(template.tables.clone(), passed, Some(watcher));
        let clients = profile.calls.iter().enumerate();
        let clients = clients.map(|(index, calls)| RefCell::new(Client::new(seed, index, *calls))).collect();
        let mut luck = Draw::of(seed, "luck");
        let dies_alone = profile.faults.crashes > 0 && luck.happens(3_000);
        let alone = dies_alone.then(|| Duration::from_millis(luck.below(20_000)));
        Self {
            faults: Drawn::new(seed, profile.faults, book.clone()),
            mailman: Mailman::new(seed, profile.faults.mail, book.clone()),
            certifier: Certifier::new(seed, profile.manners, timeline.clone(), book.clone()),
            profile: RefCell::new(profile),
            book,
            timeline,
            store: RefCell::new(store),
            bug,
            first_reads: RefCell::default(),
            clients,
            known: RefCell::default(),
            promises: RefCell::default(),
            luck: RefCell::new(luck),
            alone: RefCell::new(alone),
        }
    }

    /// One life of the server, from its start until it dies or `task` is done.
    pub(crate) async fn live(&self, task: impl AsyncFnOnce(&Self, &Node)) -> Ended {
        let inner: Arc<dyn Store> = Arc::new(self.store.borrow().clone());
        let mutation = self.bug.and_then(|bug| bug.mutation(&self.store.borrow()));
        let store = FaultyStore::with(inner, Box::new(self.faults.clone()), mutation);
        let life = async {
            let node = self.start(&store).await;
            tokio::select! {
                biased;
                () = task(self, &node) => {}
                () = self.certifier.calls_back(&node.routes) => {}
            }
        };
        let alone = *self.alone.borrow();
        let dies_alone = async {
            match alone {
                Some(at) => tokio::time::sleep(at.saturating_sub(self.timeline.passed())).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            biased;
            () = store.crashed() => Ended::Crashed,
            () = life => Ended::Done,
            () = dies_alone => {
                *self.alone.borrow_mut() = None;
                self.book.count("crash between store calls");
                store.crash();
                Ended::Crashed
            }
        };
        self.count_refusals(&store);
        ended
    }

    /// Counts what the store refused.
    fn count_refusals(&self, store: &FaultyStore) {
        let (late, stale) = (StoreError::Fenced.to_string(), StoreError::Stale.to_string());
        for call in store.log() {
            match call.outcome {
                Outcome::Failed(why) if why == late => self.book.count("late result or renewal refused"),
                Outcome::Failed(why) if why == stale => self.book.count("commit on an old state refused"),
                _ => {}
            }
        }
    }

    /// Starts the server, as often as it takes.
    async fn start(&self, store: &FaultyStore) -> Node {
        loop {
            let profile = self.profile.borrow().clone();
            let store: Arc<dyn Store> = Arc::new(store.clone());
            match Node::start(store, &profile, &self.timeline, &self.mailman, &self.certifier).await {
                Ok(node) => return node,
                Err(error) => {
                    self.book.line(&format!("the server does not start: {error}"));
                    tokio::time::sleep(RESTART).await;
                }
            }
        }
    }

    /// What is found after a crash. To be called in the runtime that ends with it.
    pub(crate) fn died(&self) {
        self.book.count("crashes");
        self.book.line("the server died");
        self.timeline.end(Duration::from_millis(self.luck.borrow_mut().below(3_000)));
        let mut store = self.store.borrow_mut();
        *store = match (self.bug, self.book.before_last()) {
            (Some(Bug::CrashLosesCommit), Some(tables)) => store.reopen_with(tables),
            _ => store.reopen(),
        };
        self.book.learn(rules::Seen::forget_leases);
        drop(store);
        self.promises_hold();
    }

    /// Holds everything that was promised against what is stored.
    pub(crate) fn promises_hold(&self) {
        let store = self.store.borrow();
        for promise in self.promises.borrow().iter() {
            let id = promise.about();
            let owner = self.book.look(|seen| seen.owners.get(&id).cloned());
            let publisher = owner.map(|(publisher, _)| publisher).unwrap_or_default();
            let kept = store.look(|tables| truth::keeps(promise, tables.operation(&publisher, id)));
            if let Err(what) = kept {
                return self.book.wrong(what);
            }
        }
    }
}
