//! What an earlier version stored stays readable.

use rusqlite::Connection;
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::invariants;
use signoff_lifecycle::operation::Operation;
use signoff_store::conformance::world::CONTOSO;
use signoff_store::contract::{OfferFilter, Offers};
use signoff_store::packed;
use signoff_store::rows::{decode, encode};
use signoff_store::testing::earlier_store;
use signoff_store_sqlite::SqliteStore;
use tempfile::TempDir;

#[test]
fn an_operation_of_an_earlier_version_is_written_as_it_was_read() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("signoff.db");
    earlier_store(&file).unwrap();
    let rows = Connection::open(&file).unwrap();
    let mut rows = rows.prepare("SELECT body FROM operation").unwrap();
    let bodies = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let mut read = 0;
    for body in bodies {
        let text = packed::json(&body.unwrap()).unwrap();
        let operation: Operation = decode(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(encode(&operation).unwrap(), text);
        read += 1;
    }
    assert_eq!(read, 59);
}

#[tokio::test]
async fn every_offer_of_an_earlier_version_is_read_with_its_operations() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("signoff.db");
    earlier_store(&file).unwrap();
    let store = SqliteStore::open(&file).unwrap();
    let (mut offers, mut operations) = (0, 0);
    for summary in store.list(CONTOSO, OfferFilter::default()).await.unwrap() {
        let offer = &summary.offer.id;
        let state =
            store.load(&OfferKey::new(CONTOSO, offer)).await.unwrap().expect("it is listed").aggregate;
        assert_eq!(invariants::of_offer(&state), [], "{offer}");
        assert_eq!(summary.status, state.status(), "{offer}");
        for operation in store.operations(&OfferKey::new(CONTOSO, offer)).await.unwrap() {
            assert_eq!(invariants::of_operation(&operation), [], "{offer}");
            operations += 1;
        }
        offers += 1;
    }
    assert_eq!((offers, operations), (37, 59));
}
