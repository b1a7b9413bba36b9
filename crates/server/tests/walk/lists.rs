//! Lists that are longer than one reply.

use serde_json::Value;

use crate::call::{Call, Client};
use crate::server::TestServer;

/// The address in `Link: rel="next"`; `None`: the list ends here.
fn next(link: &str) -> Option<String> {
    let (address, relation) = link.strip_prefix('<')?.split_once('>')?;
    assert_eq!(relation, "; rel=\"next\"");
    Some(address.to_owned())
}

/// What stands under `name` in all parts of a list, and how long the parts are.
async fn parts(client: &Client, first: Call, name: &str) -> (Vec<Value>, Vec<usize>) {
    let (mut all, mut lengths, mut call) = (Vec::new(), Vec::new(), first);
    loop {
        let reply = call.await.expect(200);
        let part = reply.json().as_array().unwrap().clone();
        lengths.push(part.len());
        all.extend(part.iter().map(|entry| entry[name].clone()));
        let Some(address) = next(&reply.header("link")) else { return (all, lengths) };
        call = client.follow(&address);
    }
}

#[tokio::test]
async fn operations_go_on_behind_a_link() {
    for server in [TestServer::start().await, TestServer::observed().await] {
        let owner = server.owner().await;
        owner.create("vm").await;
        for _ in 0..5 {
            owner.publish_to_signoff("vm").await;
            owner.cancel("vm").await.succeeded();
            owner.reaches("vm", "canceled").await;
        }
        let (whole, lengths) = parts(&owner, owner.operations("vm"), "publishingVersion").await;
        assert!(lengths.len() == 1 && whole.len() >= 5, "{whole:?}");
        let (paged, lengths) =
            parts(&owner, owner.operations("vm").query("$top", "2"), "publishingVersion").await;
        assert!(lengths.len() > 2 && lengths.iter().all(|length| *length <= 2), "{lengths:?}");
        assert_eq!(paged, whole);
        // The filter goes along.
        let canceled = || owner.operations("vm").query("status", "canceled");
        let (whole, _) = parts(&owner, canceled(), "publishingVersion").await;
        let (paged, _) = parts(&owner, canceled().query("$top", "2"), "publishingVersion").await;
        assert!(whole.len() >= 5);
        assert_eq!(paged, whole);
    }
}

#[tokio::test]
async fn offers_are_all_there_and_in_parts_on_demand() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let bare = serde_json::json!({ "offerTypeId": "microsoft-azure-virtualmachines", "definition": {} });
    // More than are read at once, and twice that, to the offer.
    let mut expected = vec![Value::from("sample-vm")];
    for count in [199, 200] {
        for number in 0..count {
            let id = format!("b{}-{number}", expected.len());
            owner.put_offer(&id, &bare).await.succeeded();
            expected.push(id.into());
        }
        let (mut sorted, (whole, lengths)) = (expected.clone(), parts(&owner, owner.offers(), "id").await);
        sorted.sort_by_key(ToString::to_string);
        assert_eq!(lengths, [expected.len()], "without $top there is one list");
        assert_eq!(whole, sorted);
        let (paged, lengths) = parts(&owner, owner.offers().query("$top", "150"), "id").await;
        assert!(lengths.iter().all(|length| *length <= 150));
        assert_eq!(paged, sorted);
    }
    let filter = owner.offers().query("$filter", "status eq 'running'");
    assert_eq!(parts(&owner, filter, "id").await.0, [] as [Value; 0]);
}
