//! One connection: how far its request is, and whether it has shown a good token.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::address::network;
use super::connection_places::Places;

/// How far a connection is. It goes round: one request after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// No byte of a request has come since the last reply was out.
    Waiting,
    /// A request has begun to come.
    Head,
    /// Its head is here; it is being answered.
    Serving,
    /// The reply is made, but may not be out yet.
    Ending,
}

/// Why a connection has one of the few places beyond the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reserved {
    /// Its address has as many connections without a token as it may.
    Address,
    /// The server has as many connections as it may.
    Server,
}

/// What is known of a connection. Its tasks share it.
pub(crate) struct Conn {
    pub(super) id: u64,
    pub(super) peer: SocketAddr,
    /// What its address counts as.
    pub(super) network: IpAddr,
    places: Arc<Places>,
    state: Mutex<State>,
    good_token: AtomicBool,
    body_whole: AtomicBool,
    /// Bytes may come that will not be read for their own sake, so that closing has to wait for them.
    lingers: AtomicBool,
    leave: Notify,
}

struct State {
    phase: Phase,
    /// Grows with every change of `phase`.
    turn: u64,
    /// From when on the silence of this connection is long enough to make room; `None`: it is not silent.
    idle_from: Option<Instant>,
    known: bool,
    reserved: Option<Reserved>,
}

/// The moment after this time: on the clock of the runtime, which a test may stop.
pub(super) fn after(time: Duration) -> Instant {
    tokio::time::sleep(time).deadline()
}

impl Conn {
    pub(super) fn new(
        id: u64,
        peer: SocketAddr,
        places: Arc<Places>,
        known: bool,
        reserved: Option<Reserved>,
    ) -> Self {
        let idle_from = Some(after(places.settings.silence));
        let state = State { phase: Phase::Waiting, turn: 0, idle_from, known, reserved };
        Self {
            id,
            peer,
            network: network(peer.ip()),
            places,
            state: Mutex::new(state),
            good_token: AtomicBool::new(false),
            body_whole: AtomicBool::new(false),
            lingers: AtomicBool::new(false),
            leave: Notify::new(),
        }
    }

    pub(super) fn places(&self) -> &Arc<Places> {
        &self.places
    }

    pub(super) fn phase(&self) -> Phase {
        self.state.lock().phase
    }

    fn enter(&self, phase: Phase) {
        let mut state = self.state.lock();
        if state.phase == phase {
            return;
        }
        state.phase = phase;
        state.turn += 1;
        match phase {
            Phase::Waiting => state.idle_from = Some(after(self.places.settings.silence)),
            Phase::Head => {}
            Phase::Serving | Phase::Ending => state.idle_from = None,
        }
    }

    /// Bytes came.
    pub(super) fn heard(&self) {
        if self.phase() == Phase::Waiting {
            self.enter(Phase::Head);
        }
    }

    /// A request's head is here.
    pub(super) fn begins(&self, has_body: bool) {
        self.good_token.store(false, Ordering::Relaxed);
        self.body_whole.store(!has_body, Ordering::Relaxed);
        self.enter(Phase::Serving);
    }

    /// The reply is made.
    pub(super) fn answered(&self) {
        self.enter(Phase::Ending);
    }

    /// All that was written is out.
    pub(super) fn flushed(&self) {
        if self.phase() == Phase::Ending {
            self.enter(Phase::Waiting);
        }
    }

    /// How long the next bytes may take, and of which turn that is said; `None`: somebody else sees to it.
    pub(super) fn read_limit(&self) -> Option<(u64, Duration)> {
        let state = self.state.lock();
        let settings = &self.places.settings;
        match state.phase {
            Phase::Waiting if state.known => Some((state.turn, settings.idle)),
            Phase::Waiting | Phase::Head => Some((state.turn, settings.head)),
            Phase::Serving | Phase::Ending => None,
        }
    }

    /// The request carries a good token, or asked for one with a good secret.
    pub(crate) fn good_token(&self) {
        self.good_token.store(true, Ordering::Relaxed);
        self.recognise();
    }

    /// All of the request's body is here.
    pub(super) fn body_whole(&self) {
        self.body_whole.store(true, Ordering::Relaxed);
        self.recognise();
    }

    fn recognise(&self) {
        let both = self.good_token.load(Ordering::Relaxed) && self.body_whole.load(Ordering::Relaxed);
        if both && !self.is_known() {
            self.places.recognise(self);
        }
    }

    /// The connection is known from now on; whether it was not before.
    pub(super) fn become_known(&self) -> bool {
        !std::mem::replace(&mut self.state.lock().known, true)
    }

    pub(super) fn is_known(&self) -> bool {
        self.state.lock().known
    }

    /// From when on this connection may be closed for others.
    pub(super) fn idle_from(&self) -> Option<Instant> {
        self.state.lock().idle_from
    }

    pub(super) fn reserved(&self) -> Option<Reserved> {
        self.state.lock().reserved
    }

    pub(super) fn set_reserved(&self, reserved: Option<Reserved>) {
        self.state.lock().reserved = reserved;
    }

    /// Asks the connection to make room at once.
    pub(super) fn evict(&self) {
        self.leave.notify_one();
    }

    /// Ready when the connection has to make room.
    pub(super) async fn evicted(&self) {
        self.leave.notified().await;
    }

    /// From now on closing waits for what is still coming.
    pub(super) fn linger(&self) {
        self.lingers.store(true, Ordering::Relaxed);
    }

    pub(super) fn lingers(&self) -> bool {
        self.lingers.load(Ordering::Relaxed)
    }
}
