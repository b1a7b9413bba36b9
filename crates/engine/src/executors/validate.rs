//! The first step's work that needs I/O: what a failed cancellation left behind is removed here, or the
//! publish fails (contract, "Cancel").

use signoff_lifecycle::offer::Leftover;
use signoff_lifecycle::operation::Operation;

use super::{Executors, StepError, Task};

/// Removes what earlier operations of the offer left behind; answers what is gone.
pub(super) async fn remove_leftovers(
    executors: &Executors,
    task: &Task<'_>,
    operation: &Operation,
) -> Result<Vec<Leftover>, StepError> {
    let Some(loaded) = task.store.load(task.publisher, task.offer).await? else { return Ok(Vec::new()) };
    let leftovers = loaded.aggregate.offer.leftovers;
    for leftover in &leftovers {
        let Some(step) = operation.step(&leftover.step) else { continue };
        let of_leftover = Task { operation: leftover.operation, step: &leftover.step, ..*task };
        if let Err(error) = executors.undo_step(&of_leftover, &step.plan).await {
            let what = format!("what {} left behind in {}", leftover.operation, leftover.step);
            return Err(match error {
                StepError::Passing(reason) => StepError::Passing(format!("{what}: {reason}")),
                StepError::Final(reason) => StepError::Final(format!("{what} cannot be removed: {reason}")),
            });
        }
    }
    Ok(leftovers)
}
