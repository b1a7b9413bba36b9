//! A server on a machine whose clock was two hours ahead and is put right while the server is down.

use reqwest::Method;
use serde_json::json;

use crate::faketime;
use crate::server::{Api, Server, of_offer};

/// The first step takes so long that it does not end meanwhile.
const STEP: &str = "30m";
/// A little more than that, and much less than two hours.
const LATER: &str = "31m";

#[tokio::test]
async fn what_was_begun_ahead_of_time_ends_when_its_step_does() {
    let folder = tempfile::tempdir().unwrap();
    let address = format!("sqlite:{}", folder.path().join("signoff.db").display());
    let log = folder.path().join("server.log");
    let skewed = faketime::variables("+2h");
    let variables = skewed.each_ref().map(|(name, value)| (*name, value.as_str()));
    let server = Server::start_in(&variables, &address, &log, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    api.script("contoso", "sample-vm", json!({"displaydummycertify": {"duration": STEP}})).await;
    let path = of_offer("contoso", "sample-vm", "/publish");
    let begun = api.post(&path, &json!({}), 202).await;
    let process = server.process();
    server.kill().await;
    faketime::clear_up(process);

    let server = Server::start_in(&[], &address, &log, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    server.says("which no step explains").await;
    let said = server.log();
    let told: Vec<&str> = said.lines().filter(|line| line.contains("which no step explains")).collect();
    assert!(told.len() == 1 && told[0].contains("sample-vm"), "{said}");
    assert_eq!(api.get(&begun.location()).await.text("status"), "running");
    api.advance("contoso", LATER).await;
    let operation = api.get(&begun.location()).await;
    let steps = operation.body["steps"].as_array().unwrap();
    let first = steps.iter().find(|step| step["id"] == "displaydummycertify").unwrap();
    assert_eq!(first["status"], "complete", "{operation:?}");
    // And a new one of the same offer does not hang, either.
    api.script("contoso", "sample-vm", json!({})).await;
    let cancel = of_offer("contoso", "sample-vm", "/cancel");
    let cancel = api.send(Method::POST, &cancel, None, Some(&json!({}))).await.unwrap();
    assert!(matches!(cancel.status, 200 | 202), "{cancel:?}");
    api.advance("contoso", LATER).await;
    let again = api.post(&path, &json!({}), 202).await;
    api.advance("contoso", LATER).await;
    let operation = api.get(&again.location()).await;
    let history = [&begun, &again].map(|answer| answer.text("operationId").to_owned());
    assert!(history[0] != history[1] && operation.body["steps"][0]["status"] == "complete", "{operation:?}");
    server.kill().await;
}
