//! A state of the modelled system: what is stored, what is in the world, and what everybody has in hand.

use crate::brief::Promises;
use crate::call::{By, Call, Outcome, Which};
use crate::fault::Fault;
use crate::job::Job;
use crate::memo::{Broken, Committed, StoredId};
use crate::world::World;

/// No configuration has more offers, clients or workers.
pub(crate) const OFFERS: usize = 2;
pub(crate) const CLIENTS: usize = 3;
pub(crate) const WORKERS: usize = 3;

/// One offer: durable, all of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OfferState {
    /// What the store holds.
    pub(crate) stored: StoredId,
    /// What is in the world.
    pub(crate) world: World,
    /// What clients were told of the newest publish or golive.
    pub(crate) promises: Promises,
}

/// What a load is worth: a commit compares the revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Load {
    /// Nothing was committed since.
    Fresh,
    /// This was loaded, and something was committed since.
    Stale(StoredId),
}

/// A request on its way through a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Client {
    Idle,
    /// It was loaded and decided, and will be committed.
    Asking {
        offer: u8,
        call: Call,
        load: Load,
    },
}

/// Someone who does work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Worker {
    Idle,
    Busy(Piece),
}

/// A piece of work that a worker claimed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Piece {
    pub(crate) offer: u8,
    pub(crate) of: Which,
    pub(crate) job: Job,
    /// Its number is still that of the work that is outstanding.
    pub(crate) waited_for: bool,
    /// Nobody has claimed it since.
    pub(crate) leased: bool,
    /// The result, and the load on which it was decided.
    pub(crate) hand: Option<(Outcome, Load)>,
}

/// Everything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct State {
    pub(crate) offers: [OfferState; OFFERS],
    pub(crate) clients: [Client; CLIENTS],
    pub(crate) workers: [Worker; WORKERS],
    /// The rule that the last step broke. Nothing follows it.
    pub(crate) broken: Option<Broken>,
}

impl State {
    pub(crate) fn new(stored: StoredId) -> Self {
        let offer = OfferState { stored, ..OfferState::default() };
        Self {
            offers: [offer; OFFERS],
            clients: [Client::Idle; CLIENTS],
            workers: [Worker::Idle; WORKERS],
            broken: None,
        }
    }

    /// Everybody else's view after a commit on `offer`, which held `old`.
    pub(crate) fn age(&mut self, offer: u8, old: StoredId, committed: &Committed) {
        let stale = |load: &mut Load| {
            if *load == Load::Fresh {
                *load = Load::Stale(old);
            }
        };
        for client in &mut self.clients {
            if let Client::Asking { offer: of, call, load } = client
                && *of == offer
            {
                stale(load);
                *call = aged(*call, committed.started);
            }
        }
        for worker in &mut self.workers {
            if let Worker::Busy(piece) = worker
                && piece.offer == offer
            {
                if let Some((_, load)) = &mut piece.hand {
                    stale(load);
                }
                let finished = match piece.of {
                    Which::Target => committed.finished_work[0],
                    Which::Cancellation => committed.finished_work[1],
                    Which::Gone => true,
                };
                if committed.started == Some(Which::Target) {
                    piece.of = Which::Gone;
                }
                let is_over = finished || piece.of == Which::Gone;
                piece.waited_for &= !is_over;
                piece.leased &= !is_over;
            }
        }
    }

    /// The normal form: who is who does not matter, nor does anything that nobody can look at again.
    pub(crate) fn normalised(mut self, fault: Option<Fault>, offers: usize) -> Self {
        for client in &mut self.clients {
            if let Client::Asking { call, load: load @ Load::Stale(_), .. } = client {
                if fault != Some(Fault::NoCompare) {
                    *load = Load::Stale(0);
                }
                if *call == Call::Cancel(By::Tag(false)) {
                    // Always refused, like one that names an operation which is gone.
                    *call = Call::Cancel(By::Name(Which::Gone));
                }
            }
        }
        for worker in &mut self.workers {
            if let Worker::Busy(piece) = worker {
                piece.forget(fault);
            }
        }
        self.sort();
        if offers < 2 {
            return self;
        }
        self.min(self.swapped())
    }

    fn sort(&mut self) {
        self.clients.sort_unstable();
        self.workers.sort_unstable();
    }

    fn swapped(mut self) -> Self {
        self.offers.swap(0, 1);
        for client in &mut self.clients {
            if let Client::Asking { offer, .. } = client {
                *offer = 1 - *offer;
            }
        }
        for worker in &mut self.workers {
            if let Worker::Busy(piece) = worker {
                piece.offer = 1 - piece.offer;
            }
        }
        self.sort();
        self
    }
}

impl Piece {
    /// Drops what cannot matter any more: the comparison refuses a stale load with any content, and of
    /// work that was taken back only an undo can still touch the world.
    fn forget(&mut self, fault: Option<Fault>) {
        if let Some((_, Load::Stale(base))) = &mut self.hand
            && fault != Some(Fault::NoCompare)
        {
            *base = 0;
        }
        if self.waited_for {
            return;
        }
        let harmless = !matches!(self.job.kind, crate::job::JobKind::Undo) || self.of == Which::Gone;
        if let Some((outcome, _)) = &mut self.hand {
            self.job = Job::NONE;
            *outcome = Outcome::Done;
        } else if harmless && fault != Some(Fault::ArtifactUnfenced) {
            self.job = Job { kind: self.job.kind, does: self.job.does, ..Job::NONE };
        }
    }
}

/// What a request means after an operation started.
fn aged(call: Call, started: Option<Which>) -> Call {
    match (call, started) {
        (Call::Cancel(By::Tag(_)), Some(_)) => Call::Cancel(By::Tag(false)),
        (Call::Cancel(By::Name(_)), Some(Which::Target)) => Call::Cancel(By::Name(Which::Gone)),
        _ => call,
    }
}
