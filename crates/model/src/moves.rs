//! What comes of each action of the modelled system.

use crate::brief::{Standing, is_kept};
use crate::call::{Call, Outcome, Which};
use crate::fault::Fault;
use crate::job::{Does, JobKind};
use crate::memo::Told;
use crate::rules::{Breach, Rule};
use crate::seen;
use crate::state::{Client, Load, Piece, State, Worker};
use crate::store::Stored;
use crate::system::System;

impl System {
    pub(crate) fn ask(&self, state: &mut State, offer: u8, call: Call) {
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
    fn decided(&self, state: &mut State, offer: u8, call: Call) -> Told {
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

    pub(crate) fn commit_client(&self, state: &mut State, client: usize, lost: bool) {
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

    pub(crate) fn claim(&self, state: &mut State, offer: u8, of: Which) {
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

    pub(crate) fn work(&self, state: &mut State, worker: usize, outcome: Outcome, effect: bool) {
        let Worker::Busy(mut piece) = state.workers[worker] else { return };
        if effect {
            self.touch(state, &piece);
        } else if piece.job.does == Does::Make && !piece.leased {
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
        let of = &mut state.offers[usize::from(piece.offer)];
        if piece.job.does == Does::Sweep {
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

    pub(crate) fn record(&self, state: &mut State, worker: usize, lost: bool) {
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

    pub(crate) fn crash(&self, state: &mut State) {
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
