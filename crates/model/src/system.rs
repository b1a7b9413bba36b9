//! The modelled system: clients, a store, workers and the world around the real `decide`.
//!
//! Every action is one thing that nothing can come between: a transaction, a load, an effect in the world. Between any
//! two of them anybody else may act, a worker may die, and the node may crash, as often as it likes.

use stateright::{Model, Property};

use crate::call::{Call, Outcome, Which};
use crate::fault::Fault;
use crate::job::{Job, JobKind};
use crate::memo::{Memo, is_kept};
use crate::rules::{Breach, Rule};
use crate::seen;
use crate::state::{Client, Load, Piece, State, Worker};
use crate::store::Stored;

/// One thing that happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A client sends a request: a node loads the offer and decides. What changes nothing is answered at once.
    Ask { offer: u8, call: Call },
    /// The request of this client is committed and answered; `lost`: the answer does not arrive, and it is sent again.
    /// If the offer changed since its load, it is loaded and decided anew.
    Commit { client: usize, lost: bool },
    /// An idle worker claims work that is due; whoever had it before has had it too long.
    Claim { offer: u8, of: Which },
    /// A worker does its work, with this effect in the world or none, and decides on its result.
    Work { worker: usize, outcome: Outcome, effect: bool },
    /// A worker commits its result; `lost`: it does not hear of it, and does it again.
    Record { worker: usize, lost: bool },
    /// A worker dies, and what it had in hand is lost. Its lease runs out.
    Die { worker: usize },
    /// The node dies and starts again: requests, loads, results and leases are lost.
    Crash,
}

/// A configuration of the system; see [`crate::configuration`].
pub struct System {
    pub(crate) memo: Memo,
    pub(crate) offers: u8,
    pub(crate) clients: usize,
    pub(crate) workers: usize,
    /// What clients send.
    pub(crate) menu: Vec<Call>,
    /// How work may end besides well.
    pub(crate) failures: Vec<Outcome>,
    /// Nothing is started on an offer with more leftovers.
    pub(crate) leftovers: u8,
}

impl Model for System {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        let stored = Stored::new().into_iter();
        stored.map(|stored| State::new(self.memo.id(stored))).collect()
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        self.requests(state, actions);
        for offer in 0..self.offers {
            self.claims(state, offer, actions);
        }
        for (worker, other) in state.workers.iter().enumerate() {
            if let Worker::Busy(piece) = other
                && (worker == 0 || state.workers[worker - 1] != *other)
            {
                self.moves(state, worker, piece, actions);
            }
        }
        actions.push(Action::Crash);
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut next = *last;
        match action {
            Action::Ask { offer, call } => self.ask(&mut next, offer, call),
            Action::Commit { client, lost } => self.commit_client(&mut next, client, lost),
            Action::Claim { offer, of } => self.claim(&mut next, offer, of),
            Action::Work { worker, outcome, effect } => self.work(&mut next, worker, outcome, effect),
            Action::Record { worker, lost } => self.record(&mut next, worker, lost),
            Action::Die { worker } => next.workers[worker] = Worker::Idle,
            Action::Crash => self.crash(&mut next),
        }
        let next = next.normalised(self.memo.fault, usize::from(self.offers));
        (next != *last).then_some(next)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        vec![
            Property::always(Rule::OneRuns.says(), |_: &Self, state: &State| state.keeps(Rule::OneRuns)),
            Property::always(Rule::EndsOnce.says(), |_: &Self, state: &State| state.keeps(Rule::EndsOnce)),
            Property::always(Rule::CanceledAtOnce.says(), |_: &Self, state: &State| {
                state.keeps(Rule::CanceledAtOnce)
            }),
            Property::always(Rule::CancellationUndoes.says(), |_: &Self, state: &State| {
                state.keeps(Rule::CancellationUndoes)
            }),
            Property::always(Rule::PointOfNoReturn.says(), |_: &Self, state: &State| {
                state.keeps(Rule::PointOfNoReturn)
            }),
            Property::always(Rule::SlotsSwitch.says(), |_: &Self, state: &State| {
                state.keeps(Rule::SlotsSwitch)
            }),
            Property::always(Rule::WorkIsFenced.says(), |_: &Self, state: &State| {
                state.keeps(Rule::WorkIsFenced)
            }),
            Property::always(Rule::AnswersLast.says(), |_: &Self, state: &State| {
                state.keeps(Rule::AnswersLast)
            }),
            Property::always(Rule::ToldOnce.says(), |_: &Self, state: &State| state.keeps(Rule::ToldOnce)),
            Property::always(Rule::SameAnswer.says(), |_: &Self, state: &State| {
                state.keeps(Rule::SameAnswer)
            }),
            Property::always(Rule::EverythingEnds.says(), |_: &Self, state: &State| {
                state.keeps(Rule::EverythingEnds)
            }),
        ]
    }
}

