//! Scenarios: what comes of an offer's next operations.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};
use signoff_lifecycle::ids::{Micros, OfferKey};
use signoff_lifecycle::plan::{CancelPolicy, Outcome};
use signoff_store::StoreError;
use signoff_store::contract::DevKind;

use crate::engine::Engine;

/// What a scenario says of one step. What is `None` stays as the pipeline has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StepScenario {
    /// Time from the step's start to its result.
    pub duration: Option<Micros>,
    /// How it ends.
    pub outcome: Outcome,
    /// The words of its failure.
    pub message: Option<String>,
    /// The first so many attempts fail in passing.
    pub fail_times: Option<u32>,
    /// What a cancel finds in it.
    pub cancel: Option<CancelPolicy>,
    /// Time that its undo takes.
    pub undo_duration: Option<Micros>,
    /// Time from its switch to its end, of `live` only.
    pub propagate_duration: Option<Micros>,
    /// How its undo ends.
    pub undo_outcome: Outcome,
    /// Whether it waits for a release before its result is recorded.
    pub hold: bool,
    /// Whether a reviewer has to approve it.
    pub manual: bool,
}

/// What comes of an offer's next operations, by step id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scenario {
    /// The steps that are not as the pipeline has them.
    pub steps: BTreeMap<String, StepScenario>,
}

impl Engine {
    /// Puts a scenario in the place of the offer's present one; an empty one clears it.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn put_scenario(&self, key: &OfferKey, scenario: Scenario) -> Result<(), StoreError> {
        let body = if scenario.steps.is_empty() {
            None
        } else {
            Some(serde_json::to_string(&scenario).map_err(|error| StoreError::Corrupt(error.to_string()))?)
        };
        let clears = body.is_none();
        let _turn = self.shared.dev.changing.lock().await;
        self.shared.store.put_dev_state(DevKind::Scenario, &key.publisher, &key.offer, body).await?;
        let mut scenarios = self.shared.dev.scenarios.write();
        if clears {
            scenarios.remove(key);
        } else {
            scenarios.insert(key.clone(), scenario);
        }
        Ok(())
    }

    /// The offer's scenario.
    pub fn scenario(&self, key: &OfferKey) -> Option<Scenario> {
        let scenarios = self.shared.dev.scenarios.read();
        if !self.shared.settings.dev || scenarios.is_empty() {
            return None;
        }
        scenarios.get(key).cloned()
    }

    pub(super) async fn load_scenarios(&self) -> Result<(), StoreError> {
        let scenarios = self.stored_scenarios().await?;
        *self.shared.dev.scenarios.write() = scenarios;
        Ok(())
    }

    pub(super) async fn stored_scenarios(&self) -> Result<HashMap<OfferKey, Scenario>, StoreError> {
        let read = |(publisher, offer, body): (String, String, String)| {
            let scenario =
                serde_json::from_str(&body).map_err(|error| StoreError::Corrupt(error.to_string()))?;
            Ok((OfferKey::new(publisher, offer), scenario))
        };
        self.shared.store.dev_states(DevKind::Scenario).await?.into_iter().map(read).collect()
    }
}
