//! What the development mode can do: scenarios, test clocks, snapshot, restore, reset.

mod clock;
mod scenario;
mod shared;
mod state;
mod turn;

pub use clock::AdvanceError;
pub use scenario::{Scenario, StepScenario};

use std::collections::HashMap;
use std::sync::atomic::AtomicU64;

use parking_lot::RwLock;

/// Scenarios, kept beside the store so that no publish has to look there for nothing.
#[derive(Default)]
pub(crate) struct Lab {
    /// By publisher and offer.
    scenarios: RwLock<HashMap<(String, String), Scenario>>,
    /// Held while what is kept is changed along with what is stored, or taken from there: both change in the same
    /// order.
    changing: tokio::sync::Mutex<()>,
    /// Stands for the state that was seen last; of a shared store alone.
    world: parking_lot::Mutex<Option<String>>,
    /// How often another one was seen.
    worlds: AtomicU64,
    /// How often the clocks were found otherwise, or the state was.
    moves: AtomicU64,
}
