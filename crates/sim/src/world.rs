//! One history: clients, a server that dies and comes back, and what everybody was told.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use signoff_engine::clock::Source;
use signoff_store::memory::MemoryStore;
use signoff_store::testing::{FaultyStore, Outcome};
use signoff_store::{Store, StoreError};
use signoff_wire::etag::IfMatch;
use signoff_wire::repeatability::fixdate;

use crate::book::Book;
use crate::bugs::{Bug, FirstReads};
use crate::call::{Answer, call};
use crate::certifier::Certifier;
use crate::client::{Asking, Client, Kind, Known, Plan};
use crate::draw::Draw;
use crate::faults::Drawn;
use crate::mailman::Mailman;
use crate::node::Node;
use crate::profile::Profile;
use crate::rules;
use crate::template::{OFFERS, Template};
use crate::time::Timeline;
use crate::truth::{self, Promise, Window};

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
    bug: Option<Bug>,
    first_reads: RefCell<FirstReads>,
    clients: Vec<RefCell<Client>>,
    known: RefCell<Vec<Known>>,
    promises: RefCell<Vec<Promise>>,
    /// What the world itself draws: hang-ups, lost answers, clocks that are set, pauses after a crash.
    luck: RefCell<Draw>,
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
            Arc::new(move |deed: signoff_store::memory::Deed<'_>, tables: &_| book.watch(deed, tables))
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
        let twist = self.bug.and_then(|bug| bug.twist(&self.store.borrow()));
        let store = FaultyStore::with(inner, Box::new(self.faults.clone()), twist);
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

    /// The clients make their calls.
    pub(crate) async fn clients_call(&self, node: &Node) {
        join_all(self.clients.iter().map(|client| self.client_calls(client, node))).await;
    }

    async fn client_calls(&self, client: &RefCell<Client>, node: &Node) {
        while client.borrow().left > 0 && !self.book.is_wrong() {
            let pause = self.profile.borrow().pause;
            let millis = u64::try_from(pause.as_millis()).unwrap_or(1);
            let pause = Duration::from_millis(client.borrow_mut().draw.below(millis + 1));
            tokio::time::sleep(pause).await;
            let again = client.borrow_mut().again();
            if again.is_some() {
                self.book.count("request repeated");
            }
            let asking = again.unwrap_or_else(|| {
                let plan = client.borrow_mut().next(&self.profile.borrow(), &self.known.borrow());
                self.asking(plan)
            });
            self.clock_jumps();
            let index = client.borrow().index;
            // It knows as soon as there is an answer; a crash leaves it in the dark.
            client.borrow_mut().unknown = asking.plan.ask.repeat.is_some().then(|| asking.clone());
            let answer = self.ask(index, node, &asking).await;
            if let Some(answer) = answer {
                client.borrow_mut().unknown = None;
                learn(&mut client.borrow_mut(), &asking.plan, &answer);
            }
        }
    }

    /// A call, as things are now.
    fn asking(&self, mut plan: Plan) -> Asking {
        if let Some((_, first_sent)) = &mut plan.ask.repeat {
            *first_sent = fixdate(self.timeline.now().0);
        }
        let (publisher, offer) = (plan.name.publisher, plan.name.offer);
        let (mark, newest) = self.book.look(|seen| {
            let newest = seen.state(publisher, offer).map_or(0, |state| state.offer.publishing_version);
            (seen.mark(publisher, offer), newest)
        });
        Asking { plan, mark, newest }
    }

    fn clock_jumps(&self) {
        let mut luck = self.luck.borrow_mut();
        if luck.happens(self.profile.borrow().faults.clock_jump) {
            let micros = i64::try_from(luck.below(1_200_000_000)).unwrap_or(0) - 600_000_000;
            self.timeline.jump(micros);
            self.book.count("clock set forward or back");
            self.book.line(&format!("the machine's clock is set by {} s", micros / 1_000_000));
        }
    }

    /// Makes a call and judges its answer; `None`: the caller does not know what came of it.
    async fn ask(&self, who: usize, node: &Node, asking: &Asking) -> Option<Answer> {
        let plan = &asking.plan;
        let guard = if plan.guard.is_some() { " with a tag" } else { "" };
        let id = plan.ask.repeat.as_ref().map(|(id, _)| format!(" as {id}")).unwrap_or_default();
        self.book.line(&format!("client {who} asks {} {}{guard}{id}", plan.ask.method, plan.ask.path));
        self.invite(plan);
        let (patience, loses) = self.patience();
        let asked = call(&node.routes, Template::get().token(plan.name.publisher), &plan.ask);
        let Ok(mut answer) = tokio::time::timeout(patience, asked).await else {
            self.book.count("client hung up");
            self.book.line(&format!("client {who} hangs up"));
            return None;
        };
        if let Some(bug) = self.bug {
            bug.spoil(plan, &mut answer, &mut self.first_reads.borrow_mut());
        }
        self.book.count(format!("{:?} {}", plan.kind, answer.status));
        let code = if answer.status < 400 { answer.text("operationId") } else { answer.code() };
        let lost = if loses { ", which is lost" } else { "" };
        self.book.line(&format!("client {who} gets {} {code}{lost}", answer.status));
        if loses {
            self.book.count("answer lost");
            return None;
        }
        if matches!(answer.status, 503 | 504) && self.profile.borrow().faults.any() {
            return None;
        }
        self.judge(asking, &answer);
        Some(answer)
    }

    /// The addresses of a cancel may be told of what happens, though no operation keeps them.
    fn invite(&self, plan: &Plan) {
        let list = plan.ask.body.as_ref().and_then(|body| body["metadata"]["notification-emails"].as_str());
        if let (Kind::Cancel, Some(list)) = (plan.kind, list) {
            self.book.learn(|seen| seen.guests.extend(list.split(',').map(str::to_owned)));
        }
    }

    /// How long the caller waits, and whether the answer gets lost.
    fn patience(&self) -> (Duration, bool) {
        let faults = self.profile.borrow().faults;
        let mut luck = self.luck.borrow_mut();
        let hangs_up = luck.happens(faults.hang_up);
        let millis = luck.below(faults.slow_millis + 2);
        let loses = luck.happens(faults.answer_lost);
        (if hangs_up { Duration::from_millis(millis) } else { Duration::from_secs(3_600) }, loses)
    }

    fn judge(&self, asking: &Asking, answer: &Answer) {
        let Asking { plan, mark, newest } = asking;
        let (publisher, offer) = (plan.name.publisher, plan.name.offer);
        let judged = self.book.learn(|seen| {
            let promise = {
                let states = seen.since(publisher, offer, *mark);
                let window = Window { seen, states, newest_before: *newest };
                truth::judge(plan, answer, &window)?
            };
            if plan.kind == Kind::Cancel
                && let Some(promise) = &promise
            {
                seen.answered(promise)?;
            }
            if let Some(Promise::Exists(id)) = &promise {
                let request = plan.ask.repeat.as_ref().map(|(id, _)| id.clone());
                seen.started(*id, request)?;
            }
            Ok::<_, String>(promise)
        });
        match judged {
            Ok(Some(promise)) => self.promises.borrow_mut().push(promise),
            Ok(None) => {}
            Err(what) => self.book.wrong(what),
        }
        if let (Ok(id), 200 | 202) = (answer.text("operationId").parse(), answer.status) {
            let location = answer.location().to_owned();
            self.known.borrow_mut().push(Known { name: plan.name, id, location });
        }
    }
}

/// What a client keeps of an answer.
fn learn(client: &mut Client, plan: &Plan, answer: &Answer) {
    let place = OFFERS.iter().position(|name| *name == plan.name);
    if let (Kind::Offer | Kind::Put, Some(tag), Some(place)) = (plan.kind, answer.tag(), place)
        && let Some(parsed) = IfMatch::parse(tag).and_then(|tags| tags.sent())
        && let [sent] = parsed.as_slice()
    {
        client.tags[place] = Some((tag.to_owned(), sent.publishing_version));
    }
}