impl State {
    fn keeps(&self, rule: Rule) -> bool {
        self.broken.is_none_or(|(broken, _)| broken != rule)
    }
}

/// What can happen.
impl System {
    fn requests(&self, state: &State, actions: &mut Vec<Action>) {
        let asking = state.clients.iter().filter(|client| **client != Client::Idle).count();
        if asking < self.clients {
            for offer in 0..self.offers {
                let menu = self.menu.iter().filter(|call| !self.is_beyond(state, offer, **call));
                actions.extend(menu.map(|call| Action::Ask { offer, call: *call }));
            }
        }
        for (client, other) in state.clients.iter().enumerate() {
            let twin = client > 0 && state.clients[client - 1] == *other;
            if let (Client::Asking { load, .. }, false) = (other, twin) {
                actions.push(Action::Commit { client, lost: false });
                if *load == Load::Fresh {
                    actions.push(Action::Commit { client, lost: true });
                }
            }
        }
    }

    /// The one bound of the model: leftovers that no publish removes would grow for ever.
    fn is_beyond(&self, state: &State, offer: u8, call: Call) -> bool {
        let brief = self.memo.brief(state.offers[usize::from(offer)].stored);
        matches!(call, Call::Publish | Call::GoLive) && brief.leftovers > self.leftovers
    }

    fn claims(&self, state: &State, offer: u8, actions: &mut Vec<Action>) {
        let busy = state.workers.iter().filter(|worker| **worker != Worker::Idle).count();
        if busy >= self.workers {
            return;
        }
        let brief = self.memo.brief(state.offers[usize::from(offer)].stored);
        for (of, job) in [Which::Target, Which::Cancellation].into_iter().zip(brief.due) {
            if job.is_some() {
                actions.push(Action::Claim { offer, of });
            }
        }
    }

    fn moves(&self, state: &State, worker: usize, piece: &Piece, actions: &mut Vec<Action>) {
        actions.push(Action::Die { worker });
        if let Some((_, load)) = piece.hand {
            actions.push(Action::Record { worker, lost: false });
            if load == Load::Fresh && piece.leased {
                actions.push(Action::Record { worker, lost: true });
            }
            return;
        }
        let mut push = |outcome, effect| actions.push(Action::Work { worker, outcome, effect });
        let fault = self.memo.fault;
        let leftovers = self.memo.brief(state.offers[usize::from(piece.offer)].stored).leftovers;
        let Job { kind, makes, sweeps, asks, holds, .. } = piece.job;
        let fenced = !piece.leased && fault != Some(Fault::ArtifactUnfenced);
        if holds {
            push(Outcome::Held, false);
        } else if asks {
            let answers = [Outcome::Waiting, Outcome::AnsweredWell, Outcome::AnsweredBadly, Outcome::Overdue];
            answers.iter().chain(&self.failures).for_each(|outcome| push(*outcome, false));
        } else if makes && fenced {
            push(Outcome::Passing, false);
        } else {
            let touches = makes || kind == JobKind::Undo || sweeps && leftovers > 0;
            let pretends = kind == JobKind::Undo && fault == Some(Fault::UndoPretended);
            push(Outcome::Done, touches && !pretends);
            for failure in &self.failures {
                push(*failure, false);
                if touches {
                    push(*failure, true);
                }
            }
        }
    }
}

