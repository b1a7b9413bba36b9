//! The first step's work that needs I/O: what a failed cancellation left behind is removed here, or the
//! publish fails (contract, "Cancel").

use signoff_lifecycle::offer::Leftover;
use signoff_lifecycle::operation::Operation;
use signoff_lifecycle::plan::StepPlan;

use super::{Executors, StepError, Task};

/// Removes what earlier operations of the offer left behind; answers what is gone.
pub(super) async fn remove_leftovers(
    executors: &Executors,
    task: &Task<'_>,
    operation: &Operation,
) -> Result<Vec<Leftover>, StepError> {
    let Some(loaded) = task.store.load(task.key).await? else { return Ok(Vec::new()) };
    let leftovers = loaded.aggregate.offer.leftovers.clone();
    for leftover in &leftovers {
        let present = operation.step(&leftover.step).map(|step| &step.plan);
        let Some(plan) = plan_of(task, leftover, present).await? else { continue };
        let of_leftover = Task { operation: leftover.operation, step: &leftover.step, ..*task };
        if let Err(error) = executors.undo_step(&of_leftover, &plan).await {
            let what = format!("what {} left behind in {}", leftover.operation, leftover.step);
            return Err(match error {
                StepError::Transient(reason) => StepError::Transient(format!("{what}: {reason}")),
                StepError::Permanent(reason) => {
                    StepError::Permanent(format!("{what} cannot be removed: {reason}"))
                }
            });
        }
    }
    Ok(leftovers)
}

/// How the step was planned that left it: the executor that made it removes it, even if another one does such steps now.
/// What a scenario says of its undo is the present one's matter.
async fn plan_of(
    task: &Task<'_>,
    leftover: &Leftover,
    present: Option<&StepPlan>,
) -> Result<Option<StepPlan>, StepError> {
    let left_by = task.store.operation(&task.key.publisher, leftover.operation).await?;
    let planned = left_by.and_then(|stored| Some(stored.operation.step(&leftover.step)?.plan.clone()));
    let script = present.and_then(|plan| plan.script.clone());
    Ok(planned.or_else(|| present.cloned()).map(|plan| StepPlan { script, ..plan }))
}
