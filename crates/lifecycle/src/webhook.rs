//! Steps that a third party does: what is agreed with it beforehand, and what is known of it while it works.

use serde::{Deserialize, Serialize};

use crate::ids::{Micros, Moment, OperationId, PublisherTime};
use crate::plan::{Executor, StepPlan};

/// What a third party that was told of a cancel comes to, if it says nothing until the deadline.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnCancelDeadline {
    /// The undo failed: something of the step may be left.
    #[default]
    Fail,
    /// The undo counts as done, and a message says that no answer came.
    Complete,
}

/// What is agreed with the third party. Its address and the secret stay in the settings, under the hook's name.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Webhook {
    /// The name of the hook in the settings.
    pub hook: String,
    /// How long to wait before asking again for a result; `None`: the third party tells of its own accord.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poll_every: Option<Micros>,
    /// How long the step may take before it fails.
    pub answer_deadline: Micros,
    /// How long the third party may take to undo its part.
    pub cancel_deadline: Micros,
    /// What comes then.
    #[serde(default)]
    pub on_cancel_deadline: OnCancelDeadline,
}

/// Where a third party stands with a step, or with the undo of one.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WebhookProgress {
    /// Until when it may answer, on the publisher's clock.
    pub deadline: PublisherTime,
    /// It has taken the request: from now on it is asked how far it is, or awaited.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// How far it says it is, in percent.
    #[serde(default)]
    pub progress: u8,
    /// It was its own word that ended the matter.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub answered: bool,
}

impl WebhookProgress {
    /// Of a step that begins now; `None` if no third party does it.
    pub(crate) fn of_run(plan: &StepPlan, now: PublisherTime) -> Option<Self> {
        plan.third_party().map(|webhook| Self::until(now.plus(webhook.answer_deadline)))
    }

    /// Of an undo that begins now; `None` if no third party does it.
    pub(crate) fn of_undo(plan: &StepPlan, now: PublisherTime) -> Option<Self> {
        plan.third_party().map(|webhook| Self::until(now.plus(webhook.cancel_deadline)))
    }

    /// Leaves no more time than was `agreed`: by a clock that was ahead, its deadline may be far away.
    pub(crate) fn pull_in(&mut self, agreed: Micros, present: PublisherTime) {
        self.deadline = self.deadline.min(present.plus(agreed));
    }

    fn until(deadline: PublisherTime) -> Self {
        Self { deadline, accepted: false, progress: 0, answered: false }
    }

    /// Whether its time is over.
    pub(crate) fn is_overdue(&self, now: PublisherTime) -> bool {
        now >= self.deadline
    }

    /// The time until it is turned to again: `span`, yet not beyond the deadline, and never none at all.
    pub(crate) fn pause(&self, span: Micros, now: PublisherTime) -> Micros {
        span.min(self.deadline.since(now)).max(SHORTEST_PAUSE)
    }
}

/// Whoever wants to be asked again at once is asked after this time.
const SHORTEST_PAUSE: Micros = Micros::from_millis(1);

impl StepPlan {
    /// What is agreed with the third party that does the step. A scripted step asks no third party.
    pub fn third_party(&self) -> Option<&Webhook> {
        let webhook = self.webhook.as_deref()?;
        (self.executor == Executor::Webhook && self.script.is_none()).then_some(webhook)
    }

    /// Time before retry number `retry` of what is tried until a deadline: doubles up to five minutes.
    pub fn patient_back_off_before(&self, retry: u32) -> Micros {
        let doubled = self.back_off.0.saturating_mul(1 << retry.saturating_sub(1).min(20));
        Micros(doubled.min(LONGEST_BACK_OFF.0))
    }

    /// Time before the next retry of what has been tried in vain for `tried`: as long again, so that it doubles, and
    /// five minutes at most.
    pub fn back_off_after(&self, tried: Micros) -> Micros {
        tried.max(self.back_off).min(LONGEST_BACK_OFF)
    }
}

/// A third party that does not answer is tried at least so often.
const LONGEST_BACK_OFF: Micros = Micros::from_millis(5 * 60 * 1000);

/// What a third party is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ask {
    /// To do its part of the step.
    Run,
    /// To undo it.
    Cancel,
}

impl Ask {
    /// The word in keys.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Cancel => "cancel",
        }
    }
}

/// The idempotency key of what a third party is asked for: the same however often it is asked. `operation` is the
/// one whose step it is, even when a cancellation undoes it.
pub fn work_key(operation: OperationId, step: &str, ask: Ask) -> String {
    format!("{operation}:{step}:{}", ask.as_str())
}

/// Something that a third party found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// A code of its own.
    pub code: String,
    /// What it is about, e.g. a JSON path in the definition.
    pub target: String,
    /// The words.
    pub text: String,
}

/// How a third party's work ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Well or not.
    pub outcome: crate::plan::Outcome,
    /// Its words.
    pub message: Option<String>,
    /// What it found: errors if it did not end well, else warnings.
    pub findings: Vec<Finding>,
}
