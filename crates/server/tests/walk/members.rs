//! Members and who may judge whom: last owners, names, self-review, secrets, and the server's own log.

use serde_json::{Value, json};
use signoff_server::identity::DEFAULT_AUDIENCE;
use signoff_server::{QuotaSettings, TENANT};
use signoff_wire::Dialect;

use crate::call::Client;
use crate::server::TestServer;

fn member(publisher: &str, client: &str) -> String {
    format!("/api/publishers/{publisher}/members/{TENANT}/{client}")
}

#[tokio::test]
async fn the_last_owner_stays() {
    let server = TestServer::start().await;
    let (owner, operator) = (server.owner().await, server.operator());
    let own = member("contoso", "contoso-owner");
    for role in ["contributor", "reviewer", "reader"] {
        let refused = owner.put(&own, &json!({ "role": role })).await.refused(400, "LastOwner");
        assert!(refused.message().contains("contoso"), "{}", refused.text);
    }
    owner.call("DELETE", &own).await.refused(400, "LastOwner");
    owner.put(&own, &json!({ "role": "owner" })).await.expect(200);
    owner.put(&member("contoso", "second"), &json!({ "role": "owner" })).await.expect(200);
    owner.call("DELETE", &own).await.expect(204);
    owner.offer("sample-vm").await.refused(403, "Forbidden");
    operator.call("DELETE", &member("contoso", "second")).await.expect(204);
    let members = operator.get("/api/publishers/contoso/members").await.expect(200).json();
    let clients: Vec<&Value> = members.as_array().unwrap().iter().map(|member| &member["client"]).collect();
    assert_eq!(clients, ["contoso-reader"], "the operator may");
}

#[tokio::test]
async fn names_that_look_like_others_are_refused() {
    let server = TestServer::start().await;
    let (owner, operator) = (server.owner().await, server.operator());
    let long = "x".repeat(256);
    let names = [
        "operator",
        "Operator",
        "a%2Fb",
        "a%0Ab",
        "a%1Bb",
        "a%20b",
        "ann%E2%80%8B",
        "%E2%80%AEnna",
        "%D0%B0nn",
        "user:",
        &long,
    ];
    for name in names {
        let refused = owner.put(&member("contoso", name), &json!({ "role": "reader" })).await;
        assert_eq!(refused.refused(400, "InvalidId").target(), "client", "{name}");
        let path = format!("/api/principals/{TENANT}/{name}");
        let refused = operator.put(&path, &json!({})).await.refused(400, "InvalidId");
        assert_eq!(refused.target(), "client", "{name}");
        assert!(!refused.message().contains(|c: char| c.is_control()), "{name}");
        let tenant = format!("/api/publishers/contoso/members/{name}/c");
        if name != "user:" {
            let refused = owner.put(&tenant, &json!({ "role": "reader" })).await.refused(400, "InvalidId");
            assert_eq!(refused.target(), "tenant", "{name}");
        }
        // Who was registered by an older version can go.
        assert_eq!(owner.call("DELETE", &member("contoso", name)).await.status, 204, "{name}");
    }
    let person = format!("/api/principals/{TENANT}/user:ann");
    operator.put(&person, &json!({})).await.refused(400, "InvalidId");
    for name in ["Con\u{202e}toso", "Con\ntoso", "Contoso\u{200b}"] {
        let refused = owner.put("/api/publishers/contoso", &json!({ "displayText": name })).await;
        assert_eq!(refused.refused(400, "InvalidBody").target(), "displayText", "{name:?}");
    }
    let members = owner.get("/api/publishers/contoso/members").await.expect(200).json();
    assert_eq!(members.as_array().unwrap().len(), 2, "nothing was registered");
}

/// The id of a publish whose certification waits for a reviewer.
async fn waits_for_review(server: &TestServer, author: &Client, offer: &str) -> String {
    author.create(offer).await.expect(201);
    server.scenario(offer, json!({ "displaycertify": { "executor": "manual" } })).await.expect(200);
    let publish = author.publish(offer).await.expect(202).operation_id();
    author.step_reaches(offer, "displaycertify", "waitingForApproval").await;
    publish
}

#[tokio::test]
async fn who_started_a_publish_does_not_approve_it_where_the_publisher_says_so() {
    let server = TestServer::start().await;
    let (owner, author) = (server.owner().await, server.member("contributor").await);
    let before = waits_for_review(&server, &author, "before").await;
    author.approve("before", &before, "displaycertify").await.expect(200);

    let contoso = "/api/publishers/contoso";
    assert_eq!(owner.get(contoso).await.json()["definition"]["selfReview"], json!(true));
    let set = owner.put(contoso, &json!({ "selfReview": false })).await.expect(200).json();
    assert_eq!(set["definition"]["selfReview"], json!(false));
    let publish = waits_for_review(&server, &author, "vm").await;
    let refused = author.approve("vm", &publish, "displaycertify").await.refused(403, "SelfReview");
    let name = format!("'{TENANT}/contoso-contributor-too'");
    assert!(
        refused.message().contains("displaycertify") && refused.message().contains(&name),
        "{}",
        refused.text
    );
    author.step_reaches("vm", "displaycertify", "waitingForApproval").await;
    owner.approve("vm", &publish, "displaycertify").await.expect(200);

    let publish = waits_for_review(&server, &owner, "mine").await;
    owner.approve("mine", &publish, "displaycertify").await.refused(403, "SelfReview");
    owner.reject("mine", &publish, "displaycertify").await.expect(200);
    owner.reaches("mine", "failed").await;
}

