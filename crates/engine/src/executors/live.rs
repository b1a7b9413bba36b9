//! `live`: prepares the release. The switch of the production slot is a decision, not work.

use async_trait::async_trait;
use serde_json::json;

use super::{StepError, StepExecutor, Task};

pub(super) struct Live;

#[async_trait]
impl StepExecutor for Live {
    async fn run(&self, task: &Task<'_>) -> Result<(), StepError> {
        let body = json!({ "version": task.offer_version }).to_string();
        task.store.put_artifact(task.lease, task.step, body).await?;
        Ok(())
    }

    async fn undo(&self, task: &Task<'_>) -> Result<(), StepError> {
        task.store.remove_artifact(&task.key.publisher, task.operation, task.step).await?;
        Ok(())
    }
}
