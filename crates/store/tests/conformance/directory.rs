//! Publishers, members, principals, keys.

use signoff_lifecycle::access::Role;
use signoff_store::contract::{PrincipalId, PrincipalRecord, Publisher, SigningKey};

use crate::fixture::Fixture;
use crate::world::{CONTOSO, FABRIKAM};

pub(crate) fn publisher(id: &str) -> Publisher {
    Publisher {
        id: id.to_owned(),
        version: 0,
        display_text: id.to_uppercase(),
        seller_id: 4711,
        offer_type_categories: vec!["microsoft-azure-virtualmachines".to_owned()],
        seller_contact: Some(format!("seller@{id}.example")),
        migrated: true,
    }
}

pub(crate) fn principal(client: &str) -> PrincipalId {
    PrincipalId { tenant: "11111111-1111-1111-1111-111111111111".to_owned(), client: client.to_owned() }
}

pub(crate) fn key(kid: &str, created_at: i64) -> SigningKey {
    SigningKey { kid: kid.to_owned(), private_pem: format!("pem of {kid}"), created_at }
}

pub(crate) async fn a_publisher_is_replaced_whole(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.publisher(CONTOSO).await.unwrap(), None);
    let first = store.put_publisher(Publisher { version: 9, ..publisher(CONTOSO) }, None).await.unwrap();
    assert_eq!(first, Publisher { version: 1, ..publisher(CONTOSO) });
    let changed = Publisher { seller_contact: None, migrated: false, ..publisher(CONTOSO) };
    let second = store.put_publisher(changed.clone(), None).await.unwrap();
    assert_eq!(second, Publisher { version: 2, ..changed });
    assert_eq!(store.publisher(CONTOSO).await.unwrap(), Some(second));
}

pub(crate) async fn members_come_and_go(fx: &impl Fixture) {
    let store = fx.store();
    let (ann, bob) = (principal("ann"), principal("bob"));
    for id in [FABRIKAM, CONTOSO] {
        store.put_publisher(publisher(id), None).await.unwrap();
        store.put_member(id, &ann, Some(Role::Owner), None).await.unwrap();
    }
    store.put_member(CONTOSO, &bob, Some(Role::Reader), None).await.unwrap();
    store.put_member(CONTOSO, &bob, Some(Role::Reviewer), None).await.unwrap();
    assert_eq!(store.role(CONTOSO, &bob).await.unwrap(), Some(Role::Reviewer));
    assert_eq!(store.role(FABRIKAM, &bob).await.unwrap(), None);
    let stranger = PrincipalId { tenant: "another".to_owned(), ..ann.clone() };
    assert_eq!(store.role(CONTOSO, &stranger).await.unwrap(), None);
    let members = store.members(CONTOSO).await.unwrap();
    assert_eq!(members, [(ann.clone(), Role::Owner), (bob.clone(), Role::Reviewer)]);
    let of_ann = store.publishers_of(&ann).await.unwrap();
    let of_ann: Vec<_> = of_ann.iter().map(|(publisher, role)| (publisher.id.as_str(), *role)).collect();
    assert_eq!(of_ann, [(CONTOSO, Role::Owner), (FABRIKAM, Role::Owner)]);

    store.put_member(CONTOSO, &bob, None, None).await.unwrap();
    store.put_member(CONTOSO, &bob, None, None).await.unwrap();
    assert_eq!(store.role(CONTOSO, &bob).await.unwrap(), None);
    assert_eq!(store.publishers_of(&bob).await.unwrap(), []);
}

pub(crate) async fn principals_are_kept(fx: &impl Fixture) {
    let store = fx.store();
    let ann = principal("ann");
    assert!(store.principal(&ann).await.unwrap().is_none());
    let mut record = PrincipalRecord { id: ann.clone(), secret_hash: None, seeded: true };
    store.put_principal(record.clone()).await.unwrap();
    assert!(store.principal(&ann).await.unwrap() == Some(record.clone()));
    record.secret_hash = Some("salted".to_owned());
    record.seeded = false;
    store.put_principal(record.clone()).await.unwrap();
    assert!(store.principal(&ann).await.unwrap() == Some(record));
}

pub(crate) async fn of_two_first_keys_one_wins(fx: &impl Fixture) {
    let store = fx.store();
    assert!(store.signing_keys().await.unwrap().is_empty());
    let nodes = (0..8).map(|node| {
        let store = store.clone();
        tokio::spawn(async move { store.add_first_signing_key(key(&node.to_string(), node)).await.unwrap() })
    });
    let mut winners = Vec::new();
    for node in nodes.collect::<Vec<_>>() {
        let keys = node.await.unwrap();
        assert_eq!(keys.len(), 1);
        winners.push((keys[0].kid.clone(), keys[0].private_pem.clone(), keys[0].created_at));
    }
    winners.dedup();
    assert_eq!(winners.len(), 1, "{winners:?}");
    assert_eq!(store.signing_keys().await.unwrap()[0].kid, winners[0].0);
}
