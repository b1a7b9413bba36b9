//! The history of an offer goes forward, even if the clock does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use signoff_engine::clock::{Clock, Source};
use signoff_engine::{Engine, Settings};
use signoff_lifecycle::ids::{OfferKey, RealTime};
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

use signoff_engine::testing::{put_of, sample_definition};
use signoff_engine::{CancelRequest, PublishRequest};

use crate::world::CONTOSO;

/// A clock that goes backwards by a millisecond whenever it is asked, and draws no number twice.
struct Backwards(AtomicI64);

impl Source for Backwards {
    fn now(&self) -> RealTime {
        RealTime(self.0.fetch_sub(1000, Ordering::Relaxed))
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
    let mut before = engine
        .put(&OfferKey::new(CONTOSO, "vm"), put_of(&sample_definition()))
        .await
        .unwrap()
        .state
        .offer
        .draft
        .changed_at;
    for _ in 0..3 {
        let published = engine
            .publish(&OfferKey::new(CONTOSO, "vm"), PublishRequest::of("ann"))
            .await
            .unwrap()
            .state
            .target()
            .unwrap()
            .head
            .clone();
        assert!(published.created_at >= before, "{published:?}");
        let canceled = engine
            .cancel(&OfferKey::new(CONTOSO, "vm"), CancelRequest::of("ann"))
            .await
            .unwrap()
            .state
            .target()
            .unwrap()
            .head
            .clone();
        assert!(canceled.changed_at >= published.changed_at, "{canceled:?}");
        before = canceled.changed_at;
    }
}