/// What comes of it.
impl System {
    fn ask(&self, state: &mut State, offer: u8, call: Call) {
        let told = self.decided(state, offer, call);
        if told.changes {
            let free = state.clients.iter_mut().find(|client| **client == Client::Idle);
            if let Some(client) = free {
                *client = Client::Asking { offer, call, load: Load::Fresh };
            }
            if self.memo.fault == Some(Fault::ReplyBeforeCommit) {
                state.offers[usize::from(offer)].promises |= told.promises;
                self.check_promises(state, offer);
            }
        }
    }

    /// Decides on what is stored now; what changes nothing is answered.
    fn decided(&self, state: &mut State, offer: u8, call: Call) -> crate::memo::Told {
        let of = &mut state.offers[usize::from(offer)];
        let told = self.memo.answer(of.stored, call);
        if !told.changes && told.promises != 0 {
            of.promises |= told.promises;
            self.memo.see(seen::REPEATED_CANCEL);
        }
        if told.broken.is_some() {
            state.broken = told.broken;
        } else {
            self.check_promises(state, offer);
        }
        told
    }

    fn check_promises(&self, state: &mut State, offer: u8) {
        let of = &state.offers[usize::from(offer)];
        if state.broken.is_none() && !is_kept(of.promises, &self.memo.brief(of.stored)) {
            let words = "a client was told what is not recorded".to_owned();
            state.broken = Some(self.memo.broken(Breach { rule: Rule::AnswersLast, words }));
        }
    }

    fn commit_client(&self, state: &mut State, client: usize, lost: bool) {
        let Client::Asking { offer, call, load } = state.clients[client] else { return };
        state.clients[client] = Client::Idle;
        if self.commit(state, offer, load, call, lost) {
            if lost {
                self.memo.see(seen::REPLY_LOST);
                state.clients[client] = Client::Asking { offer, call, load: Load::Stale(0) };
            }
            return;
        }
        self.memo.see(seen::STALE_COMMIT);
        if !self.is_beyond(state, offer, call) && self.decided(state, offer, call).changes {
            state.clients[client] = Client::Asking { offer, call, load: Load::Fresh };
        }
    }

    /// One transaction: compares the revision and writes. Answers whether it was written.
    fn commit(&self, state: &mut State, offer: u8, load: Load, call: Call, lost: bool) -> bool {
        let of = state.offers[usize::from(offer)];
        let base = match load {
            Load::Fresh => of.stored,
            Load::Stale(base) if self.memo.fault == Some(Fault::NoCompare) => base,
            Load::Stale(_) => return false,
        };
        let committed = self.memo.commit(base, of.stored, call);
        self.memo.see(committed.seen);
        state.broken = committed.broken;
        state.age(offer, of.stored, &committed);
        let of = &mut state.offers[usize::from(offer)];
        of.stored = committed.next;
        if committed.started == Some(Which::Target) {
            of.promises = 0;
        }
        if !lost {
            of.promises |= committed.promises;
        }
        match of.world.turned(&committed.turn) {
            Ok(world) => of.world = world,
            Err((rule, words)) if state.broken.is_none() => {
                state.broken = Some(self.memo.broken(Breach { rule, words: words.to_owned() }));
            }
            Err(_) => {}
        }
        self.check_promises(state, offer);
        true
    }

    fn claim(&self, state: &mut State, offer: u8, of: Which) {
        let brief = self.memo.brief(state.offers[usize::from(offer)].stored);
        let Some(job) = brief.due[usize::from(of == Which::Cancellation)] else { return };
        for worker in &mut state.workers {
            if let Worker::Busy(piece) = worker
                && (piece.offer, piece.of, piece.leased) == (offer, of, true)
            {
                piece.leased = false;
                self.memo.see(seen::TWO_WORKERS);
            }
        }
        if let Some(worker) = state.workers.iter_mut().find(|worker| **worker == Worker::Idle) {
            *worker = Worker::Busy(Piece { offer, of, job, waited_for: true, leased: true, hand: None });
        }
    }

