//! The plan of an operation: which steps it takes, what a cancel finds in each, and what a script changes.

use serde::{Deserialize, Serialize};

use crate::ids::Micros;
use crate::webhook::Webhook;

/// How often a passing error is tried again within a step or an undo (contract, "Operations otherwise").
pub const RETRIES: u32 = 5;

/// Who does the work of a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Executor {
    /// Checks what needs I/O, and removes what a failed cancellation left behind.
    Validate,
    /// A reviewer approves or rejects.
    Manual,
    /// Nothing but time passes.
    Simulated,
    /// A third party does it, asked by signed requests.
    Webhook,
    /// Replicates the images.
    Provision,
    /// Builds the package of the preview.
    Package,
    /// Fills the preview slot and waits for the publisher.
    Signoff,
    /// Prepares, switches the production slot, propagates.
    Live,
}

/// What a cancel finds once the step has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CancelPolicy {
    /// The step stops on the spot: 200.
    Interrupt,
    /// Something must be undone: 202.
    Undo,
    /// The point of no return: 400, from the step's start on.
    Refuse,
}

/// How a scripted step ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It succeeds.
    #[default]
    Succeed,
    /// It fails.
    Fail,
}

/// What a scenario changes of a step; read when the operation starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Script {
    /// How the step ends. `Fail` without `fail_times` is final at once.
    pub outcome: Outcome,
    /// The words of the failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The first so many attempts fail as passing errors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fail_times: Option<u32>,
    /// How its undo ends. `Fail` is final.
    pub undo_outcome: Outcome,
    /// The step stops before its result is recorded until it is released.
    pub hold: bool,
}

/// One step as it will run, pipeline and scenario put together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct StepPlan {
    /// The step's id on the wire, e.g. `displaycertify`.
    pub id: String,
    /// Who does the work.
    pub executor: Executor,
    /// What a cancel finds once the step has begun.
    pub cancel: CancelPolicy,
    /// Time from the step's start to its result, on the publisher's clock.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub duration: Micros,
    /// Time that its undo takes.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub undo_duration: Micros,
    /// Time from the switch of the production slot to the end (`live` only).
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub propagate: Micros,
    /// Time before the first retry; doubles with each further one.
    #[serde(default, skip_serializing_if = "Micros::is_zero")]
    pub back_off: Micros,
    /// What a scenario says of the step.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub script: Option<Box<Script>>,
    /// What is agreed with the third party that does the step (`webhook` only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook: Option<Box<Webhook>>,
}

impl StepPlan {
    /// Whether the scenario holds the step before its result is recorded.
    pub fn holds(&self) -> bool {
        self.script.as_ref().is_some_and(|script| script.hold)
    }

    /// Time before retry number `retry` (from 1 on).
    pub fn back_off_before(&self, retry: u32) -> Micros {
        Micros(self.back_off.0.saturating_mul(1 << retry.saturating_sub(1).min(RETRIES)))
    }
}
