//! `provision`: records which images the preview serves; undoing takes the record away.

use async_trait::async_trait;
use serde_json::{Value, json};

use super::{StepError, StepExecutor, Task};

pub(super) struct Provision;

#[async_trait]
impl StepExecutor for Provision {
    async fn run(&self, task: &Task<'_>) -> Result<(), StepError> {
        let definition = definition(task).await?;
        let mut images = Vec::new();
        let plans = definition.get("plans").and_then(Value::as_array);
        for plan in plans.into_iter().flatten() {
            collect_images(plan, &mut images);
        }
        let body = json!({ "images": images }).to_string();
        task.store.put_artifact(task.lease, task.step, body).await?;
        Ok(())
    }

    async fn undo(&self, task: &Task<'_>) -> Result<(), StepError> {
        task.store.remove_artifact(&task.key.publisher, task.operation, task.step).await?;
        Ok(())
    }
}

/// The definition that the operation published.
pub(super) async fn definition(task: &Task<'_>) -> Result<Value, StepError> {
    let content = task.store.content(task.key, task.offer_version).await?;
    let content = content.ok_or_else(|| StepError::Permanent("the offer has no content".to_owned()))?;
    serde_json::from_str(&content.definition).map_err(|error| StepError::Permanent(error.to_string()))
}

/// Every address of a disk image, wherever the plan has it, without the signature that grants access.
fn collect_images(value: &Value, images: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(url) if name == "osVhdUrl" => {
                        images.push(url.split('?').next().unwrap_or_default().to_owned());
                    }
                    _ => collect_images(member, images),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect_images(item, images)),
        _ => {}
    }
}
