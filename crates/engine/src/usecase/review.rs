//! A reviewer's yes or no.

use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::command::{Review, ReviewDecision};
use signoff_lifecycle::ids::{OfferKey, OperationId};

use super::audit::AuditedAction;
use super::{Done, Plain};
use crate::engine::Engine;
use crate::error::EngineError;

/// A reviewer's word.
#[derive(Clone, Debug)]
pub struct ReviewRequest {
    /// Who says so.
    pub by: Actor,
    /// The operation.
    pub operation: OperationId,
    /// The step that waits.
    pub step: String,
    /// What is said.
    pub decision: ReviewDecision,
}

impl Engine {
    /// Approves or rejects a step that waits for a person.
    ///
    /// # Errors
    /// If the step waits for no decision, if the publisher lets no author approve and it is the author who does, and
    /// failures of the store.
    pub async fn review(&self, key: &OfferKey, request: ReviewRequest) -> Result<Done<()>, EngineError> {
        // A no may come from anybody who may review.
        let self_review = request.decision != ReviewDecision::Approve
            || self.publisher(&key.publisher).await?.is_none_or(|record| record.self_review);
        let audited = AuditedAction::review(request.step.clone(), &request.decision);
        let review = Review {
            operation: request.operation,
            step: request.step,
            by: request.by,
            decision: request.decision,
            self_review,
        };
        self.execute(key, Plain::audited(audited, review)).await
    }
}
