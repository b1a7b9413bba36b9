//! What replies are made of: which members, of which types (contract, "Shapes").

use serde_json::{Value, json};

use crate::call::{fit_document, step_of};
use crate::server::TestServer;

/// The member names of an object, sorted.
fn members(value: &Value) -> Vec<String> {
    let mut names: Vec<String> =
        value.as_object().unwrap_or_else(|| panic!("{value}")).keys().cloned().collect();
    names.sort();
    names
}

fn sorted(names: &str) -> Vec<String> {
    let mut names: Vec<String> = names.split(' ').map(str::to_owned).collect();
    names.sort();
    names
}

/// RFC 3339, UTC, up to seven fractional digits.
fn is_time(value: &Value) -> bool {
    let text = value.as_str().unwrap_or_default();
    let fraction = text.split_once('.').map_or(0, |(_, fraction)| fraction.trim_end_matches('Z').len());
    text.parse::<jiff::Timestamp>().is_ok() && text.ends_with('Z') && fraction <= 7
}

fn is_step(step: &Value) {
    let known = sorted("description estimatedTimeFrame id messages progressPercentage status stepName");
    assert_eq!(members(step), known, "{step}");
    assert!(step["progressPercentage"].as_u64().is_some_and(|percent| percent <= 100), "{step}");
    for message in step["messages"].as_array().unwrap() {
        is_message(message);
    }
}

fn is_message(message: &Value) {
    assert_eq!(members(message), sorted("messageHtml level timestamp"));
    let level = message["level"].as_str().unwrap();
    assert!(
        ["information", "warning", "error"].contains(&level) && is_time(&message["timestamp"]),
        "{message}"
    );
}

#[tokio::test]
async fn offers_and_summaries() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let offer = owner.offer("sample-vm").await.json();
    assert_eq!(
        members(&offer),
        sorted(
            "offerTypeId publisherId status id version definition changedTime pcMigrationStatus offerTypeVersions"
        )
    );
    assert_eq!(
        (&offer["offerTypeId"], &offer["publisherId"], &offer["status"], &offer["id"], &offer["version"]),
        (
            &json!("microsoft-azure-virtualmachines"),
            &json!("contoso"),
            &json!("neverPublished"),
            &json!("sample-vm"),
            &json!(1)
        )
    );
    assert!(is_time(&offer["changedTime"]) && offer["definition"]["plans"].is_array(), "{offer}");
    let summary = &owner.get("/api/publishers/contoso/offers").await.json()[0];
    assert_eq!(
        members(summary),
        sorted("offerTypeId publisherId status id version definition changedTime pcMigrationStatus")
    );
    assert_eq!(summary["definition"], json!({ "displayText": offer["definition"]["displayText"] }));
    for name in ["offerTypeId", "publisherId", "status", "id", "version", "changedTime", "pcMigrationStatus"]
    {
        assert_eq!(summary[name], offer[name]);
    }
}

#[tokio::test]
async fn status_operations_and_lists() {
    let server = TestServer::start().await;
    for (client, migrated) in [(server.owner().await, true), (server.fabrikam().await, false)] {
        client.create("vm").await.expect(201);
        let with = |names: &str, more: &str| {
            sorted(&if migrated { names.to_owned() } else { format!("{names} {more}") })
        };
        assert_eq!(
            members(&client.status("vm").await.json()),
            sorted("status messages steps previewLinks liveLinks")
        );
        let location = client.publish("vm").emails("a@x.example, b@y.example").await.expect(202).location();
        client.reaches("vm", "waitingForPublisherReview").await;
        let status = client.status("vm").await.json();
        assert_eq!(
            members(&status),
            with("status messages steps previewLinks liveLinks", "notificationEmails")
        );
        assert!(status["previewLinks"].is_array() && status["liveLinks"].is_array());
        let steps = status["steps"].as_array().unwrap();
        assert_eq!(steps.len(), 6);
        steps.iter().for_each(is_step);
        let operation = client.follow(&location).await.json();
        assert_eq!(
            members(&operation),
            with(
                "id submissionType status messages publishingVersion offerVersion cancellationRequestState steps \
                 previewLinks liveLinks createdDateTime lastActionDateTime",
                "notificationEmails"
            )
        );
        assert!(is_time(&operation["createdDateTime"]) && is_time(&operation["lastActionDateTime"]));
        if !migrated {
            assert_eq!(operation["notificationEmails"], "a@x.example,b@y.example");
            assert_eq!(status["notificationEmails"], "a@x.example,b@y.example");
        }
        let item = &client.operations("vm").await.json()[0];
        assert_eq!(
            members(item),
            sorted(
                "id offerId offerVersion offerTypeId publisherId submissionType submissionState publishingVersion slot \
                 version definition changedTime"
            )
        );
        assert_eq!((&item["slot"], &item["submissionType"]), (&json!("staging"), &json!("publish")));
        assert!(item["version"].as_i64().is_some_and(|ticks| ticks > 600_000_000_000_000_000), "{item}");
        let emails = &item["definition"]["metadata"]["emails"];
        assert_eq!(emails.as_str(), (!migrated).then_some("a@x.example,b@y.example"));
        // It grows with every change.
        client.cancel("vm").emails("c@z.example").reason("no").await.expect(202);
        client.reaches("vm", "canceled").await;
        let list = client.operations("vm").await.json();
        assert!(list[1]["version"].as_i64() > item["version"].as_i64());
        assert_eq!((&list[0]["submissionType"], &list[0]["slot"]), (&json!("cancel"), &json!("staging")));

        let canceled = client.follow(&location).await.json();
        for name in ["canceledBy", "canceledDateTime", "cancellationReason"] {
            assert!(canceled[name].is_string(), "{name}: {canceled}");
        }
        let id = list[0]["id"].as_str().unwrap();
        let cancellation = client.operation("vm", id).await.json();
        assert_eq!(members(&cancellation["target"]), sorted("operationId location"));
        assert_eq!(cancellation["target"]["operationId"], canceled["id"]);
        assert_eq!(cancellation["target"]["location"], Value::from(location.as_str()));
        cancellation["steps"].as_array().unwrap().iter().for_each(is_step);
        cancellation["messages"].as_array().unwrap().iter().for_each(is_message);
    }
}

