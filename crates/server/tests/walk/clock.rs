//! The test clock of a publisher (`/_signoff/clock`).

use serde_json::{Value, json};

use crate::server::TestServer;

/// Seconds from one time to another.
fn between(earlier: &Value, later: &Value) -> i64 {
    let read = |time: &Value| time.as_str().unwrap().parse::<jiff::Timestamp>().unwrap().as_second();
    read(later) - read(earlier)
}

#[tokio::test]
async fn four_steps_of_an_hour_pass_in_one_advance() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let hour = json!({ "duration": "1h" });
    let steps = ["displaydummycertify", "displaycertify", "displayprovision", "displaypackage"];
    let slow: Value =
        steps.iter().map(|step| ((*step).to_owned(), hour.clone())).collect::<serde_json::Map<_, _>>().into();
    server.scenario("sample-vm", slow).await.expect(200);
    let before = server.dev("GET", "/clock/contoso").await.expect(200).json()["now"].clone();
    let publish = owner.publish("sample-vm").await.expect(202).location();
    server.advance("contoso", "30m").await.expect(200);
    assert_eq!(
        owner.follow(&publish).await.json()["steps"][0]["progressPercentage"].as_u64().map(|p| p / 10),
        Some(5)
    );
    let after = server.advance("contoso", "5d").await.expect(200).json()["now"].clone();
    assert!((between(&before, &after) - (5 * 86_400 + 1800)).abs() < 60, "{before} {after}");
    let operation = owner.follow(&publish).await.json();
    assert_eq!(owner.status("sample-vm").await.json()["status"], "waitingForPublisherReview");
    // Each event at its own due time.
    let ends: Vec<&Value> = steps
        .iter()
        .map(|step| {
            operation["steps"].as_array().unwrap().iter().find(|shown| shown["id"] == **step).unwrap()
        })
        .map(|step| &step["messages"].as_array().unwrap().last().unwrap()["timestamp"])
        .collect();
    for pair in ends.windows(2) {
        assert!((between(pair[0], pair[1]) - 3600).abs() <= 2, "{ends:?}");
    }
    assert!((between(&before, ends[0]) - 3600).abs() <= 30, "{ends:?}");
}

#[tokio::test]
async fn each_publisher_has_its_own() {
    let server = TestServer::start().await;
    let now = async |publisher: &str| {
        server.dev("GET", &format!("/clock/{publisher}")).await.expect(200).json()["now"].clone()
    };
    server.advance("contoso", "3d").await.expect(200);
    assert!(between(&now("fabrikam").await, &now("contoso").await) > 2 * 86_400);
    // Tokens do not follow it.
    server.owner().await.offer("sample-vm").await.expect(200);
    let ahead = now("contoso").await;
    let server = server.restart().await;
    let kept = server.dev("GET", "/clock/contoso").await.expect(200).json()["now"].clone();
    assert!((0..60).contains(&between(&ahead, &kept)), "the clock is state: {ahead} {kept}");
}

#[tokio::test]
async fn what_is_no_span_is_refused() {
    let server = TestServer::start().await;
    for body in
        [r#"{"by":"1 day"}"#, r#"{"by":""}"#, r#"{"by":5}"#, r#"{"by":"-1d"}"#, r#"{"by":"5y"}"#, "{}", ""]
    {
        server.dev("POST", "/clock/contoso/advance").body(body).await.refused(400, "InvalidJson");
    }
    server.advance("contoso", "3652500d").await.refused(400, "InvalidBody");
    server.advance("con$toso", "1d").await.refused(400, "InvalidId");
    server.advance("contoso", "0ms").await.expect(200);
}

#[tokio::test]
async fn two_who_advance_at_once() {
    let server = TestServer::start().await;
    let before = server.dev("GET", "/clock/contoso").await.json()["now"].clone();
    let body = json!({ "by": "1d" });
    let calls = (0..4).map(|_| server.dev("POST", "/clock/contoso/advance").json(&body).try_send());
    for reply in futures_util::future::join_all(calls).await {
        reply.unwrap().expect(200);
    }
    let after = server.dev("GET", "/clock/contoso").await.json()["now"].clone();
    assert!((between(&before, &after) - 4 * 86_400).abs() < 60, "{before} {after}");
}
