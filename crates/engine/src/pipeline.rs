//! From an offer type's pipeline and a scenario to the plan of an operation.

use signoff_definition::{OfferType, StepSpec};
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::{Executor, Script, StepPlan};
use signoff_webhook::Hooks;

use crate::dev::{Scenario, StepScenario};
use crate::engine::PipelineKind;

/// Time before the first retry of a passing error.
fn back_off(kind: PipelineKind) -> Micros {
    match kind {
        PipelineKind::Development => Micros::from_millis(20),
        PipelineKind::Production => Micros::from_millis(2_000),
    }
}

/// The plan of an operation that starts now.
pub(crate) fn plan(
    offer_type: &OfferType,
    kind: PipelineKind,
    hooks: &Hooks,
    scenario: Option<&Scenario>,
) -> Vec<StepPlan> {
    let scripted = |step: &StepSpec| scenario.and_then(|scenario| scenario.steps.get(&step.id));
    let planned = offer_type.steps.iter().map(|step| {
        let mut plan = step_plan(step, kind);
        hooks.take_over(offer_type, &mut plan);
        if let Some(scripted) = scripted(step) {
            apply(&mut plan, scripted);
        }
        plan
    });
    planned.collect()
}

fn step_plan(step: &StepSpec, kind: PipelineKind) -> StepPlan {
    let run = match kind {
        PipelineKind::Development => step.development,
        PipelineKind::Production => step.production,
    };
    let duration = Micros::from_millis(run.duration_ms);
    StepPlan {
        id: step.id.clone(),
        executor: run.executor,
        cancel: run.cancel,
        duration,
        undo_duration: Micros::from_millis(run.undo_duration_ms),
        propagate: if run.executor == Executor::Live { duration } else { Micros::ZERO },
        back_off: back_off(kind),
        script: None,
        webhook: None,
    }
}

fn apply(plan: &mut StepPlan, scripted: &StepScenario) {
    plan.duration = scripted.duration.unwrap_or(plan.duration);
    plan.undo_duration = scripted.undo_duration.unwrap_or(plan.undo_duration);
    plan.propagate = scripted.propagate_duration.unwrap_or(plan.propagate);
    plan.cancel = scripted.cancel.unwrap_or(plan.cancel);
    if scripted.manual {
        plan.executor = Executor::Manual;
        plan.webhook = None;
        return;
    }
    plan.script = Some(Box::new(Script {
        outcome: scripted.outcome,
        message: scripted.message.clone(),
        fail_times: scripted.fail_times,
        undo_outcome: scripted.undo_outcome,
        hold: scripted.hold,
    }));
}