#[tokio::test]
async fn a_failed_operation_says_why() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    server
        .scenario("sample-vm", json!({ "displaycertify": { "outcome": "fail", "message": "virus" } }))
        .await
        .expect(200);
    let location = owner.publish("sample-vm").await.expect(202).location();
    let failed = owner.ends(&location, "failed").await;
    assert!(members(&failed["error"]).starts_with(&sorted("code message")), "{failed:#}");
    assert!(step_of(&failed, "displaycertify")["messages"].to_string().contains("virus"));
}

#[tokio::test]
async fn definitions_are_kept_as_text() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let definition = r#"{"zebra":1.10,"displayText":"Žlutý \u0000 kůň","offer":{"b":1e400,"a":12345678901234567890123.4567890,"ü":-0.0},"plans":[],"e":[1E5,0.30000000000000004]}"#;
    let text = format!(
        r#"{{"offerTypeId":"microsoft-azure-virtualmachines","unknown":{{"y":1.50,"x":[]}},"definition":{definition},"another":null}}"#
    );
    owner.call("PUT", &owner.path("kept", "")).body(&text).await.expect(201);
    let got = owner.offer("kept").await.expect(200);
    assert!(got.text.contains(definition), "{}", got.text);
    assert!(
        got.text.contains(r#""unknown":{"y":1.50,"x":[]}"#) && got.text.contains(r#""another":null"#),
        "{}",
        got.text
    );
    // What was got may be put back whole, read-only members and all.
    let put =
        owner.call("PUT", &owner.path("kept", "")).body(&got.text).if_match(&got.etag()).await.expect(200);
    let strip = |text: &str| text.split("\"changedTime\":\"").next().unwrap().to_owned();
    assert_eq!(strip(&put.text), strip(&got.text));
    assert_eq!(put.text.len(), owner.offer("kept").await.text.len());
    // Read-only members have no say.
    let mut odd = got.json();
    for (name, value) in [
        ("id", json!("elsewhere")),
        ("publisherId", json!("fabrikam")),
        ("status", json!("succeeded")),
        ("version", json!(99)),
        ("changedTime", json!("never")),
    ] {
        odd[name] = value;
    }
    let stored = owner.put_offer("kept", &odd).if_match("*").await.expect(200).json();
    assert_eq!(
        (&stored["id"], &stored["publisherId"], &stored["status"], &stored["version"]),
        (&json!("kept"), &json!("contoso"), &json!("neverPublished"), &json!(1))
    );
}

const SECRET: &str = "AccountKey=c2VjcmV0";

#[tokio::test]
async fn secrets_are_stored_and_never_returned() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let mut document = fit_document();
    let leads = "microsoft-azure-marketplace.tableLeadConfiguration";
    document["definition"]["offer"][leads] = json!({ "connectionString": SECRET, "table": "leads" });
    document["definition"]["offer"]["price"] = serde_json::from_str("1.10").unwrap();
    let created = owner.put_offer("vm", &document).await.expect(201);
    owner.publish_live("vm").await;
    let mut replies = vec![created];
    for rest in
        ["", "/versions/1", "/slot/draft", "/slot/preview", "/slot/production", "/status", "/submissions"]
    {
        replies.push(owner.get(&owner.path("vm", rest)).await.expect(200));
    }
    replies.push(owner.get("/api/publishers/contoso/offers").await.expect(200));
    replies.push(server.dev("GET", "/mailbox").await.expect(200));
    for reply in &replies {
        assert!(!reply.text.contains(SECRET) && !reply.text.contains("c2VjcmV0"), "{}", reply.call);
    }
    let got = owner.offer("vm").await;
    assert_eq!(got.json()["definition"]["offer"][leads], json!({ "table": "leads" }), "the rest stays");
    assert!(got.text.contains("\"price\":1.10"), "digits are kept beside a secret, too");
    // PUT back without the secret keeps it, and says nothing of it.
    let back =
        owner.call("PUT", &owner.path("vm", "")).body(&got.text).if_match(&got.etag()).await.expect(200);
    assert!(!back.text.contains("c2VjcmV0"));
    let snapshot = server.dev("GET", "/snapshot").await.expect(200);
    assert!(snapshot.text.contains("c2VjcmV0"), "it is stored");
}
