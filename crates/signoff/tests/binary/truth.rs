//! Whether what clients were told is so.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::Value;

use crate::ledger::{DraftedBy, Offer, Told};
use crate::server::{Api, of_offer, sample};

/// The owners of the seeded publishers.
pub(crate) struct Owners {
    pub(crate) contoso: Api,
    pub(crate) fabrikam: Api,
}

impl Owners {
    /// With new tokens.
    pub(crate) async fn at_first(base: &str) -> Self {
        Self { contoso: Api::owner(base, "contoso").await, fabrikam: Api::owner(base, "fabrikam").await }
    }

    pub(crate) fn of(&self, publisher: &str) -> &Api {
        if publisher == "contoso" { &self.contoso } else { &self.fabrikam }
    }

    /// The same with the same tokens, at another server.
    pub(crate) fn at(&self, base: &str) -> Self {
        Self { contoso: self.contoso.at(base), fabrikam: self.fabrikam.at(base) }
    }
}

/// Lets more time pass than any step takes, and calls back what waits for a sign-off. Less than finished operations are
/// kept: none is gone when it is looked at.
pub(crate) async fn let_everything_end(owners: &Owners, offers: &[Arc<Offer>]) {
    for publisher in ["contoso", "fabrikam"] {
        owners.of(publisher).advance(publisher, "7d").await;
    }
    for offer in offers {
        let api = owners.of(offer.publisher);
        let status = api.get(&offer.path("/status")).await;
        if status.text("status") == "waitingForPublisherReview" {
            let canceled = api.send(reqwest::Method::POST, &offer.path("/cancel"), None, None).await.unwrap();
            assert!(matches!(canceled.status, 200 | 202), "{canceled:?}");
        }
    }
    for publisher in ["contoso", "fabrikam"] {
        owners.of(publisher).advance(publisher, "7d").await;
    }
}

/// Every operation of every offer, newest first, as its address shows it.
pub(crate) async fn read_all(owners: &Owners, offers: &[Arc<Offer>]) -> Vec<Vec<Value>> {
    let mut all = Vec::new();
    for offer in offers {
        let api = owners.of(offer.publisher);
        let list = api.get(&offer.path("/submissions/")).await;
        let mut operations = Vec::new();
        for item in list.body.as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            let operation = api.get(&offer.path(&format!("/operations/{id}"))).await;
            assert_eq!(operation.status, 200, "{operation:?}");
            assert_eq!(operation.body["status"], item["submissionState"]);
            operations.push(operation.body);
        }
        all.push(operations);
    }
    all
}

/// Checks one offer against its part of the ledger.
pub(crate) async fn check(api: &Api, offer: &Offer, told: &[Told]) {
    let list = api.get(&offer.path("/submissions")).await;
    let mut operations = Vec::new();
    for item in list.body.as_array().unwrap() {
        let id = item["id"].as_str().unwrap();
        operations.push(api.get(&offer.path(&format!("/operations/{id}"))).await.body);
    }
    one_after_the_other(&operations);
    for entry in told {
        keeps(api, offer, entry, &operations).await;
    }
    if offer.drafted_by == DraftedBy::One {
        draft_is_the_last_one_stored(api, offer, told).await;
    }
    slots_hold_what_was_signed_off(api, offer, &operations).await;
}

/// Every operation has ended, has the next number, and began when the one before it had ended.
fn one_after_the_other(newest_first: &[Value]) {
    let number = |operation: &Value| operation["publishingVersion"].as_u64().unwrap();
    let when = |operation: &Value, what: &str| operation[what].as_str().unwrap().to_owned();
    for (operation, expected) in newest_first.iter().rev().zip(1..) {
        assert_eq!(number(operation), expected, "publishing versions are contiguous: {operation}");
        let status = operation["status"].as_str().unwrap();
        assert!(matches!(status, "completed" | "failed" | "canceled"), "{operation}");
        assert_eq!(operation["cancellationRequestState"] == "canceled", status == "canceled", "{operation}");
    }
    let oldest_first: Vec<&Value> = newest_first.iter().rev().collect();
    for pair in oldest_first.windows(2) {
        let [before, after] = pair else { continue };
        if after["submissionType"] == "cancel" {
            assert_eq!(after["target"]["operationId"], before["id"], "{after}");
            let expected = if after["status"] == "completed" { "canceled" } else { "failed" };
            assert_eq!(before["status"], expected, "{before} {after}");
        } else {
            let (ended, began) = (when(before, "lastActionDateTime"), when(after, "createdDateTime"));
            assert!(ended <= began, "two operations ran at once: {before} {after}");
        }
    }
}

