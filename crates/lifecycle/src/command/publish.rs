//! POST publish: snapshot the draft and start its way to the preview.

use super::{Guard, refuse_while_running};
use crate::actor::Actor;
use crate::decision::{Event, Reply, Verdict};
use crate::ids::{OperationId, Timestamp};
use crate::note::{Note, NoteAt};
use crate::offer::Aggregate;
use crate::operation::{Kind, Operation, Phase, Slot, Step};
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
    /// It is not.
    Unfit,
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

impl Publish {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let now = state.at(present);
        self.guard.check(&state)?;
        refuse_while_running(&state)?;
        let Checked::Fit { revision, warnings } = self.checked else {
            return Err(Refusal::ValidationFailed);
        };
        if revision != state.offer.draft.revision {
            return Err(Refusal::DraftChanged);
        }
        let offer = &state.offer;
        let mut operation = Operation {
            id: self.id,
            kind: Kind::Publish,
            publishing_version: offer.publishing_version + 1,
            slot: Slot::Preview,
            offer_type: offer.offer_type.clone(),
            offer_version: offer.version,
            previous: offer.newest,
            migrated: offer.migrated.unwrap_or(self.migrated_by_default),
            by: self.by,
            emails: self.emails,
            created_at: now,
            changed_at: now,
            revision: 0,
            phase: Phase::Running,
            steps: self.plan.into_iter().map(Step::new).collect(),
            undo: Vec::new(),
            outstanding: None,
            last_attempt: 0,
            released: Vec::new(),
            notes: Vec::new(),
        };
        if let Some(first) = operation.steps.first_mut() {
            first.notes = warnings
                .into_iter()
                .map(|Warning { code, target, text }| NoteAt {
                    at: now,
                    note: Note::Warning { code, target, text },
                })
                .collect();
        }
        let reply = Reply::Started((&operation).into());
        let mut transition = Transition::new(state, present);
        transition.start(operation);
        transition.state.offer.version += 1;
        transition.notify(Event::Started);
        transition.begin_next_step();
        Ok(transition.finish(reply))
    }
}
