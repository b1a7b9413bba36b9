//! The hot calls: what commands, polls, the runner, the mail and the tasks that forget ask of a store.

use signoff_lifecycle::access::Role;
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_store::Store;
use signoff_store::conformance::audit::entry;
use signoff_store::conformance::directory::{principal, publisher};
use signoff_store::conformance::world::{
    CONTOSO, LONG, NOW, REAL_NOW, cancel, decided, done, golive, publish, put,
};
use signoff_store::contract::{
    Aged, Change, Claim, Delivery, DevKind, Lease, Letter, OfferFilter, Place, Prune, Repeated,
};

use super::Filled;

/// The most rows that a call asks for.
pub(super) const MOST: i64 = 256;

/// Greater than every id that there is.
fn id(number: u128) -> OperationId {
    OperationId::of((0x0200_u128 << 112) + number)
}

fn reply(key: u8) -> Repeated {
    let reply = "{}".to_owned();
    Repeated { publisher: CONTOSO.to_owned(), key: [key; 32], digest: [key; 32], expires_at: REAL_NOW, reply }
}

/// Something of everything, for the rows that are made to be like it.
pub(super) async fn live(store: &dyn Store) {
    store.put_publisher(publisher(CONTOSO), None).await.unwrap();
    store.put_member(CONTOSO, &principal("ann"), Some(Role::Owner), None).await.unwrap();
    let change = decided(store, CONTOSO, "vm", put(CONTOSO, "vm")).await;
    store.commit(&Change { audit: Some(entry("put")), ..change }).await.unwrap();
    let change = decided(store, CONTOSO, "vm", publish(id(1), 1)).await;
    store.commit(&change).await.unwrap();
}

/// Makes each of them; on two offers, for statements are prepared with the first.
pub(super) async fn make(filled: &Filled) {
    for (offer, first) in [("vm-1", 0x100), ("vm-2", 0x200)] {
        let call = async |name: &str| filled.begin(&format!("{offer}: {name}")).await;
        commands(&*filled.store, offer, first, &call).await;
        polls(&*filled.store, offer, id(first), &call).await;
        mail(&*filled.store, &call).await;
        upkeep(&*filled.store, offer, first, &call).await;
    }
}

async fn commands(store: &dyn Store, offer: &str, first: u128, call: &impl AsyncFn(&str)) {
    call("load and commit of a first put").await;
    let change = decided(store, CONTOSO, offer, put(CONTOSO, offer)).await;
    store.commit(&Change { audit: Some(entry("put")), ..change }).await.unwrap();
    call("load and commit of a publish").await;
    let change = decided(store, CONTOSO, offer, publish(id(first), 1)).await;
    let key = u8::try_from(first >> 8).unwrap();
    let change = Change { audit: Some(entry("publish")), repeat: Some(reply(key)), ..change };
    store.commit(&change).await.unwrap();
    call("claim").await;
    let lease = claimed(store, id(first)).await;
    call("renew").await;
    store.renew(&lease, LONG).await.unwrap();
    call("put_artifact").await;
    store.put_artifact(&lease, "package", "{}".to_owned()).await.unwrap();
    call("load and commit of a result").await;
    let change = decided(store, CONTOSO, offer, done(id(first), lease.attempt)).await;
    store.commit(&Change { fence: Some(lease), ..change }).await.unwrap();
    call("load and commit of a golive").await;
    let change = decided(store, CONTOSO, offer, golive(id(first + 1))).await;
    store.commit(&Change { audit: Some(entry("golive")), ..change }).await.unwrap();
    call("load and commit of a cancel").await;
    let change = decided(store, CONTOSO, offer, cancel(id(first + 2))).await;
    store.commit(&Change { audit: Some(entry("cancel")), ..change }).await.unwrap();
    call("release").await;
    let lease = claimed(store, id(first + 2)).await;
    store.release(&lease).await.unwrap();
    call("next_due").await;
    store.next_due(None, &[]).await.unwrap().unwrap();
    call("next_due of a publisher").await;
    store.next_due(Some(CONTOSO), &[]).await.unwrap().unwrap();
    call("due_by").await;
    assert!(!store.due_by(CONTOSO, NOW).await.unwrap().is_empty());
}

async fn claimed(store: &dyn Store, operation: OperationId) -> Lease {
    let claim = Claim { now: REAL_NOW, clocks: Vec::new(), lease_for: LONG, limit: 16 };
    let claimed = store.claim(claim).await.unwrap();
    let piece = claimed.into_iter().find(|piece| piece.work.operation == operation);
    piece.expect("its work is due").lease
}

