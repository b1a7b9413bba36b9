//! The modelled system: clients, a store, workers and the world around the real `decide`.
//!
//! Every action is one thing that nothing can come between: a transaction, a load, an effect in the world. Between any
//! two of them anybody else may act, a worker may die, and the node may crash, as often as it likes.

use stateright::{Model, Property};

use crate::call::{Call, Outcome, Which};
use crate::fault::Fault;
use crate::job::{Does, Job, JobKind};
use crate::memo::Memo;
use crate::rules::Rule;
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
    /// An idle worker claims work that is due; the worker that had it before had it too long.
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
    pub(crate) fn is_beyond(&self, state: &State, offer: u8, call: Call) -> bool {
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
        let Job { kind, does, holds, .. } = piece.job;
        let undoes = kind == JobKind::Undo;
        let fenced = !piece.leased && fault != Some(Fault::ArtifactUnfenced);
        if holds {
            push(Outcome::Held, false);
        } else if does == Does::Ask {
            let answers = [
                Outcome::NotReached,
                Outcome::Waiting,
                Outcome::AnsweredWell,
                Outcome::AnsweredBadly,
                Outcome::Overdue,
            ];
            answers.iter().chain(&self.failures).for_each(|outcome| push(*outcome, false));
        } else if does == Does::Make && fenced {
            push(Outcome::Transient, false);
        } else {
            let touches = does == Does::Make || undoes || does == Does::Sweep && leftovers > 0;
            let pretends = undoes && fault == Some(Fault::UndoPretended);
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
