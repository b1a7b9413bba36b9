//! Stand-ins for the tests of this crate and of those above it: a store in memory and a clock to turn.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};

use async_trait::async_trait;
use parking_lot::Mutex;
use signoff_lifecycle::access::Role;
use signoff_store::StoreError;
use signoff_store::contract::{
    AuditEntry, Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SigningKey,
};

use crate::{ClientPolicy, Clock, Issuer, IssuerSettings, Seeded};

/// Principals and keys in memory; it can be made to fail.
#[derive(Default)]
pub struct FakeStore {
    principals: Mutex<HashMap<PrincipalId, PrincipalRecord>>,
    keys: Mutex<Vec<SigningKey>>,
    broken: AtomicBool,
}

impl FakeStore {
    /// Makes every call fail from now on.
    pub fn break_down(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }

    /// Makes calls succeed again.
    pub fn recover(&self) {
        self.broken.store(false, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), StoreError> {
        let broken = self.broken.load(Ordering::SeqCst);
        if broken { Err(StoreError::Unavailable("broken on purpose".to_owned())) } else { Ok(()) }
    }
}

#[async_trait]
impl Directory for FakeStore {
    async fn publisher(&self, _: &str) -> Result<Option<Publisher>, StoreError> {
        unreachable!("identity reads no publishers")
    }

    async fn publishers_of(&self, _: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError> {
        unreachable!("identity reads no publishers")
    }

    async fn put_publisher(&self, _: Publisher, _: Option<AuditEntry>) -> Result<Publisher, StoreError> {
        unreachable!("identity writes no publishers")
    }

    async fn publishers(&self, _: Option<&str>, _: usize) -> Result<Vec<Publisher>, StoreError> {
        unreachable!("identity reads no publishers")
    }

    async fn role(&self, _: &str, _: &PrincipalId) -> Result<Option<Role>, StoreError> {
        unreachable!("identity reads no members")
    }

    async fn members(&self, _: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError> {
        unreachable!("identity reads no members")
    }

    async fn put_member(
        &self,
        _: &str,
        _: &PrincipalId,
        _: Option<Role>,
        _: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        unreachable!("identity writes no members")
    }

    async fn put_member_if_an_owner_stays(
        &self,
        _: &str,
        _: &PrincipalId,
        _: Option<Role>,
        _: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        unreachable!("identity writes no members")
    }

    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError> {
        self.check()?;
        Ok(self.principals.lock().get(id).cloned())
    }

    async fn put_principal(&self, record: PrincipalRecord, _: Option<AuditEntry>) -> Result<(), StoreError> {
        self.check()?;
        self.principals.lock().insert(record.id.clone(), record);
        Ok(())
    }
}

#[async_trait]
impl Keys for FakeStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.check()?;
        Ok(self.keys.lock().clone())
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError> {
        self.check()?;
        let mut keys = self.keys.lock();
        if keys.is_empty() {
            keys.push(key);
        }
        Ok(keys.clone())
    }
}

/// A clock that stands still until it is told to move.
#[derive(Clone)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// A clock at this time, seconds since the Unix epoch.
    pub fn at(seconds: i64) -> Self {
        Self(Arc::new(AtomicI64::new(seconds)))
    }

    /// Sets it.
    pub fn set(&self, seconds: i64) {
        self.0.store(seconds, Ordering::SeqCst);
    }

    /// What reads it.
    pub fn clock(&self) -> Clock {
        let seconds = Arc::clone(&self.0);
        Arc::new(move || seconds.load(Ordering::SeqCst))
    }
}

/// A node's issuer on the shared store.
pub fn issuer(store: &Arc<FakeStore>, clock: &FakeClock, policy: ClientPolicy) -> Arc<Issuer> {
    let directory: Arc<dyn Directory> = Arc::clone(store) as _;
    let keys: Arc<dyn Keys> = Arc::clone(store) as _;
    let settings = IssuerSettings { policy, seeded: Seeded::Count, ..IssuerSettings::default() };
    Arc::new(Issuer::new(directory, keys, clock.clock(), settings))
}
