//! What the audit log says of a change that a person asked for.

use signoff_lifecycle::command::{ReviewDecision, StopLevel};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::Aggregate;
use signoff_store::contract::AuditEntry;

use crate::engine::Engine;

/// What was asked for.
#[derive(Clone)]
pub(crate) struct AuditedAction {
    action: &'static str,
    subject: Option<String>,
    reason: Option<String>,
}

impl AuditedAction {
    /// An action about which there is nothing more to say.
    pub(super) fn plain(action: &'static str) -> Self {
        Self { action, subject: None, reason: None }
    }

    /// A cancel that goes so far.
    pub(super) fn stop(level: StopLevel, reason: Option<String>) -> Self {
        let action = match level {
            StopLevel::Cancel => "cancel",
            StopLevel::Force => "force",
            StopLevel::Kill => "kill",
        };
        Self { reason, ..Self::plain(action) }
    }

    /// What a reviewer says of a step.
    pub(super) fn review(step: String, decision: &ReviewDecision) -> Self {
        let (action, reason) = match decision {
            ReviewDecision::Approve => ("approve", None),
            ReviewDecision::Reject { reason } => ("reject", reason.clone()),
        };
        Self { action, subject: Some(step), reason }
    }
}

impl Engine {
    /// The entry of a change to an offer, which then is as `state` says.
    pub(super) fn audit_entry(
        &self,
        asked: AuditedAction,
        state: &Aggregate,
        outcome: &str,
        now: PublisherTime,
    ) -> Option<AuditEntry> {
        let AuditedAction { action, subject, reason } = asked;
        let target = state.target().filter(|_| action != "put");
        let entry = AuditEntry {
            offer: Some(state.offer.id.clone()),
            operation: target.map(|target| target.head.id),
            subject,
            reason,
            ..self.audit_entry_for(action, outcome, now)?
        };
        Some(entry)
    }

    /// The entry of any change to what is a publisher's; `None` if nobody asks.
    pub fn audit_entry_for(&self, action: &str, outcome: &str, now: PublisherTime) -> Option<AuditEntry> {
        let audit_actor = self.audit_actor.as_ref()?;
        Some(AuditEntry {
            at: now,
            by: audit_actor.by.clone(),
            role: audit_actor.role.clone(),
            action: action.to_owned(),
            offer: None,
            operation: None,
            subject: None,
            outcome: outcome.to_owned(),
            reason: None,
            request: audit_actor.request.clone(),
        })
    }
}
