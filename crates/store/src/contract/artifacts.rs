//! What the steps of operations make: kept under the operation and the step, so that undoing finds it.

use async_trait::async_trait;
use signoff_lifecycle::ids::OperationId;

use super::{Lease, StoreError};

/// What the steps of operations make.
#[async_trait]
pub trait Artifacts: Send + Sync {
    /// Stores what `step` of the lease's operation made, in the place of what was there. The same call twice is one.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] if the lease is over or its work was finished: when an undo runs, nobody adds to what
    /// it removes.
    async fn put_artifact(&self, lease: &Lease, step: &str, body: String) -> Result<(), StoreError>;

    /// Removes what `step` of `operation` made; nothing there is no error.
    async fn remove_artifact(
        &self,
        publisher: &str,
        operation: OperationId,
        step: &str,
    ) -> Result<(), StoreError>;

    /// What the steps of `operation` made, by step.
    async fn artifacts(
        &self,
        publisher: &str,
        operation: OperationId,
    ) -> Result<Vec<(String, String)>, StoreError>;
}
