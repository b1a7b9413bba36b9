//! The development mode's own token issuer: its keys and what it signs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use jsonwebtoken::DecodingKey;
use parking_lot::RwLock;
use serde_json::{Value, json};
use signoff_store::StoreError;
use signoff_store::contract::{Directory, Keys, PrincipalId};
use tokio::sync::Mutex;

use super::Clock;
use super::claims::{IssuedClaims, Version};
use super::client::{self, ClientPolicy, ClientRefusal, Seeded};
use super::jwks::PublishedKey;
use super::keyring::{self, KeyError, KeyRing};

/// How the development issuer behaves.
#[derive(Clone, Debug)]
pub struct IssuerSettings {
    /// Which clients get tokens.
    pub policy: ClientPolicy,
    /// Whether clients count that came with the seed.
    pub seeded: Seeded,
    /// How long tokens are valid, seconds.
    pub lifetime: i64,
    /// The address, scheme included, that discovery documents name when the request did not come for one of the
    /// well-known login hosts, e.g. `http://127.0.0.1:8080`. `None`: `https://` and the request's host.
    pub public_base: Option<String>,
}

impl Default for IssuerSettings {
    fn default() -> Self {
        Self { policy: ClientPolicy::Strict, seeded: Seeded::Unknown, lifetime: 3600, public_base: None }
    }
}

/// Issues RS256 tokens whose keys are state in the store, so that every node verifies every node's tokens, also
/// after a kill (contract, "Tokens").
pub struct Issuer {
    directory: Arc<dyn Directory>,
    keys: Arc<dyn Keys>,
    clock: Clock,
    settings: IssuerSettings,
    ring: RwLock<Option<Arc<KeyRing>>>,
    making: Mutex<()>,
    /// Held while the store is asked for a key that is not known.
    asking: Mutex<()>,
    /// How often it answered.
    answered: AtomicU64,
}

/// A fresh token and its times, seconds since the Unix epoch.
pub struct IssuedToken {
    /// The token, a JWT.
    pub token: String,
    /// From when on it is valid.
    pub issued_at: i64,
    /// From when on it is refused.
    pub expires_at: i64,
}

impl Issuer {
    /// Does no work yet: the first call that needs the key loads or makes it.
    pub fn new(
        directory: Arc<dyn Directory>,
        keys: Arc<dyn Keys>,
        clock: Clock,
        settings: IssuerSettings,
    ) -> Self {
        Self {
            directory,
            keys,
            clock,
            settings,
            ring: RwLock::new(None),
            making: Mutex::new(()),
            asking: Mutex::new(()),
            answered: AtomicU64::new(0),
        }
    }

    /// Starts loading or making the signing key in the background and returns at once; a caller that needs the key
    /// earlier waits for it. Must be called within a tokio runtime.
    pub fn warm_up(self: Arc<Self>) {
        tokio::spawn(async move {
            if let Err(error) = self.signing_ring().await {
                tracing::warn!(%error, "no signing key yet; the next token request tries again");
            }
        });
    }

    /// The present time, seconds since the Unix epoch.
    pub fn now(&self) -> i64 {
        (self.clock)()
    }

    /// How it behaves.
    pub fn settings(&self) -> &IssuerSettings {
        &self.settings
    }

    /// Whether the client, which sent this secret, gets a token.
    ///
    /// # Errors
    /// If it gets none, or the store fails.
    pub async fn admit(&self, client: &PrincipalId, secret: &str) -> Result<(), ClientRefusal> {
        let IssuerSettings { policy, seeded, .. } = self.settings;
        client::admit(self.directory.as_ref(), policy, seeded, client, secret).await
    }

    /// Whether the caller of a token that is right counts: a seeded one does in development only, although a node in
    /// development mode on the same store may have let it in.
    pub(super) async fn counts(&self, caller: &PrincipalId) -> Result<bool, StoreError> {
        if self.settings.seeded == Seeded::Count {
            return Ok(true);
        }
        Ok(!self.directory.principal(caller).await?.is_some_and(|record| record.seeded))
    }

    /// The published keys, as a key set (RFC 7517).
    ///
    /// # Errors
    /// If there is no key yet and none can be made or kept.
    pub async fn key_set(&self) -> Result<Value, KeyError> {
        let ring = self.signing_ring().await?;
        let keys: Vec<&PublishedKey> = ring.all().map(|key| &key.published).collect();
        Ok(json!({ "keys": keys }))
    }

    /// Signs a token that lets `principal` call `resource`.
    ///
    /// # Errors
    /// If there is no key yet and none can be made or kept.
    pub async fn issue(
        &self,
        version: Version,
        principal: &PrincipalId,
        resource: &str,
    ) -> Result<IssuedToken, KeyError> {
        let ring = self.signing_ring().await?;
        let key = ring.newest();
        let issued_at = self.now();
        let expires_at = issued_at.saturating_add(self.settings.lifetime);
        let claims = IssuedClaims::new(version, principal, resource, issued_at, expires_at);
        Ok(IssuedToken { token: key.sign(&claims)?, issued_at, expires_at })
    }

