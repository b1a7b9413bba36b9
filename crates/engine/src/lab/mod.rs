//! What the development mode can do: scenarios, test clocks, snapshot, restore, reset.

mod clock;
mod scenario;
mod state;

pub use clock::AdvanceError;
pub use scenario::{Scenario, StepScenario};

use std::collections::HashMap;

use parking_lot::RwLock;

/// Scenarios, kept beside the store so that no publish has to look there for nothing.
#[derive(Default)]
pub(crate) struct Lab {
    /// By publisher and offer.
    scenarios: RwLock<HashMap<(String, String), Scenario>>,
    /// Held while a scenario is put, so that what is stored and what is kept change in the same order.
    putting: tokio::sync::Mutex<()>,
}