    fn work(&self, state: &mut State, worker: usize, outcome: Outcome, effect: bool) {
        let Worker::Busy(mut piece) = state.workers[worker] else { return };
        if effect {
            self.touch(state, &piece);
        } else if piece.job.makes && !piece.leased {
            self.memo.see(seen::FENCED_ARTIFACT);
        }
        if state.broken.is_some() {
            return;
        }
        let call = Call::Result { of: piece.of, waited_for: piece.waited_for, outcome };
        if self.decided(state, piece.offer, call).changes {
            piece.hand = Some((outcome, Load::Fresh));
            state.workers[worker] = Worker::Busy(piece);
        } else {
            self.memo.see(seen::LATE_RESULT);
            state.workers[worker] = Worker::Idle;
        }
    }

    /// The effect of a piece of work in the world.
    fn touch(&self, state: &mut State, piece: &Piece) {
        use crate::memo::Standing;
        let of = &mut state.offers[usize::from(piece.offer)];
        if piece.job.sweeps {
            of.world.left = 0;
            return;
        }
        if piece.job.kind == JobKind::Undo {
            if piece.of != Which::Gone {
                of.world.remove(piece.job.step);
            }
            return;
        }
        if piece.waited_for {
            of.world.make(piece.job.step);
            return;
        }
        // Only a store that does not fence comes here.
        let brief = self.memo.brief(of.stored);
        let rule = match brief.standing {
            Standing::Canceled if !brief.has_cancellation => Rule::CanceledAtOnce,
            Standing::Canceling | Standing::Canceled | Standing::Undoing | Standing::Failed => {
                Rule::CancellationUndoes
            }
            Standing::Running | Standing::Completed | Standing::None => return,
        };
        let words = "an artifact was made after its work had been taken back".to_owned();
        state.broken = Some(self.memo.broken(Breach { rule, words }));
    }

    fn record(&self, state: &mut State, worker: usize, lost: bool) {
        let Worker::Busy(mut piece) = state.workers[worker] else { return };
        let Some((outcome, load)) = piece.hand else { return };
        state.workers[worker] = Worker::Idle;
        if !piece.leased {
            return self.memo.see(seen::FENCED_RESULT);
        }
        let call = Call::Result { of: piece.of, waited_for: piece.waited_for, outcome };
        let written = self.commit(state, piece.offer, load, call, lost);
        if written {
            if lost {
                self.memo.see(seen::REPLY_LOST);
                let gone = if piece.of == Which::Gone { Which::Gone } else { piece.of };
                piece = Piece { of: gone, waited_for: false, leased: false, hand: None, ..piece };
                state.workers[worker] = Worker::Busy(piece);
            }
            return;
        }
        self.memo.see(seen::STALE_COMMIT);
        if self.decided(state, piece.offer, call).changes {
            piece.hand = Some((outcome, Load::Fresh));
            state.workers[worker] = Worker::Busy(piece);
        }
    }

    fn crash(&self, state: &mut State) {
        let in_hand = |worker: &Worker| matches!(worker, Worker::Busy(Piece { hand: Some(_), .. }));
        if state.clients.iter().any(|client| *client != Client::Idle) || state.workers.iter().any(in_hand) {
            self.memo.see(seen::CRASH_IN_HAND);
        }
        state.clients.fill(Client::Idle);
        state.workers.fill(Worker::Idle);
        if self.memo.fault == Some(Fault::WorkInMemory) {
            for offer in &mut state.offers {
                let mut stored = Stored::clone(&self.memo.stored(offer.stored));
                stored.work.clear();
                offer.stored = self.memo.id(stored);
                state.broken = state.broken.or(self.memo.brief(offer.stored).broken);
            }
        }
    }
}
