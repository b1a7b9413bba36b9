//! POST golive: complete the publish and bring its preview to production.

use super::{Guard, refuse_while_running};
use crate::actor::Actor;
use crate::decision::{Event, Reply, Verdict};
use crate::ids::{OperationId, Timestamp};
use crate::note::Note;
use crate::offer::Aggregate;
use crate::operation::{Kind, Operation, Phase, Slot, Step, StepState};
use crate::plan::{Executor, StepPlan};
use crate::refusal::Refusal;
use crate::transition::Transition;

/// Starts a golive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GoLive {
    /// The GUID of the new operation.
    pub id: OperationId,
    /// Who asks.
    pub by: Actor,
    /// Whether the offer is migrated, unless it says so itself.
    pub migrated_by_default: bool,
    /// The plan of the `live` step, scenario applied.
    pub live: StepPlan,
    /// The concurrency guard.
    pub guard: Guard,
}

impl GoLive {
    pub(super) fn decide(self, state: Aggregate, present: Timestamp) -> Result<Verdict, Refusal> {
        let now = state.at(present);
        self.guard.check(&state)?;
        let at_signoff = state.target.as_ref().is_some_and(Operation::waits_for_signoff);
        if !at_signoff {
            refuse_while_running(&state)?;
        }
        let not_ready = Refusal::NotReadyForGoLive { status: state.status() };
        let Some(predecessor) = state.target.clone() else { return Err(not_ready) };
        let again = predecessor.kind == Kind::GoLive
            && matches!(predecessor.phase, Phase::Canceled { .. } | Phase::Failed { .. });
        let Some(preview) = state.offer.preview.clone().filter(|_| at_signoff || again) else {
            return Err(not_ready);
        };
        let operation = Operation {
            id: self.id,
            kind: Kind::GoLive,
            publishing_version: state.offer.publishing_version + 1,
            slot: Slot::Production,
            offer_type: state.offer.offer_type.clone(),
            offer_version: preview.version,
            previous: state.offer.newest,
            migrated: state.offer.migrated.unwrap_or(self.migrated_by_default),
            by: self.by.clone(),
            emails: predecessor.emails.clone(),
            created_at: now,
            changed_at: now,
            revision: 0,
            phase: Phase::Running,
            steps: steps_after(&predecessor, self.live, now),
            undo: Vec::new(),
            outstanding: None,
            last_attempt: 0,
            released: Vec::new(),
            notes: Vec::new(),
        };
        let reply = Reply::Started((&operation).into());
        let mut transition = Transition::new(state, present);
        if at_signoff {
            sign_off(&mut transition, &self.by.to_string());
        }
        transition.start(operation);
        transition.notify(Event::Started);
        transition.begin_next_step();
        Ok(transition.finish(reply))
    }
}

/// The six steps that a golive shows: those before `live` as complete (contract, "Operations otherwise").
fn steps_after(predecessor: &Operation, live: StepPlan, now: Timestamp) -> Vec<Step> {
    let earlier = predecessor.steps.iter().filter(|step| step.plan.executor != Executor::Live);
    let mut steps: Vec<Step> = earlier
        .map(|step| {
            let at = match step.state {
                StepState::Complete { at } | StepState::Inherited { at } => at,
                _ => now,
            };
            Step {
                plan: step.plan.clone(),
                state: StepState::Inherited { at },
                external: None,
                notes: step.notes.clone(),
            }
        })
        .collect();
    steps.push(Step::new(live));
    steps
}

fn sign_off(transition: &mut Transition, by: &str) {
    let now = transition.now;
    transition.state.offer.displaced = None;
    let Some(publish) = transition.target() else { return };
    publish.phase = Phase::Completed { at: now };
    for step in &mut publish.steps {
        if matches!(step.state, StepState::WaitingForSignoff { .. }) {
            step.state = StepState::Complete { at: now };
            step.note(now, Note::SignedOff { by: by.to_owned() });
        }
    }
}
