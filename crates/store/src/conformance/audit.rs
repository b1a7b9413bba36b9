//! The audit log: written with the change, numbered without gaps, read from the newest on.

use crate::StoreError;
use crate::contract::{AuditEntry, AuditRow, Change, PrincipalId, PrincipalRecord, SERVER};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::ids::PublisherTime;

use super::Fixture;
use super::directory::{principal, publisher};
use super::world::{CONTOSO, FABRIKAM, bare, id};

pub fn entry(action: &str) -> AuditEntry {
    AuditEntry {
        at: PublisherTime(7),
        by: Actor::App { tenant: "tenant".to_owned(), id: "ann".to_owned() },
        role: "owner".to_owned(),
        action: action.to_owned(),
        offer: Some("vm".to_owned()),
        operation: Some(id(3)),
        subject: Some("live".to_owned()),
        outcome: "givenUp".to_owned(),
        reason: Some("\u{e9}\"\u{1F600}".to_owned()),
        request: "56615b67-2185-49fe-80d2-c4ddf77bb2e8".to_owned(),
    }
}

/// Number and action of what is read.
fn brief(rows: &[AuditRow]) -> Vec<(u64, &str)> {
    rows.iter().map(|row| (row.number, row.entry.action.as_str())).collect()
}

pub async fn an_entry_is_written_with_its_change(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.audit(CONTOSO, None, 10).await.unwrap(), []);
    let change = Change { audit: Some(entry("put")), ..bare(store.as_ref(), CONTOSO, "vm").await };
    store.commit(&change).await.unwrap();
    let written = store.audit(CONTOSO, None, 10).await.unwrap();
    assert_eq!(written, [AuditRow { number: 1, entry: entry("put") }]);
    // The same change again is refused, and leaves no entry.
    assert!(matches!(store.commit(&change).await, Err(StoreError::Stale)));
    let unasked = bare(store.as_ref(), CONTOSO, "vm").await;
    store.commit(&unasked).await.unwrap();
    assert_eq!(store.audit(CONTOSO, None, 10).await.unwrap(), written);
}

pub async fn entries_are_read_in_pages_from_the_newest_on(fx: &impl Fixture) {
    let store = fx.store();
    for number in 1..=5 {
        let audit = Some(entry(&number.to_string()));
        store.commit(&Change { audit, ..bare(store.as_ref(), CONTOSO, "vm").await }).await.unwrap();
        store
            .commit(&Change { audit: Some(entry("theirs")), ..bare(store.as_ref(), FABRIKAM, "vm").await })
            .await
            .unwrap();
    }
    let first = store.audit(CONTOSO, None, 2).await.unwrap();
    assert_eq!(brief(&first), [(5, "5"), (4, "4")]);
    let second = store.audit(CONTOSO, Some(4), 2).await.unwrap();
    assert_eq!(brief(&second), [(3, "3"), (2, "2")]);
    assert_eq!(brief(&store.audit(CONTOSO, Some(2), 2).await.unwrap()), [(1, "1")]);
    assert_eq!(store.audit(CONTOSO, Some(1), 2).await.unwrap(), []);
    assert_eq!(brief(&store.audit(CONTOSO, Some(u64::MAX), 1).await.unwrap()), [(5, "5")]);
    assert_eq!(store.audit(CONTOSO, None, 0).await.unwrap(), []);
}

pub async fn changes_of_the_directory_are_told_too(fx: &impl Fixture) {
    let store = fx.store();
    let bob: PrincipalId = principal("bob");
    store.put_publisher(publisher(CONTOSO), Some(entry("putPublisher"))).await.unwrap();
    store.put_member(CONTOSO, &bob, Some(Role::Reader), Some(entry("putMember"))).await.unwrap();
    store.put_member(CONTOSO, &bob, None, None).await.unwrap();
    store.put_member(CONTOSO, &bob, None, Some(entry("removeMember"))).await.unwrap();
    let written = store.audit(CONTOSO, None, 10).await.unwrap();
    assert_eq!(brief(&written), [(3, "removeMember"), (2, "putMember"), (1, "putPublisher")]);
}

pub async fn what_belongs_to_no_publisher_has_a_log_of_its_own(fx: &impl Fixture) {
    let store = fx.store();
    let record = |seeded| PrincipalRecord { id: principal("bob"), secret_hash: None, seeded };
    store.put_principal(record(false), Some(entry("putPrincipal"))).await.unwrap();
    store.put_principal(record(true), None).await.unwrap();
    store.put_principal(record(false), Some(entry("again"))).await.unwrap();
    let written = store.audit(SERVER, None, 10).await.unwrap();
    assert_eq!(brief(&written), [(2, "again"), (1, "putPrincipal")]);
    assert_eq!(store.audit(CONTOSO, None, 10).await.unwrap(), []);
}

pub async fn numbers_have_no_gap_when_many_write_at_once(fx: &impl Fixture) {
    let store = fx.store();
    let mut writers = Vec::new();
    for offer in 0..40 {
        let store = store.clone();
        writers.push(tokio::spawn(async move {
            let change = bare(store.as_ref(), CONTOSO, &format!("vm-{offer}")).await;
            // Every other one is refused.
            let expected = if offer % 2 == 0 { change.expected } else { Some(99) };
            store.commit(&Change { audit: Some(entry("put")), expected, ..change }).await.is_ok()
        }));
    }
    let mut committed = 0;
    for writer in writers {
        committed += u64::from(writer.await.unwrap());
    }
    assert_eq!(committed, 20);
    let numbers: Vec<_> =
        store.audit(CONTOSO, None, 100).await.unwrap().iter().map(|row| row.number).collect();
    assert_eq!(numbers, (1..=committed).rev().collect::<Vec<_>>());
}
