//! A third party speaks of its own accord.

use signoff_lifecycle::command::{Callback, WebhookReport};
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::refusal::Refusal;

use super::{Done, Plain};
use crate::engine::Engine;
use crate::error::EngineError;

/// A third party's word, whose signature was checked.
#[derive(Clone, Debug)]
pub struct CallbackRequest {
    /// The hook that signed it.
    pub hook: String,
    /// The operation whose step it is.
    pub operation: OperationId,
    /// The step.
    pub step: String,
    /// The key that the request carried.
    pub key: String,
    /// What is said.
    pub said: WebhookReport,
}

impl Engine {
    /// Takes in what a third party says of a step that it was asked to do, or to undo.
    ///
    /// # Errors
    /// [`Refusal::OperationNotFound`] and [`Refusal::StepNotFound`], also for a step that is another hook's;
    /// [`Refusal::NotAwaited`] for what comes too late; and failures of the store.
    pub async fn callback(&self, key: &OfferKey, request: CallbackRequest) -> Result<Done<()>, EngineError> {
        self.is_step_of(key, request.operation, &request.step, &request.hook).await?;
        let callback = Callback {
            operation: request.operation,
            step: request.step,
            key: request.key,
            said: request.said,
        };
        self.execute(key, Plain::new(callback)).await
    }

    /// Finds the step, if it is this hook's.
    ///
    /// # Errors
    /// [`Refusal::OperationNotFound`], [`Refusal::StepNotFound`], and failures of the store.
    pub async fn is_step_of(
        &self,
        key: &OfferKey,
        operation: OperationId,
        step: &str,
        hook: &str,
    ) -> Result<(), EngineError> {
        let cached = self.operation(&key.publisher, operation).await?;
        let cached = cached.filter(|cached| cached.key == *key).ok_or(Refusal::OperationNotFound)?;
        let plan = cached.operation.step(step).map(|step| &step.plan);
        let webhook = plan.and_then(|plan| plan.webhook.as_ref());
        if webhook.is_none_or(|webhook| webhook.hook != hook) {
            return Err(Refusal::no_step(step.to_owned(), cached.operation.steps()).into());
        }
        Ok(())
    }
}
