//! Whether a store was used in development mode: what is in it then is known to everybody, or happened at times that never
//! were.

use signoff_identity::principal_id;
use signoff_store::contract::DevKind;
use signoff_store::{Store, StoreError};

use crate::seed::{TENANT, seeded_clients};

/// What tells that the store was used in development mode, if anything does. Its first start marks a store; one from
/// before there were marks is known by what it holds.
///
/// # Errors
/// If the store fails.
pub async fn trace_of_development(store: &dyn Store) -> Result<Option<&'static str>, StoreError> {
    for (kind, trace) in [
        (DevKind::Development, "it bears the mark of the development mode"),
        (DevKind::Scenario, "it holds scenarios"),
        (DevKind::Clock, "a publisher's clock was moved"),
        (DevKind::Fault, "it holds rules for faults"),
    ] {
        if !store.dev_states(kind).await?.is_empty() {
            return Ok(Some(trace));
        }
    }
    for client in seeded_clients() {
        let known = store.principal(&principal_id(TENANT, client)).await?;
        if known.is_some_and(|record| record.seeded) {
            return Ok(Some("it holds clients whose secrets stand in the documents"));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use signoff_store::contract::{DevState as _, Directory as _};
    use signoff_store::memory::MemoryStore;

    use super::*;
    use signoff_identity::seed_principal;

    fn store() -> MemoryStore {
        MemoryStore::new(std::sync::Arc::new(|| std::time::Duration::ZERO))
    }

    #[tokio::test]
    async fn a_store_from_before_there_were_marks_is_known_by_what_it_holds() {
        for kind in [DevKind::Development, DevKind::Scenario, DevKind::Clock, DevKind::Fault] {
            let store = store();
            assert_eq!(trace_of_development(&store).await.unwrap(), None);
            store.put_dev_state(kind, "", "", Some("0".to_owned())).await.unwrap();
            assert!(trace_of_development(&store).await.unwrap().is_some(), "{kind:?}");
        }
        let store = store();
        seed_principal(&store, TENANT, "fabrikam-owner", "fabrikam-secret").await.unwrap();
        let trace = trace_of_development(&store).await.unwrap().unwrap();
        assert!(trace.contains("secrets stand in the documents"), "{trace}");
        // An operator took the name for a client of his own.
        let id = principal_id(TENANT, "fabrikam-owner");
        let record = store.principal(&id).await.unwrap().unwrap();
        let record = signoff_store::contract::PrincipalRecord { seeded: false, ..record };
        store.put_principal(record, None).await.unwrap();
        assert_eq!(trace_of_development(&store).await.unwrap(), None);
    }
}
