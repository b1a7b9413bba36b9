//! What an earlier version stored is migrated, checked and copied.

use signoff_store::testing::earlier_store;
use signoff_upkeep::{self as upkeep, Place};
use tempfile::TempDir;

use crate::unseen;

#[tokio::test(flavor = "multi_thread")]
async fn an_earlier_store_is_migrated_checked_and_copied() {
    let folder = TempDir::new().unwrap();
    let [from, to] = ["from.db", "to.db"].map(|name| folder.path().join(name));
    earlier_store(&from).unwrap();
    let (from, to) = (Place::sqlite(&from), Place::sqlite(&to));
    upkeep::migrate(&from).await.unwrap();
    let report = upkeep::check(&from, &|_| Ok(()), &unseen).await.unwrap();
    assert_eq!(report.findings, []);
    upkeep::copy(&from, &to, &unseen).await.unwrap();
}
