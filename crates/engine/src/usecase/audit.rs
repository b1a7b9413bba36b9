//! What the audit log says of a change that a person asked for.

use signoff_lifecycle::command::{Command, ReviewDecision, StopLevel};
use signoff_lifecycle::decision::{Decision, Reply};
use signoff_lifecycle::ids::PublisherTime;
use signoff_store::contract::AuditEntry;

use crate::engine::Engine;

/// What was asked for.
#[derive(Clone)]
pub(super) struct AuditedAction {
    action: &'static str,
    subject: Option<String>,
    reason: Option<String>,
}

impl AuditedAction {
    /// What the command asks for; `None`: it comes from no person, but from work or a scenario.
    pub(super) fn of(command: &Command) -> Option<Self> {
        let plain = |action| Some(Self { action, subject: None, reason: None });
        match command {
            Command::Put(_) => plain("put"),
            Command::Publish(_) => plain("publish"),
            Command::GoLive(_) => plain("golive"),
            Command::Cancel(cancel) => {
                let action = match cancel.level {
                    StopLevel::Cancel => "cancel",
                    StopLevel::Force => "force",
                    StopLevel::Kill => "kill",
                };
                Some(Self { action, subject: None, reason: cancel.reason.clone() })
            }
            Command::Review(review) => {
                let (action, reason) = match &review.decision {
                    ReviewDecision::Approve => ("approve", None),
                    ReviewDecision::Reject { reason } => ("reject", reason.clone()),
                };
                Some(Self { action, subject: Some(review.step.clone()), reason })
            }
            Command::StepResult(_)
            | Command::Callback(_)
            | Command::Hold(_)
            | Command::Release(_)
            | Command::Reschedule(_) => None,
        }
    }
}

impl Engine {
    /// The entry of a change to an offer.
    pub(super) fn audit_entry(
        &self,
        asked: AuditedAction,
        decision: &Decision,
        now: PublisherTime,
    ) -> Option<AuditEntry> {
        let AuditedAction { action, subject, reason } = asked;
        let target = decision.next.target().filter(|_| action != "put");
        let entry = AuditEntry {
            offer: Some(decision.next.offer.id.clone()),
            operation: target.map(|target| target.head.id),
            subject,
            reason,
            ..self.audit_entry_for(action, outcome(&decision.reply), now)?
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

fn outcome(reply: &Reply) -> &'static str {
    match reply {
        Reply::Stored { created: true } => "created",
        Reply::Stored { created: false } => "stored",
        Reply::Started(_) => "started",
        Reply::Canceled(_) | Reply::CancellationEnded(_) => "canceled",
        Reply::Canceling(_) => "canceling",
        Reply::GivenUp(_) => "givenUp",
        Reply::Completed(_) => "completed",
        Reply::NothingToCancel(_) => "nothingToCancel",
        Reply::Recorded => "recorded",
    }
}
