//! `package`: assembles what the preview shows; undoing takes it away.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{StepError, StepExecutor, Task, provision};

pub(super) struct Package;

#[async_trait]
impl StepExecutor for Package {
    async fn run(&self, task: &Task<'_>) -> Result<(), StepError> {
        let definition = provision::definition(task).await?;
        let plans = definition.get("plans").and_then(Value::as_array);
        let plan_ids: Vec<&Value> =
            plans.into_iter().flatten().filter_map(|plan| plan.get("planId")).collect();
        let body = json!({
            "displayText": definition.get("displayText"),
            "version": task.offer_version,
            "plans": plan_ids,
        });
        task.store.put_artifact(task.lease, task.step, body.to_string()).await?;
        Ok(())
    }

    async fn undo(&self, task: &Task<'_>) -> Result<(), StepError> {
        task.store.remove_artifact(&task.key.publisher, task.operation, task.step).await?;
        Ok(())
    }
}
