//! The time of a simulation: it passes while nobody has anything to do, and goes on after a crash.
#![expect(
    clippy::disallowed_methods,
    reason = "this reads the virtual clock of the runtime, which stands still"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use signoff_engine::clock::Source;
use signoff_lifecycle::ids::RealTime;
use tokio::time::Instant;

use crate::draw::Draw;

/// When every history begins: 2026-03-05T09:08:07Z.
pub(crate) const BEGIN: RealTime = RealTime(1_772_701_687_000_000);

/// The time of one history. All clones show the same.
#[derive(Clone)]
pub(crate) struct Timeline {
    shared: Arc<Shared>,
}

struct Shared {
    /// What passed before the present runtime, and when that began.
    passed: Mutex<(Duration, Option<Instant>)>,
    /// How far the machine's clock is off, in microseconds: it may be set forward and back.
    off: AtomicI64,
    ids: Mutex<Draw>,
}

impl Timeline {
    pub(crate) fn new(seed: u64) -> Self {
        let shared = Shared {
            passed: Mutex::new((Duration::ZERO, None)),
            off: AtomicI64::new(0),
            ids: Mutex::new(Draw::of(seed, "ids")),
        };
        Self { shared: Arc::new(shared) }
    }

    /// A runtime begins here. To be called within it.
    pub(crate) fn begin(&self) {
        self.shared.passed.lock().1 = Some(Instant::now());
    }

    /// The runtime ends here; nothing happens for so long. To be called within it.
    pub(crate) fn end(&self, pause: Duration) {
        let passed = self.passed() + pause;
        *self.shared.passed.lock() = (passed, None);
    }

    /// How long the history is. It never goes back.
    pub(crate) fn passed(&self) -> Duration {
        let (before, since) = *self.shared.passed.lock();
        before + since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    /// Sets the machine's clock forward or back.
    pub(crate) fn jump(&self, micros: i64) {
        self.shared.off.fetch_add(micros, Ordering::SeqCst);
    }
}

impl Source for Timeline {
    fn now(&self) -> RealTime {
        let passed = i64::try_from(self.passed().as_micros()).unwrap_or(i64::MAX);
        RealTime(BEGIN.0 + passed + self.shared.off.load(Ordering::SeqCst))
    }

    fn random(&self) -> [u8; 16] {
        let mut ids = self.shared.ids.lock();
        (u128::from(ids.next()) << 64 | u128::from(ids.next())).to_be_bytes()
    }
}
