//! POST publish: snapshot the draft and start its way to the preview.

use super::{Decide, Guard, existing, refuse_while_running};
use crate::actor::Actor;
use crate::decision::{Started, Verdict};
use crate::ids::{OperationId, PublisherTime};
use crate::note::{Note, NoteAt};
use crate::offer::Aggregate;
use crate::operation::{Goal, Head, Step, Submission};
use crate::plan::StepPlan;
use crate::refusal::Refusal;
use crate::transition::Transition;

/// A finding of the checks that does not stop the publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// PascalCase code.
    pub code: String,
    /// JSON path in the definition.
    pub target: String,
    /// The words.
    pub text: String,
}

/// What the checks that need no I/O said of the very draft that is published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checked {
    /// It is fit; `revision` is the draft's.
    Fit { revision: u64, warnings: Vec<Warning> },
    /// It is not: it has so many findings.
    Unfit { count: usize },
}

/// Starts a publish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publish {
    /// The GUID of the new operation.
    pub id: OperationId,
    /// Who asks.
    pub by: Actor,
    /// Who wants to hear of it.
    pub emails: Vec<String>,
    /// Whether the offer is migrated, unless it says so itself.
    pub migrated_by_default: bool,
    /// The steps, scenario applied.
    pub plan: Vec<StepPlan>,
    /// What the checks said.
    pub checked: Checked,
    /// The concurrency guard.
    pub guard: Guard,
}

impl Decide for Publish {
    type Reply = Started;

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<Started>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        self.guard.check(&state.offer)?;
        refuse_while_running(&state)?;
        let (revision, warnings) = match self.checked {
            Checked::Fit { revision, warnings } => (revision, warnings),
            Checked::Unfit { count } => return Err(Refusal::ValidationFailed { count }),
        };
        if revision != state.offer.draft.revision {
            return Err(Refusal::DraftChanged);
        }
        let Aggregate { mut offer, .. } = state;
        let migrated = offer.migrated.unwrap_or(self.migrated_by_default);
        let head = Head { emails: self.emails, ..Head::next(&offer, self.id, self.by, migrated, now) };
        let mut publish =
            Submission::new(head, Goal::Publish, self.plan.into_iter().map(Step::new).collect());
        if let Some(first) = publish.steps.first_mut() {
            first.notes = warnings
                .into_iter()
                .map(|Warning { code, target, text }| NoteAt {
                    at: now,
                    note: Note::Warning { code, target, text },
                })
                .collect();
        }
        offer.version += 1;
        Ok(Transition::new(offer, now, present).start(publish))
    }
}
