//! What the steps of operations make.

use async_trait::async_trait;
use signoff_lifecycle::ids::OperationId;

use super::{MemoryStore, StoreEvent};
use crate::StoreError;
use crate::contract::{Artifacts, Lease};

#[async_trait]
impl Artifacts for MemoryStore {
    async fn put_artifact(&self, lease: &Lease, step: &str, body: String) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        self.inner.leases.check(lease)?;
        // A claim that read the work before it was finished holds a lease on nothing: the row decides.
        if !tables.work.contains_key(&(lease.publisher.clone(), lease.operation, lease.attempt)) {
            return Err(StoreError::Fenced);
        }
        tables.artifacts.insert((lease.publisher.clone(), lease.operation, step.to_owned()), body);
        self.inner.tell(StoreEvent::Made { lease, step }, &tables);
        Ok(())
    }

    async fn remove_artifact(
        &self,
        publisher: &str,
        operation: OperationId,
        step: &str,
    ) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        tables.artifacts.remove(&(publisher.to_owned(), operation, step.to_owned()));
        self.inner.tell(StoreEvent::Removed { publisher, operation, step }, &tables);
        Ok(())
    }

    async fn artifacts(
        &self,
        publisher: &str,
        operation: OperationId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        let tables = self.inner.tables.lock();
        let all = tables.artifacts.iter();
        let of_operation = all.filter(|((of, id, _), _)| of == publisher && *id == operation);
        Ok(of_operation.map(|((.., step), body)| (step.clone(), body.clone())).collect())
    }
}