async fn keeps(api: &Api, offer: &Offer, told: &Told, operations: &[Value]) {
    let by_id = |id: &Value| operations.iter().find(|operation| operation["id"] == *id);
    match told {
        Told::Unknown { .. } => {}
        Told::Stored { version, edit, .. } => {
            let stored = api.get(&offer.path(&format!("/versions/{version}"))).await;
            // Until it is published, a version is changed in place.
            assert!(edit_of(&stored.body) >= *edit, "{told:?}: {stored:?}");
        }
        Told::Started { kind, location, operation } => {
            let found = api.get(location).await;
            assert_eq!((found.status, found.text("id")), (200, operation.as_str()), "{told:?}");
            let word = if *kind == "golive" { "goLive" } else { "publish" };
            assert_eq!(found.text("submissionType"), word, "{told:?}");
            assert!(by_id(&found.body["id"]).is_some(), "{told:?}");
        }
        Told::Canceled { location } => {
            let found = api.get(location).await;
            assert_eq!(found.text("status"), "canceled", "{told:?}");
        }
        Told::CancellationEnded { location } => {
            let found = api.get(location).await;
            assert_eq!(found.text("status"), "completed", "{told:?}");
            let target = by_id(&found.body["target"]["operationId"]).unwrap();
            assert_eq!(target["status"], "canceled", "{told:?}");
        }
        Told::Canceling { location } => {
            let found = api.get(location).await;
            assert_eq!(found.text("submissionType"), "cancel", "{told:?}");
            let target = by_id(&found.body["target"]["operationId"]).unwrap();
            if offer.id == "sticky" && found.text("status") == "failed" {
                assert!(!found.body["messages"].as_array().unwrap().is_empty(), "{found:?}");
                assert_eq!(target["status"], "failed", "{told:?}");
                assert_eq!(target["error"]["code"], "CancellationFailed", "{target}");
            } else {
                assert_eq!((found.text("status"), &target["status"]), ("completed", &"canceled".into()));
            }
        }
        Told::Ended { location, body } => {
            assert_eq!(api.get(location).await.body, *body, "what has ended never changes");
        }
    }
}

/// Which of the edits a document holds.
fn edit_of(document: &Value) -> u64 {
    let title = document["definition"]["displayText"].as_str().unwrap();
    title.strip_prefix("edit ").unwrap().parse().unwrap()
}

/// The draft is the last one that was acknowledged, or one to which the answer was lost since.
async fn draft_is_the_last_one_stored(api: &Api, offer: &Offer, told: &[Told]) {
    let mut last = (1, 0, None);
    let mut perhaps = BTreeSet::new();
    for entry in told {
        match entry {
            Told::Stored { version, edit, tag } => {
                assert!(*version >= last.0, "versions grow: {entry:?} after {last:?}");
                last = (*version, *edit, Some(tag.clone()));
                perhaps.clear();
            }
            Told::Unknown { edit } => {
                perhaps.insert(*edit);
            }
            _ => {}
        }
    }
    let draft = api.get(&offer.path("")).await;
    let edit = edit_of(&draft.body);
    assert!(edit == last.1 || perhaps.contains(&edit), "edit {edit}, after {last:?} and perhaps {perhaps:?}");
    let Some(tag) = last.2 else { return };
    let document = sample(offer.publisher, offer.id, "the end");
    let again = api.send(reqwest::Method::PUT, &offer.path(""), Some(&tag), Some(&document)).await.unwrap();
    let expected = if edit == last.1 { 200 } else { 412 };
    assert_eq!(again.status, expected, "the tag of the last acknowledged draft, {tag}: {again:?}");
}

/// Production holds what the newest completed golive released, preview what the newest completed publish showed.
async fn slots_hold_what_was_signed_off(api: &Api, offer: &Offer, newest_first: &[Value]) {
    for (slot, kind) in [("production", "goLive"), ("preview", "publish")] {
        let completed = newest_first
            .iter()
            .find(|operation| operation["submissionType"] == kind && operation["status"] == "completed");
        let found = api.get(&of_offer(offer.publisher, offer.id, &format!("/slot/{slot}"))).await;
        match completed {
            None => assert_eq!(found.status, 404, "{slot} of {}", offer.id),
            Some(operation) => {
                assert_eq!(found.body["version"], operation["offerVersion"], "{slot} of {}", offer.id);
            }
        }
    }
}

/// One mail per operation, event and recipient, and none missing.
pub(crate) async fn every_mail_was_written_once(owners: &Owners, operations: &[Vec<Value>]) {
    let mailbox = owners.contoso.get("/_signoff/mailbox").await;
    let mut counted: BTreeMap<(&str, &str, &str), u32> = BTreeMap::new();
    for mail in mailbox.body.as_array().unwrap() {
        let [operation, event, to] =
            ["operation", "event", "to"].map(|member| mail[member].as_str().unwrap());
        *counted.entry((operation, event, to)).or_default() += 1;
    }
    let twice: Vec<_> = counted.iter().filter(|(_, count)| **count > 1).collect();
    assert!(twice.is_empty(), "told twice: {twice:?}");
    let events = |id: &str| -> Vec<&str> {
        let of_operation = counted.keys().filter(|(operation, ..)| *operation == id);
        let mut events: Vec<&str> = of_operation.map(|(_, event, _)| *event).collect();
        events.dedup();
        events
    };
    for operation in operations.iter().flatten() {
        let told = events(operation["id"].as_str().unwrap());
        let kind = operation["submissionType"].as_str().unwrap();
        if kind == "cancel" {
            continue;
        }
        assert!(told.contains(&"started"), "{told:?}: {operation}");
        let canceled = operation["status"] == "canceled";
        assert_eq!(told.contains(&"canceled"), canceled, "{told:?}: {operation}");
        let live = kind == "goLive" && operation["status"] == "completed";
        assert_eq!(told.contains(&"live"), live, "{told:?}: {operation}");
        let failed = told.iter().filter(|event| matches!(**event, "failed" | "cancellationFailed")).count();
        assert_eq!(failed == 1, operation["status"] == "failed", "{told:?}: {operation}");
    }
}

/// How many of the addresses that were given out lead nowhere.
pub(crate) async fn lost(api: &Api, told: &[Told]) -> usize {
    let addresses: BTreeSet<&str> = told.iter().filter_map(Told::location).collect();
    let mut lost = 0;
    for address in addresses {
        if api.get(address).await.status == 404 {
            eprintln!("lost: {address}");
            lost += 1;
        }
    }
    lost
}
