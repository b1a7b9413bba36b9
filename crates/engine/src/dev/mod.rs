//! What the development mode can do: scenarios, test clocks, snapshot, restore, reset.

mod advance;
mod clock;
mod scenario;
mod shared_state;
mod state;

pub use clock::AdvanceError;
pub use scenario::{Scenario, StepScenario};

use signoff_lifecycle::ids::OfferKey;
use std::collections::HashMap;
use std::sync::atomic::AtomicU64;

use parking_lot::RwLock;

/// Scenarios, kept beside the store so that no publish has to look there for nothing.
pub(crate) struct Dev {
    /// By publisher and offer.
    scenarios: RwLock<HashMap<OfferKey, Scenario>>,
    /// Held while what is kept is changed along with what is stored, or taken from there: both change in the same
    /// order.
    changing: tokio::sync::Mutex<()>,
    /// What other nodes do to the same state; `None`: there are none.
    others: Option<Others>,
}

/// What was seen of the changes that other nodes make.
#[derive(Default)]
struct Others {
    /// Stands for the state that was seen last.
    world: parking_lot::Mutex<Option<String>>,
    /// How often another one was seen.
    state_epoch: AtomicU64,
    /// How often the clocks were found otherwise, or the state was.
    clock_epoch: AtomicU64,
}

impl Dev {
    /// For a store that nobody else writes to.
    pub(crate) fn of_one_node() -> Self {
        Self { scenarios: RwLock::default(), changing: tokio::sync::Mutex::default(), others: None }
    }

    /// For a store that other nodes write to, too.
    pub(crate) fn of_a_cluster() -> Self {
        Self { others: Some(Others::default()), ..Self::of_one_node() }
    }
}