async fn polls(store: &dyn Store, offer: &str, operation: OperationId, call: &impl AsyncFn(&str)) {
    call("poll").await;
    store.operation(CONTOSO, operation).await.unwrap().unwrap();
    call("role").await;
    store.role(CONTOSO, &principal("ann")).await.unwrap().unwrap();
    call("offer_by_guid").await;
    store.offer_by_guid(CONTOSO, signoff_store::conformance::world::guid(offer)).await.unwrap().unwrap();
    call("offer_spelled").await;
    store.offer_spelled(&OfferKey::new(CONTOSO, offer.to_uppercase())).await.unwrap().unwrap();
    call("operations").await;
    assert_eq!(store.operations(&OfferKey::new(CONTOSO, offer)).await.unwrap().len(), 3);
    call("operations_before").await;
    let newest = store.operations_before(&OfferKey::new(CONTOSO, offer), None, 1).await.unwrap();
    let older = store
        .operations_before(&OfferKey::new(CONTOSO, offer), Some(Place::of(&newest[0])), 1)
        .await
        .unwrap();
    assert_eq!(older.len(), 1);
    call("operation_by_version").await;
    store.operation_by_version(&OfferKey::new(CONTOSO, offer), 1).await.unwrap().unwrap();
    call("content").await;
    store.content(&OfferKey::new(CONTOSO, offer), 3).await.unwrap().unwrap();
    call("list").await;
    for after in [None, Some("offer-000000100".to_owned())] {
        let filter = OfferFilter { limit: Some(100), after, ..OfferFilter::default() };
        assert_eq!(store.list(CONTOSO, filter).await.unwrap().len(), 100);
    }
    call("artifacts").await;
    assert_eq!(store.artifacts(CONTOSO, operation).await.unwrap().len(), 1);
    call("publisher").await;
    store.publisher(CONTOSO).await.unwrap().unwrap();
    call("publishers_of").await;
    assert_eq!(store.publishers_of(&principal("ann")).await.unwrap().len(), 1);
    call("publishers").await;
    assert!(!store.publishers(None, 100).await.unwrap().is_empty());
    call("put_member_if_an_owner_stays").await;
    assert!(!store.put_member_if_an_owner_stays(CONTOSO, &principal("ann"), None, None).await.unwrap());
    call("principal").await;
    store.principal(&principal("ann")).await.unwrap();
    call("audit").await;
    assert_eq!(store.audit(CONTOSO, None, 100).await.unwrap().len(), 100);
    call("dev_state").await;
    store.dev_state(DevKind::Scenario, CONTOSO, offer).await.unwrap();
}

async fn mail(store: &dyn Store, call: &impl AsyncFn(&str)) {
    call("next_letter_due").await;
    store.next_letter_due(REAL_NOW, &[]).await.unwrap().unwrap();
    call("due_letters").await;
    let letters = store.due_letters(REAL_NOW, &[], 16).await.unwrap();
    assert!(!letters.is_empty());
    call("next_letter_due with some held").await;
    store.next_letter_due(REAL_NOW, &[]).await.unwrap().unwrap();
    call("record_delivery").await;
    for letter in letters {
        store.record_delivery(Letter { delivery: Delivery::Sent, ..letter }).await.unwrap();
    }
}

async fn upkeep(store: &dyn Store, offer: &str, first: u128, call: &impl AsyncFn(&str)) {
    let key = u8::try_from(first >> 8).unwrap();
    call("repeated").await;
    store.repeated(CONTOSO, [key; 32]).await.unwrap().unwrap();
    call("keep_reply").await;
    store.keep_reply(reply(key + 100)).await.unwrap();
    call("prune_repeated").await;
    assert_eq!(store.prune_repeated(REAL_NOW, 256).await.unwrap(), 2);
    call("publisher_after").await;
    store.publisher_after(Some(CONTOSO)).await.unwrap().unwrap();
    call("operations_after").await;
    let oldest = store.operations_after(CONTOSO, Some(OperationId::of(5)), 256).await.unwrap();
    assert_eq!(oldest.len(), 256);
    call("prune").await;
    let loaded = store.load(&OfferKey::new(CONTOSO, offer)).await.unwrap().unwrap();
    let remove = [Aged { id: id(first), publishing_version: 1, offer_version: 1 }].to_vec();
    let prune = Prune {
        publisher: CONTOSO.to_owned(),
        offer: offer.to_owned(),
        revision: loaded.revision,
        remove,
        keep: Vec::new(),
        contents_below: 1,
        versions: vec![1],
    };
    assert_eq!(store.prune(prune).await.unwrap(), 1);
}
