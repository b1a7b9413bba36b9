//! What one document may hold, and what is said of it.

use serde_json::json;

use super::{Outcome, Seen, calls};
use crate::call::fit_document;
use crate::server::TestServer;

pub(super) async fn json_values(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let put = |values: usize| {
        // The document, its type, its definition and the list are four.
        let list = vec!["1"; values - 4].join(",");
        let text = format!(
            r#"{{"offerTypeId":"microsoft-azure-virtualmachines","definition":{{"list":[{list}]}}}}"#
        );
        owner.call("PUT", &owner.path("values", "")).body(&text)
    };
    calls(put(most), put(most + 1)).await
}

pub(super) async fn findings(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let warned = async |count: usize| {
        let mut document = fit_document();
        document["definition"]["plans"][0]["regions"] = (0..count).map(|_| json!("AZ")).collect();
        let offer = format!("found-{count}");
        owner.put_offer(&offer, &document).await.expect(201);
        owner.publish(&offer).query("validateOnly", "true").await
    };
    let (at, beyond) = (warned(most).await, warned(most + 1).await);
    assert_eq!((at.json()["warnings"].as_array().unwrap().len(), at.json().get("omitted")), (most, None));
    assert_eq!(beyond.json()["warnings"].as_array().unwrap().len(), most);
    assert_eq!(beyond.json()["omitted"], 1);
    Seen { at: at.status, beyond: Outcome::Answered }
}

pub(super) async fn plan_id(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let published = async |length: usize| {
        let mut document = fit_document();
        document["definition"]["plans"][0]["planId"] = json!("p".repeat(length));
        let offer = format!("plan-{length}");
        owner.put_offer(&offer, &document).await.expect(201);
        owner.publish(&offer).query("validateOnly", "true").await
    };
    let at = published(most).await;
    Seen { at: at.status, beyond: Outcome::refused(&published(most + 1).await) }
}

pub(super) async fn changes(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let compared = async |count: usize| {
        let offer = format!("changed-{count}");
        let mut document = fit_document();
        owner.put_offer(&offer, &document).await.expect(201);
        owner.publish_to_signoff(&offer).await;
        document["definition"]["new"] = json!({});
        for number in 1..count {
            document["definition"][format!("new-{number}")] = json!(number);
        }
        owner.put_offer(&offer, &document).if_match("*").await.expect(200);
        owner.get(&owner.path(&offer, "/diff")).query("from", "preview").await
    };
    let (at, beyond) = (compared(most).await, compared(most + 1).await);
    assert_eq!((at.json()["changes"].as_array().unwrap().len(), at.json().get("omitted")), (most, None));
    assert_eq!(beyond.json()["changes"].as_array().unwrap().len(), most);
    assert_eq!(beyond.json()["omitted"], 1);
    Seen { at: at.status, beyond: Outcome::Answered }
}

pub(super) async fn filter_conditions(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let list = |count: usize| {
        let filter = vec!["status eq 'running'"; count].join(" and ");
        owner.get("/api/publishers/contoso/offers").query("$filter", &filter)
    };
    calls(list(most), list(most + 1)).await
}

pub(super) async fn offer_types(server: &TestServer, most: usize) -> Seen {
    let owner = server.owner().await;
    let put = |count: usize| {
        let types = vec!["microsoft-azure-saas"; count];
        owner.put("/api/publishers/contoso", &json!({ "offerTypeCategories": types }))
    };
    calls(put(most), put(most + 1)).await
}
