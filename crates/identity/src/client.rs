//! Which clients get tokens.

use signoff_store::StoreError;
use signoff_store::contract::{Directory, PrincipalId, PrincipalRecord};

use super::secret;

/// Which clients the development issuer gives tokens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientPolicy {
    /// Known principals, each with its secret.
    Strict,
    /// Everyone: an unknown client of any tenant becomes a principal. Principals with a secret on record
    /// need it all the same.
    CreateOnFirstUse,
}

/// Whether clients count that came with the seed: everybody knows their secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seeded {
    /// In development mode.
    Count,
    /// They are as unknown as any other.
    Unknown,
}

/// Why a client gets no token.
#[derive(Debug)]
pub enum ClientRefusal {
    /// It is unknown, has no secret on record, or sent another one. The caller is not told which.
    NotAdmitted,
    /// The store does not answer.
    Store(StoreError),
}

impl From<StoreError> for ClientRefusal {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

/// Checks the client's secret, and under [`ClientPolicy::CreateOnFirstUse`] records clients never seen before. Where
/// seeded ones do not count, they are answered as unknown ones.
pub(super) async fn admit(
    directory: &dyn Directory,
    policy: ClientPolicy,
    seeded: Seeded,
    id: &PrincipalId,
    given_secret: &str,
) -> Result<(), ClientRefusal> {
    let known = directory.principal(id).await?.filter(|record| seeded == Seeded::Count || !record.seeded);
    match (known.map(|record| record.secret_hash), policy) {
        (Some(Some(hash)), _) if secret::matches(given_secret, &hash) => Ok(()),
        (Some(Some(_)), _) => Err(ClientRefusal::NotAdmitted),
        (Some(None), ClientPolicy::CreateOnFirstUse) => Ok(()),
        (Some(None) | None, ClientPolicy::Strict) => {
            secret::match_nobody(given_secret);
            Err(ClientRefusal::NotAdmitted)
        }
        (None, ClientPolicy::CreateOnFirstUse) => {
            let record = PrincipalRecord { id: id.clone(), secret_hash: None, seeded: false };
            Ok(directory.put_principal(record, None).await?)
        }
    }
}

#[cfg(test)]
mod tests {
    use signoff_store::contract::Directory as _;

    use super::{ClientPolicy, ClientRefusal, Seeded, admit};
    use crate::testing::FakeStore;
    use crate::{principal_id, seed_principal};

    #[tokio::test]
    async fn strict_knows_its_clients() {
        let store = FakeStore::default();
        let id = seed_principal(&store, "t", "c", "s").await.unwrap();
        admit(&store, ClientPolicy::Strict, Seeded::Count, &id, "s").await.unwrap();
        let wrong = admit(&store, ClientPolicy::Strict, Seeded::Count, &id, "x").await;
        assert!(matches!(wrong, Err(ClientRefusal::NotAdmitted)));
        let stranger =
            admit(&store, ClientPolicy::Strict, Seeded::Count, &principal_id("other", "c"), "s").await;
        assert!(matches!(stranger, Err(ClientRefusal::NotAdmitted)));
    }

    #[tokio::test]
    async fn first_use_creates_a_principal_that_strict_refuses_later() {
        let store = FakeStore::default();
        let id = principal_id("any-tenant", "any-client");
        for secret in ["one", "two"] {
            admit(&store, ClientPolicy::CreateOnFirstUse, Seeded::Count, &id, secret).await.unwrap();
        }
        let record = store.principal(&id).await.unwrap().unwrap();
        assert!(record.secret_hash.is_none() && !record.seeded);
        let strict = admit(&store, ClientPolicy::Strict, Seeded::Count, &id, "one").await;
        assert!(matches!(strict, Err(ClientRefusal::NotAdmitted)));
    }

    #[tokio::test]
    async fn seeded_clients_need_their_secret_under_either_policy() {
        let store = FakeStore::default();
        let id = seed_principal(&store, "t", "c", "s").await.unwrap();
        let wrong = admit(&store, ClientPolicy::CreateOnFirstUse, Seeded::Count, &id, "x").await;
        assert!(matches!(wrong, Err(ClientRefusal::NotAdmitted)));
        admit(&store, ClientPolicy::CreateOnFirstUse, Seeded::Count, &id, "s").await.unwrap();
    }

    #[tokio::test]
    async fn in_production_a_seeded_client_is_unknown() {
        let store = FakeStore::default();
        let id = seed_principal(&store, "t", "c", "s").await.unwrap();
        let refused = admit(&store, ClientPolicy::Strict, Seeded::Unknown, &id, "s").await;
        assert!(matches!(refused, Err(ClientRefusal::NotAdmitted)));
        let mut record = store.principal(&id).await.unwrap().unwrap();
        record.seeded = false;
        store.put_principal(record, None).await.unwrap();
        admit(&store, ClientPolicy::Strict, Seeded::Unknown, &id, "s").await.unwrap();
    }

    #[tokio::test]
    async fn an_unreachable_store_is_not_an_unknown_client() {
        let store = FakeStore::default();
        store.break_down();
        let refused = admit(&store, ClientPolicy::Strict, Seeded::Count, &principal_id("t", "c"), "s").await;
        assert!(matches!(refused, Err(ClientRefusal::Store(_))));
    }
}
