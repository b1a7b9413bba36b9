//! State of the development mode, and the whole state as one file of JSON.

use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::path::Path;

use async_trait::async_trait;

use super::MemoryStore;
use super::tables::Tables;
use crate::contract::{DevKind, DevState};
use crate::{StoreError, files};

fn key(kind: DevKind, publisher: &str, key: &str) -> (String, String, String) {
    (kind.as_str().to_owned(), publisher.to_owned(), key.to_owned())
}

#[async_trait]
impl DevState for MemoryStore {
    async fn dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        name: &str,
    ) -> Result<Option<String>, StoreError> {
        Ok(self.inner.tables.lock().dev.get(&key(kind, publisher, name)).cloned())
    }

    async fn dev_states(&self, kind: DevKind) -> Result<Vec<(String, String, String)>, StoreError> {
        let tables = self.inner.tables.lock();
        let of_kind = tables.dev.iter().filter(|((of, ..), _)| of == kind.as_str());
        Ok(of_kind
            .map(|((_, publisher, key), body)| (publisher.clone(), key.clone(), body.clone()))
            .collect())
    }

    async fn put_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        name: &str,
        body: Option<String>,
    ) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        match body {
            Some(body) => tables.dev.insert(key(kind, publisher, name), body),
            None => tables.dev.remove(&key(kind, publisher, name)),
        };
        Ok(())
    }

    async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        let unwritable =
            |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", file.display()));
        let mut writer = BufWriter::new(files::create_new(file).map_err(unwritable)?);
        serde_json::to_writer(&mut writer, &self.durable()).map_err(|error| unwritable(error.into()))?;
        writer.flush().map_err(unwritable)
    }

    async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        let strange = |why: &dyn std::fmt::Display| {
            StoreError::Corrupt(format!("{} is no snapshot of signoff: {why}", file.display()))
        };
        let reader = BufReader::new(File::open(file).map_err(|error| strange(&error))?);
        let tables: Tables = serde_json::from_reader(reader).map_err(|error| strange(&error))?;
        *self.inner.tables.lock() = tables;
        self.inner.leases.clear();
        Ok(())
    }

    async fn reset(&self) -> Result<(), StoreError> {
        let mut tables = self.inner.tables.lock();
        let signing_keys = std::mem::take(&mut tables.signing_keys);
        *tables = Tables { signing_keys, ..Tables::default() };
        self.inner.leases.clear();
        Ok(())
    }
}
