//! Publishers, members, principals, keys.

use crate::contract::{PrincipalId, PrincipalRecord, Publisher, SigningKey};
use signoff_lifecycle::access::Role;

use super::Fixture;
use super::audit::entry;
use super::world::{CONTOSO, FABRIKAM};

pub fn publisher(id: &str) -> Publisher {
    Publisher {
        id: id.to_owned(),
        version: 0,
        display_text: id.to_uppercase(),
        seller_id: 4711,
        offer_type_categories: vec!["microsoft-azure-virtualmachines".to_owned()],
        seller_contact: Some(format!("seller@{id}.example")),
        migrated: true,
        self_review: true,
    }
}

pub fn principal(client: &str) -> PrincipalId {
    PrincipalId { tenant: "11111111-1111-1111-1111-111111111111".to_owned(), client: client.to_owned() }
}

pub fn key(kid: &str, created_at: i64) -> SigningKey {
    SigningKey { kid: kid.to_owned(), private_pem: format!("pem of {kid}"), created_at }
}

pub async fn a_publisher_is_replaced_whole(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.publisher(CONTOSO).await.unwrap(), None);
    let first = store.put_publisher(Publisher { version: 9, ..publisher(CONTOSO) }, None).await.unwrap();
    assert_eq!(first, Publisher { version: 1, ..publisher(CONTOSO) });
    let changed = Publisher { seller_contact: None, migrated: false, ..publisher(CONTOSO) };
    let second = store.put_publisher(changed.clone(), None).await.unwrap();
    assert_eq!(second, Publisher { version: 2, ..changed });
    assert_eq!(store.publisher(CONTOSO).await.unwrap(), Some(second));
}

pub async fn members_come_and_go(fx: &impl Fixture) {
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

pub async fn publishers_are_listed_in_pages(fx: &impl Fixture) {
    let store = fx.store();
    assert_eq!(store.publishers(None, 10).await.unwrap(), []);
    for id in ["b", "a", "a-1", "c"] {
        store.put_publisher(publisher(id), None).await.unwrap();
    }
    let ids = async |after, limit| {
        let page = store.publishers(after, limit).await.unwrap();
        page.into_iter().map(|publisher| publisher.id).collect::<Vec<_>>()
    };
    assert_eq!(ids(None, 3).await, ["a", "a-1", "b"]);
    assert_eq!(ids(Some("b"), 3).await, ["c"]);
    assert_eq!(ids(Some("a-0"), 1).await, ["a-1"]);
    assert_eq!(ids(Some("c"), 3).await, Vec::<String>::new());
}

pub async fn the_last_owner_stays(fx: &impl Fixture) {
    let store = fx.store();
    let (ann, bob) = (principal("ann"), principal("bob"));
    for id in [CONTOSO, FABRIKAM] {
        store.put_publisher(publisher(id), None).await.unwrap();
    }
    // An owner elsewhere is no owner here, and neither is who has another role here.
    store.put_member(FABRIKAM, &bob, Some(Role::Owner), None).await.unwrap();
    store.put_member(CONTOSO, &ann, Some(Role::Owner), None).await.unwrap();
    store.put_member(CONTOSO, &bob, Some(Role::Contributor), None).await.unwrap();
    for role in [None, Some(Role::Contributor)] {
        let audit = Some(entry("putMember"));
        assert!(!store.put_member_if_an_owner_stays(CONTOSO, &ann, role, audit).await.unwrap());
        assert_eq!(store.role(CONTOSO, &ann).await.unwrap(), Some(Role::Owner));
    }
    assert_eq!(store.audit(CONTOSO, None, 10).await.unwrap(), [], "what was refused leaves no entry");
    for (member, role) in [
        (&ann, Some(Role::Owner)),
        (&bob, Some(Role::Reader)),
        (&bob, None),
        (&bob, Some(Role::Owner)),
        (&ann, None),
    ] {
        let audit = Some(entry("putMember"));
        let changed = store.put_member_if_an_owner_stays(CONTOSO, member, role, audit).await.unwrap();
        assert!(changed, "{member} {role:?}");
        assert_eq!(store.role(CONTOSO, member).await.unwrap(), role);
    }
    assert_eq!(store.audit(CONTOSO, None, 10).await.unwrap().len(), 5);
    // The operator may.
    store.put_member(CONTOSO, &bob, None, None).await.unwrap();
    assert_eq!(store.members(CONTOSO).await.unwrap(), []);
}

pub async fn of_owners_who_remove_each_other_at_once_one_stays(fx: &impl Fixture) {
    let store = fx.store();
    store.put_publisher(publisher(CONTOSO), None).await.unwrap();
    let owners: Vec<_> = (0..8).map(|number| principal(&format!("owner-{number}"))).collect();
    for owner in &owners {
        store.put_member(CONTOSO, owner, Some(Role::Owner), None).await.unwrap();
    }
    let leaving = owners.iter().enumerate().map(|(number, owner)| {
        let (store, owner) = (store.clone(), owner.clone());
        let role = [None, Some(Role::Reader)][number % 2];
        tokio::spawn(async move {
            store.put_member_if_an_owner_stays(CONTOSO, &owner, role, Some(entry("putMember"))).await.unwrap()
        })
    });
    let mut left = 0;
    for one in leaving.collect::<Vec<_>>() {
        left += usize::from(one.await.unwrap());
    }
    let members = store.members(CONTOSO).await.unwrap();
    let owners = members.iter().filter(|(_, role)| *role == Role::Owner).count();
    assert_eq!((left, owners), (7, 1), "{members:?}");
}

pub async fn principals_are_kept(fx: &impl Fixture) {
    let store = fx.store();
    let ann = principal("ann");
    assert!(store.principal(&ann).await.unwrap().is_none());
    let mut record = PrincipalRecord { id: ann.clone(), secret_hash: None, seeded: true };
    store.put_principal(record.clone(), None).await.unwrap();
    assert!(store.principal(&ann).await.unwrap() == Some(record.clone()));
    record.secret_hash = Some("salted".to_owned());
    record.seeded = false;
    store.put_principal(record.clone(), None).await.unwrap();
    assert!(store.principal(&ann).await.unwrap() == Some(record));
}

pub async fn of_two_first_keys_one_wins(fx: &impl Fixture) {
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
