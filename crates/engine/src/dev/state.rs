//! The state as a whole: taken up at start, written to a file, put back, emptied.

use std::path::Path;

use signoff_store::StoreError;
use signoff_store::contract::DevKind;

use crate::engine::Engine;

impl Engine {
    /// Takes up the time that nodes share, and what the development mode keeps in the store: scenarios and clocks. Its
    /// first start marks the store, and so does each one after a reset or a restore.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn recover(&self) -> Result<(), StoreError> {
        self.take_up_time().await?;
        if self.shared.settings.dev {
            self.mark_development().await?;
            self.load_scenarios().await?;
            self.load_clocks().await?;
        }
        Ok(())
    }

    /// Production refuses the store from now on.
    async fn mark_development(&self) -> Result<(), StoreError> {
        let store = &self.shared.store;
        if store.dev_state(DevKind::Development, "", "").await?.is_none() {
            store.put_dev_state(DevKind::Development, "", "", Some("yes".to_owned())).await?;
        }
        Ok(())
    }

    /// Writes the whole state to a new file.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn snapshot(&self, file: &Path) -> Result<(), StoreError> {
        self.shared.store.snapshot(file).await
    }

    /// Puts the state of a snapshot in the place of the present one.
    ///
    /// # Errors
    /// If the file is no snapshot, or the store fails; the present state then stays.
    pub async fn restore(&self, file: &Path) -> Result<(), StoreError> {
        self.shared.store.restore(file).await?;
        self.publish_state_epoch().await?;
        self.forget().await
    }

    /// Removes everything but the signing keys.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn reset(&self) -> Result<(), StoreError> {
        self.shared.store.reset().await?;
        self.publish_state_epoch().await?;
        self.forget().await
    }

    /// Drops what is kept of a state that is no more.
    async fn forget(&self) -> Result<(), StoreError> {
        self.shared.operations.clear();
        self.shared.publishers.clear();
        self.shared.checks.clear();
        self.shared.clock.clear();
        self.recover().await?;
        self.shared.followers.all_moved();
        self.shared.work.notify_one();
        self.shared.mail.notify_one();
        Ok(())
    }
}
