//! Which store call meets which fault, drawn as the calls come.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use signoff_store::testing::{Entry, Fault, Faults};

use crate::book::Book;
use crate::draw::Draw;
use crate::profile::Rates;

/// Draws the faults of one history. Clones share what they draw from.
#[derive(Clone)]
pub(crate) struct Drawn {
    shared: Arc<Mutex<State>>,
    book: Arc<Book>,
}

struct State {
    draw: Draw,
    rates: Rates,
}

impl Drawn {
    pub(crate) fn new(seed: u64, rates: Rates, book: Arc<Book>) -> Self {
        let state = State { draw: Draw::of(seed, "store"), rates };
        Self { shared: Arc::new(Mutex::new(state)), book }
    }

    /// Nothing goes wrong any more.
    pub(crate) fn stop(&self) {
        self.shared.lock().rates = Rates::default();
    }
}

impl Faults for Drawn {
    fn meets(&mut self, call: &Entry, _: u64) -> Option<Fault> {
        let State { draw, rates } = &mut *self.shared.lock();
        // Writes are where it hurts.
        let weight = if matches!(call.method, "commit" | "put_artifact" | "remove_artifact") { 4 } else { 1 };
        let span = |draw: &mut Draw, most: u64| Duration::from_millis(draw.below(most + 1));
        let fault = if rates.crashes > 0 && draw.happens(rates.crash * weight) {
            rates.crashes -= 1;
            draw.one_of(&[Fault::CrashBefore, Fault::CrashAfter])
        } else if draw.happens(rates.error * weight) {
            Fault::Error
        } else if draw.happens(rates.reply_lost * weight) {
            Fault::ReplyLost
        } else if draw.happens(rates.slow) {
            Fault::Slow { before: span(draw, rates.slow_millis), after: span(draw, rates.slow_millis) }
        } else {
            return None;
        };
        self.book.fault(fault, call);
        Some(fault)
    }
}
