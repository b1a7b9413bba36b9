//! The development mode on a store that other nodes write to: before every request and every look for work its state is
//! taken from there, so that all nodes show one world. What that costs does not matter here.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering;

use signoff_store::StoreError;
use signoff_store::contract::DevKind;

use super::advance;
use crate::clock::Set;
use crate::engine::Engine;

impl Engine {
    /// Takes up scenarios and clocks as other nodes left them. Does nothing on a store of one's own, nor outside the
    /// development mode.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        let (shared, dev) = (&self.shared, &self.shared.dev);
        let Some(others) = dev.others.as_ref().filter(|_| shared.settings.dev) else { return Ok(()) };
        let _one = dev.changing.lock().await;
        let (scenarios, clocks, world) = tokio::try_join!(
            self.stored_scenarios(),
            self.stored_clocks(),
            shared.store.dev_state(DevKind::World, "", "")
        )?;
        *dev.scenarios.write() = scenarios;
        let mut moved = shared.clock.put_all(clocks);
        if *others.world.lock() != world {
            *others.world.lock() = world;
            shared.checks.clear();
            shared.publishers.clear();
            others.state_epoch.fetch_add(1, Ordering::SeqCst);
            shared.mail.notify_one();
            moved = true;
        }
        if moved {
            others.clock_epoch.fetch_add(1, Ordering::SeqCst);
            shared.operations.clear();
            shared.followers.all_moved();
            shared.work.notify_one();
        }
        Ok(())
    }

    /// How often [`Engine::refresh`] found the clocks moved or the state replaced.
    pub(crate) fn clock_epoch(&self) -> u64 {
        self.shared.dev.others.as_ref().map_or(0, |others| others.clock_epoch.load(Ordering::SeqCst))
    }

    /// How often the whole state was found replaced.
    pub fn state_epoch(&self) -> u64 {
        self.shared.dev.others.as_ref().map_or(0, |others| others.state_epoch.load(Ordering::SeqCst))
    }

    /// Tells the other nodes that the whole state was replaced.
    pub(super) async fn publish_state_epoch(&self) -> Result<(), StoreError> {
        if self.shared.dev.others.is_none() {
            return Ok(());
        }
        let world = self.shared.clock.new_id().to_string();
        self.shared.store.put_dev_state(DevKind::World, "", "", Some(world)).await
    }

    pub(super) async fn stored_clocks(&self) -> Result<BTreeMap<String, Set>, StoreError> {
        let stored = self.shared.store.dev_states(DevKind::Clock).await?;
        let read = |(publisher, _, body): (String, String, String)| {
            let set = advance::read(&publisher, &body)?;
            Ok((publisher, set))
        };
        stored.into_iter().map(read).collect()
    }
}
