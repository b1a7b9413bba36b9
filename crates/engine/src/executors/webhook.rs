//! `webhook`: a third party does the step, and is told when it is undone.

use std::sync::Arc;

use signoff_lifecycle::command::WorkOutcome;
use signoff_lifecycle::ids::{Micros, Moment};
use signoff_lifecycle::webhook::{Ask, Webhook, WebhookProgress};
use signoff_webhook::{Hooks, NoAnswer, Question};

use super::{StepError, Task};
use crate::clock::Clock;

pub(super) struct ByWebhook {
    hooks: Arc<Hooks>,
    clock: Arc<Clock>,
}

impl ByWebhook {
    pub(super) fn new(hooks: Arc<Hooks>, clock: Arc<Clock>) -> Self {
        Self { hooks, clock }
    }

    /// Asks the third party to do its part or to undo it or, once it has taken the request, how far it is.
    pub(super) async fn ask(
        &self,
        task: &Task<'_>,
        webhook: &Webhook,
        external: Option<&WebhookProgress>,
        ask: Ask,
    ) -> WorkOutcome {
        let accepted = external.is_some_and(|external| external.accepted);
        let again = webhook.poll_every.unwrap_or(Micros(u64::MAX));
        if accepted && webhook.poll_every.is_none() {
            return WorkOutcome::Waiting { progress: None, message: None, again };
        }
        let question = Question {
            ask,
            accepted,
            publisher: &task.key.publisher,
            offer: &task.key.offer,
            offer_type: task.offer_type,
            offer_version: task.offer_version,
            operation: task.operation,
            step: task.step,
            attempt: task.lease.attempt,
            deadline: external.map(|external| external.deadline),
        };
        let asked_at = self.clock.real();
        let answer = self.hooks.ask(&webhook.hook, &question, || self.clock.real()).await;
        question.tell(&webhook.hook, &answer, self.clock.real().since(asked_at));
        match answer {
            Ok(answer) => answer.outcome(again),
            Err(NoAnswer::NotReached(reason)) => WorkOutcome::NotReached { reason },
            Err(NoAnswer::Wrong(reason)) => WorkOutcome::Transient { reason },
        }
    }

    /// Tells the third party to remove what an earlier operation left; it must do so while we wait.
    pub(super) async fn remove(&self, task: &Task<'_>, webhook: &Webhook) -> Result<(), StepError> {
        match self.ask(task, webhook, None, Ask::Cancel).await {
            WorkOutcome::Done { .. } => Ok(()),
            WorkOutcome::Answered(answer) if answer.outcome == signoff_lifecycle::plan::Outcome::Succeed => {
                Ok(())
            }
            WorkOutcome::Answered(answer) => Err(StepError::Permanent(answer.message.unwrap_or_default())),
            WorkOutcome::Permanent { reason } => Err(StepError::Permanent(reason)),
            WorkOutcome::Transient { reason } | WorkOutcome::NotReached { reason } => {
                Err(StepError::Transient(reason))
            }
            WorkOutcome::Waiting { .. } => {
                Err(StepError::Transient("the third party has not removed it yet".to_owned()))
            }
        }
    }
}
