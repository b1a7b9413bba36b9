//! The history of an offer goes forward, even if the clock does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use signoff_engine::clock::{Clock, Source};
use signoff_engine::{CancelRequest, Engine, PublishRequest, PutRequest, Settings};
use signoff_lifecycle::command::{Guard, Means, PutGuard};
use signoff_lifecycle::ids::Timestamp;
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

use crate::world::{CONTOSO, VM, definition};

/// A clock that goes backwards by a millisecond whenever it is asked, and draws no number twice.
struct Backwards(AtomicI64);

impl Source for Backwards {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.fetch_sub(1000, Ordering::Relaxed))
    }

    fn random(&self) -> [u8; 16] {
        i128::from(self.0.fetch_sub(1000, Ordering::Relaxed)).to_be_bytes()
    }
}

#[tokio::test]
async fn what_follows_does_not_happen_before_what_it_follows() {
    let folder = TempDir::new().unwrap();
    let store = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
    let clock = Clock::on(Backwards(AtomicI64::new(1_000_000_000_000_000)));
    let engine = Engine::with_clock(store, Settings::development(), clock);
    let put = PutRequest {
        offer_type: Some(VM.to_owned()),
        definition: definition().to_string(),
        extra: None,
        migrated: Some(false),
        guard: PutGuard::Any { creates: true },
        repeat: None,
    };
    let mut before = engine.put(CONTOSO, "vm", put).await.unwrap().state.offer.draft.changed_at;
    for _ in 0..3 {
        let publish =
            PublishRequest { by: "ann".into(), emails: Vec::new(), guard: Guard::None, repeat: None };
        let published = engine.publish(CONTOSO, "vm", publish).await.unwrap().state.target.unwrap();
        assert!(published.created_at >= before, "{published:?}");
        let cancel = CancelRequest {
            by: "ann".into(),
            reason: None,
            emails: Vec::new(),
            operation: None,
            guard: Guard::None,
            means: Means::Cancel,
            accepts_ended: false,
            repeat: None,
        };
        let canceled = engine.cancel(CONTOSO, "vm", cancel).await.unwrap().state.target.unwrap();
        assert!(canceled.changed_at >= published.changed_at, "{canceled:?}");
        before = canceled.changed_at;
    }
}