#[tokio::test]
async fn new_publishers_let_no_author_approve() {
    let (server, other) = (TestServer::production().await, TestServer::start().await);
    let production = server.operator();
    let made = production.put("/api/publishers/northwind", &json!({})).await.expect(201).json();
    assert_eq!(made["definition"]["selfReview"], json!(false));
    let set = production.put("/api/publishers/northwind", &json!({ "selfReview": true })).await.expect(200);
    assert_eq!(set.json()["definition"]["selfReview"], json!(true));
    let development = other.operator();
    let made = development.put("/api/publishers/northwind", &json!({})).await.expect(201).json();
    assert_eq!(made["definition"]["selfReview"], json!(true));
}

#[tokio::test]
async fn secrets_of_production_are_long_or_made_here() {
    let server = TestServer::production().await;
    let operator = server.operator();
    let path = format!("/api/principals/{TENANT}/ci");
    let long = "0123456789abcdef0123456789abcdef";
    for secret in [&long[1..], "", &" ".repeat(40), &"x".repeat(5000)] {
        let refused = operator.put(&path, &json!({ "secret": secret })).await.refused(400, "InvalidBody");
        assert_eq!(refused.target(), "secret");
        assert!(refused.message().contains("32"), "{}", refused.text);
    }
    let made = operator.call("PUT", &path).empty().await.expect(201).json();
    let secret = made["secret"].as_str().unwrap().to_owned();
    assert_eq!((secret.len(), &made["client"]), (43, &json!("ci")));
    server.token("ci", &secret, DEFAULT_AUDIENCE).await;
    let other = operator.put(&path, &json!({})).await.expect(200).json()["secret"].clone();
    assert_ne!(other, json!(secret), "each is made anew");
    let set = operator.put(&path, &json!({ "secret": long })).await.expect(200).json();
    assert_eq!(set, json!({ "tenant": TENANT, "client": "ci" }), "what the operator knows is not shown");
    let token = server.token("ci", long, DEFAULT_AUDIENCE).await;
    let refused = server.bearing(&token).put(&path, &json!({ "secret": long })).await;
    refused.refused(403, "Forbidden");

    let page = operator.get("/api/audit").await.expect(200);
    assert!(!page.text.contains(&secret) && !page.text.contains(long), "{}", page.text);
    let entries = page.json()["entries"].as_array().unwrap().clone();
    let brief: Vec<_> =
        entries.iter().map(|entry| (&entry["action"], &entry["outcome"], &entry["by"])).collect();
    let (put, operator_word) = (json!("putPrincipal"), json!("operator"));
    let (created, stored) = (json!("created"), json!("stored"));
    let expected = [&stored, &stored, &created].map(|outcome| (&put, outcome, &operator_word));
    assert_eq!(brief, expected);
    assert_eq!(
        (&entries[0]["subject"], entries[0].get("publisherId")),
        (&json!(format!("{TENANT}/ci")), None)
    );
    let page = operator.get("/api/audit").query("$top", "1").await.expect(200).json();
    assert_eq!((&page["entries"][0]["number"], &page["next"]), (&json!(3), &json!(3)));
    server.bearing(&token).get("/api/audit").await.refused(403, "Forbidden");
}

#[tokio::test]
async fn the_operator_sees_all_publishers_in_pages() {
    let server = TestServer::with_quotas(Dialect::Documented, false, QuotaSettings::default()).await;
    let operator = server.operator();
    for id in ["b", "c", "a", "d", "e"] {
        operator.put(&format!("/api/publishers/{id}"), &json!({})).await.expect(201);
    }
    let ids = |reply: &crate::reply::Reply| {
        let page = reply.json();
        page.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let all = operator.get("/api/publishers").await.expect(200);
    assert_eq!(
        (ids(&all), all.header("link")),
        (["a", "b", "c", "d", "e"].map(String::from).to_vec(), String::new())
    );
    let mut next = "/api/publishers?api-version=2017-10-31&$top=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = operator.follow(&next).await.expect(200);
        pages.push(ids(&page).join(""));
        let Some(link) = page.header("link").strip_prefix('<').map(str::to_owned) else { break };
        next = link.strip_suffix(">; rel=\"next\"").unwrap().to_owned();
    }
    assert_eq!(pages, ["ab", "cd", "e"]);
    operator.get("/api/publishers").query("$top", "1001").await.refused(400, "InvalidFilter");
}