    /// The keys, of which there is at least one: loaded, or made if the store has none.
    pub(super) async fn signing_ring(&self) -> Result<Arc<KeyRing>, KeyError> {
        if let Some(ring) = self.known_ring() {
            return Ok(ring);
        }
        let _one_at_a_time = self.making.lock().await;
        if let Some(ring) = self.known_ring() {
            return Ok(ring);
        }
        if let Some(ring) = self.reload().await? {
            return Ok(ring);
        }
        let now = self.now();
        let made = tokio::task::spawn_blocking(move || keyring::generate(now))
            .await
            .map_err(|error| KeyError::Generation(error.to_string()))??;
        let stored = self.keys.add_first_signing_key(made).await?;
        let lost = || StoreError::Corrupt("the signing key just stored is missing".to_owned());
        Ok(self.keep(KeyRing::read(&stored)?.ok_or_else(lost)?))
    }

    /// The key named `kid`. An unknown one is looked for in the store once more: another node may have made it. The
    /// store gets one such request at a time, however many unknown keys callers send.
    pub(super) async fn verifying_key(&self, kid: &str) -> Result<Option<DecodingKey>, KeyError> {
        let known = || self.known_ring().and_then(|ring| decoding_key(&ring, kid));
        if let Some(key) = known() {
            return Ok(Some(key));
        }
        let answered_before = self.answered.load(Ordering::SeqCst);
        let _one_at_a_time = self.asking.lock().await;
        // The next answer but one was asked for after this call, and so it holds all that was there by then.
        if self.answered.load(Ordering::SeqCst) < answered_before + 2 {
            self.reload().await?;
            self.answered.fetch_add(1, Ordering::SeqCst);
        }
        Ok(known())
    }

    /// Forgets the keys: they may be others in the store by now.
    pub fn forget(&self) {
        *self.ring.write() = None;
    }

    fn known_ring(&self) -> Option<Arc<KeyRing>> {
        self.ring.read().clone()
    }

    async fn reload(&self) -> Result<Option<Arc<KeyRing>>, StoreError> {
        let ring = KeyRing::read(&self.keys.signing_keys().await?)?;
        Ok(ring.map(|ring| self.keep(ring)))
    }

    fn keep(&self, ring: KeyRing) -> Arc<KeyRing> {
        let ring = Arc::new(ring);
        *self.ring.write() = Some(Arc::clone(&ring));
        ring
    }
}

fn decoding_key(ring: &KeyRing, kid: &str) -> Option<DecodingKey> {
    ring.find(kid).map(|key| key.decoding.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use signoff_store::contract::Keys as _;

    use super::{ClientPolicy, KeyError, Version};
    use crate::principal_id;
    use crate::testing::{FakeClock, FakeStore, issuer};

    #[tokio::test]
    async fn nodes_that_start_together_agree_on_one_key() {
        let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
        let [one, two] = [(), ()].map(|()| issuer(&store, &clock, ClientPolicy::Strict));
        Arc::clone(&one).warm_up();
        let (left, right) = tokio::join!(one.signing_ring(), two.signing_ring());
        let (left, right) = (left.unwrap(), right.unwrap());
        assert_eq!(left.newest().kid, right.newest().kid);
        assert_eq!((left.all().count(), right.all().count()), (1, 1));
        let stored = store.signing_keys().await.unwrap();
        assert_eq!((stored.len(), stored[0].created_at), (1, 1_000_000_000));
    }

    #[tokio::test]
    async fn a_verifying_node_makes_no_key_and_finds_one_made_later() {
        let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
        let [one, two] = [(), ()].map(|()| issuer(&store, &clock, ClientPolicy::Strict));
        assert!(two.verifying_key("unknown").await.unwrap().is_none());
        assert!(store.signing_keys().await.unwrap().is_empty());
        let kid = one.signing_ring().await.unwrap().newest().kid.clone();
        assert!(two.verifying_key(&kid).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_store_that_comes_back_ends_the_trouble() {
        let (store, clock) = (Arc::new(FakeStore::default()), FakeClock::at(1_000));
        let issuer = issuer(&store, &clock, ClientPolicy::Strict);
        let caller = principal_id("t", "c");
        store.break_down();
        let refused = issuer.issue(Version::V1, &caller, "r").await;
        assert!(matches!(refused, Err(KeyError::Store(_))));
        store.recover();
        let token = issuer.issue(Version::V1, &caller, "r").await.unwrap();
        assert_eq!((token.issued_at, token.expires_at), (1_000, 4_600));
    }
}
