//! POST golive: complete the publish and bring its preview to production.

use super::{Decide, Guard, existing, refuse_while_running};
use crate::actor::Actor;
use crate::decision::{Started, Verdict};
use crate::ids::{OperationId, PublisherTime};
use crate::note::Note;
use crate::offer::Aggregate;
use crate::operation::{Goal, Head, Phase, Step, StepState, Submission};
use crate::plan::{Executor, StepPlan};
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};

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

impl Decide for GoLive {
    type Reply = Started;

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<Started>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        self.guard.check(&state.offer)?;
        let at_signoff = state.target().is_some_and(Submission::waits_for_signoff);
        if !at_signoff {
            refuse_while_running(&state)?;
        }
        let not_ready = Refusal::NotReadyForGoLive { status: state.status() };
        let Aggregate { offer, course } = state;
        let Some(course) = course else { return Err(not_ready) };
        let (predecessor, _) = course.into_parts();
        let again = predecessor.goal == Goal::GoLive
            && matches!(predecessor.phase, Phase::Canceled { .. } | Phase::Failed { .. });
        let Some(version) =
            offer.preview.as_ref().filter(|_| at_signoff || again).map(|content| content.version)
        else {
            return Err(not_ready);
        };
        let migrated = offer.migrated.unwrap_or(self.migrated_by_default);
        let by = self.by.to_string();
        let head = Head {
            offer_version: version,
            emails: predecessor.head.emails.clone(),
            ..Head::next(&offer, self.id, self.by, migrated, now)
        };
        let golive = Submission::new(head, Goal::GoLive, steps_after(&predecessor, self.live, now));
        let mut transition = Transition::new(offer, now, present);
        if at_signoff {
            sign_off(&mut transition, predecessor, &by);
        }
        Ok(transition.start(golive))
    }
}

/// The six steps that a golive shows: those before `live` as complete (contract, "Operations otherwise").
fn steps_after(predecessor: &Submission, live: StepPlan, now: PublisherTime) -> Vec<Step> {
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

/// Completes the publish that waited for this.
fn sign_off(transition: &mut Transition, publish: Submission, by: &str) {
    let now = transition.now;
    transition.offer.displaced = None;
    let mut publish = Tracked::unchanged(publish);
    publish.phase = Phase::Completed { at: now };
    for step in &mut publish.steps {
        if matches!(step.state, StepState::WaitingForSignoff { .. }) {
            step.state = StepState::Complete { at: now };
            step.note(now, Note::SignedOff { by: by.to_owned() });
        }
    }
    transition.displace(publish);
}
