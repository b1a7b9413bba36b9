//! A third party certifies, over real HTTP: it calls back, or misbehaves as third parties do.

use std::time::Duration;

use serde_json::{Value, json};
use signoff_lifecycle::webhook::OnCancelDeadline;

use crate::call::step_of;
use crate::certifier::{Certifier, Reply, STEP, callback, callback_to, now, says, secret};
use crate::server::TestServer;

fn messages(step: &Value) -> String {
    let messages = step["messages"].as_array().cloned().unwrap_or_default();
    messages.iter().map(|message| message["messageHtml"].as_str().unwrap().to_owned() + "\n").collect()
}

/// The certification of the sample, as `status` shows it.
async fn certification(server: &TestServer) -> Value {
    step_of(&server.owner().await.status("sample-vm").await.expect(200).json(), STEP)
}

#[tokio::test]
async fn a_certifier_tells_how_far_it_is_and_that_it_is_done() {
    let certifier = Certifier::start(says("inProgress")).await;
    let server = certifier.server().await;
    let owner = server.owner().await;
    let location = owner.publish("sample-vm").await.expect(202).location();
    let request = certifier.asked("step.run").await;
    let progress = json!({ "status": "inProgress", "progress": 42, "message": "scanning <disk 1>" });
    callback(&server, &request, &progress).await.expect(200);
    let step = certification(&server).await;
    assert_eq!((&step["status"], &step["progressPercentage"]), (&json!("inProgress"), &json!(42)));
    assert!(messages(&step).contains("certifier says: scanning &lt;disk 1&gt;"), "{step}");
    let shown = step_of(&owner.follow(&location).await.expect(200).json(), STEP);
    assert_eq!(shown["progressPercentage"], 42);
    let done = json!({ "status": "succeeded", "message": "certified" });
    let receipt = callback(&server, &request, &done).await.expect(200).json();
    assert_eq!(receipt["status"], "recorded");
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    assert!(messages(&certification(&server).await).contains("certifier says: certified"));
    let headers = &certifier.headers()[0];
    assert_eq!(headers["idempotency-key"], request["data"]["idempotencyKey"].as_str().unwrap());
    assert_eq!(headers["content-type"], "application/json");
}

#[tokio::test]
async fn a_callback_counts_once_and_only_while_it_is_awaited() {
    let certifier = Certifier::start(says("inProgress")).await;
    let server = certifier.server().await;
    let owner = server.owner().await;
    owner.publish("sample-vm").await.expect(202);
    let request = certifier.asked("step.run").await;
    let (yes, no) = (json!({ "status": "succeeded" }), json!({ "status": "failed" }));
    for _ in 0..2 {
        callback(&server, &request, &yes).await.expect(200);
    }
    let late = callback(&server, &request, &no).await.refused(400, "StepNotWaiting");
    assert!(late.message().contains("Nothing was changed"), "{}", late.message());
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    let complete = certification(&server).await;
    assert_eq!(complete["status"], "complete");

    // After a cancel the next one is refused, too, and told of.
    owner.cancel("sample-vm").await.expect(202);
    let told = certifier.asked("step.cancel").await;
    callback(&server, &request, &no).await.refused(400, "StepNotWaiting");
    callback(&server, &told, &yes).await.expect(200);
    owner.reaches("sample-vm", "canceled").await;
    callback(&server, &told, &yes).await.expect(200);
    callback(&server, &told, &no).await.refused(400, "StepNotWaiting");
}

#[tokio::test]
async fn nothing_is_said_to_who_cannot_sign() {
    let certifier = Certifier::start(says("inProgress")).await;
    let server = certifier.server().await;
    server.owner().await.publish("sample-vm").await.expect(202);
    let request = certifier.asked("step.run").await;
    let url = request["data"]["callbackUrl"].as_str().unwrap().to_owned();
    let body =
        json!({ "status": "succeeded", "idempotencyKey": request["data"]["idempotencyKey"] }).to_string();
    let elsewhere = url.replace("sample-vm", "no-such-offer");
    for url in [&url, &elsewhere] {
        let good = || callback_to(&server, url, &body);
        let old =
            secret().sign("msg_1", signoff_lifecycle::ids::RealTime(now().0 - 301_000_000), body.as_bytes());
        let mut outdated = good();
        for (name, value) in old.headers() {
            outdated = outdated.without_header(name).header(name, value);
        }
        let mut told = Vec::new();
        for wrong in [
            good().without_header("webhook-signature"),
            good().without_header("webhook-id"),
            good().without_header("webhook-timestamp"),
            good().without_header("webhook-signature").header("webhook-signature", "v1,AAAA"),
            good().body(&body.replace("succeeded", "failed")),
            good().query("api-version", "1").body("{"),
            outdated,
        ] {
            let refused = wrong.await.refused(401, "Unauthorized");
            assert_eq!(refused.header("www-authenticate"), "Webhook");
            told.push(refused.message());
        }
        told.dedup();
        assert_eq!(told.len(), 1, "{told:?}");
    }
    assert_eq!(certification(&server).await["status"], "inProgress");
    callback_to(&server, &url, &body).await.expect(200);
}

#[tokio::test]
async fn what_is_wrong_with_a_callback_is_named() {
    let certifier = Certifier::start(says("inProgress")).await;
    let server = certifier.server().await;
    server.owner().await.publish("sample-vm").await.expect(202);
    let request = certifier.asked("step.run").await;
    let url = request["data"]["callbackUrl"].as_str().unwrap().to_owned();
    let (address, _) = url.split_once('?').unwrap();
    let key = request["data"]["idempotencyKey"].as_str().unwrap();
    let operation = request["data"]["operationId"].as_str().unwrap();
    let good = json!({ "status": "succeeded", "idempotencyKey": key }).to_string();
    callback_to(&server, address, "{").await.refused(400, "InvalidAPIVersion");
    let other = "56615b67-2185-49fe-80d2-c4ddf77bb2e8";
    for url in [
        url.replace(operation, other),
        url.replace("sample-vm", "other"),
        url.replace("contoso", "fabrikam"),
        url.replace("displaycertify", "displaypackage"),
        url.replace("displaycertify", "none"),
    ] {
        callback_to(&server, &url, "{").await.refused(404, "OperationNotFound");
    }
    callback_to(&server, &url.replace(operation, "x"), "{").await.refused(400, "InvalidId");
    let large = format!("{}{good}", " ".repeat(256 * 1024));
    callback_to(&server, &url, &large).await.refused(413, "PayloadTooLarge");
    callback_to(&server, &url, "{").await.refused(400, "InvalidJson");
    for (body, target) in [
        ("[]".to_owned(), "body"),
        (good.replace("succeeded", "done"), "status"),
        (json!({ "status": "inProgress", "progress": 101, "idempotencyKey": key }).to_string(), "progress"),
        (json!({ "status": "succeeded" }).to_string(), "idempotencyKey"),
    ] {
        let refused = callback_to(&server, &url, &body).await.refused(400, "InvalidBody");
        assert_eq!(refused.target(), target, "{body}");
    }
    let foreign = good.replace(":run", ":cancel");
    callback_to(&server, &url, &foreign).await.refused(400, "StepNotWaiting");
    callback_to(&server, &url, &good).await.expect(200);
}

/// After any wrong answer the request is tried again; then the step fails and says why.
#[tokio::test]
async fn a_reply_that_is_no_answer_is_a_passing_failure() {
    for (reply, words) in [
        (Reply::Unsigned, "its reply is not signed as it must be"),
        (Reply::Forged, "its reply is not signed as it must be"),
        (Reply::Redirects, "it answered 307"),
        (Reply::Huge, "its reply is larger than 262144 bytes"),
    ] {
        let certifier = Certifier::start(reply.clone()).await;
        let mut settings = certifier.settings();
        settings.cancel = signoff_lifecycle::plan::CancelPolicy::Interrupt;
        let server = TestServer::with_hook(settings).await;
        let owner = server.owner().await;
        owner.publish("sample-vm").await.expect(202);
        server.advance("contoso", "10m").await.expect(200);
        let status = owner.reaches("sample-vm", "failed").await.json();
        let step = step_of(&status, STEP);
        assert_eq!(step["status"], "blocked", "{reply:?}");
        assert!(messages(&step).contains(words), "{reply:?}: {step:#}");
        assert_eq!(certifier.count(), 6, "{reply:?}: once, and five times more");
    }
}

#[tokio::test]
async fn a_certifier_that_is_away_is_waited_for() {
    for (reply, words) in
        [(Reply::Breaks, "it answered 500"), (Reply::Never, "it did not answer within 50ms")]
    {
        let certifier = Certifier::start(reply.clone()).await;
        let mut settings = certifier.settings();
        settings.timeout = Duration::from_millis(50);
        let server = TestServer::with_hook(settings).await;
        let owner = server.owner().await;
        owner.publish("sample-vm").await.expect(202);
        server.advance("contoso", "20m").await.expect(200);
        let step = certification(&server).await;
        assert_eq!(step["status"], "inProgress", "{reply:?}: {step:#}");
        assert!(messages(&step).contains(words), "{reply:?}: {step:#}");
        assert!(certifier.count() > 6, "{reply:?}: more than five times more");
        certifier.then(says("succeeded"));
        server.advance("contoso", "5m").await.expect(200);
        owner.reaches("sample-vm", "waitingForPublisherReview").await;
    }
}

#[tokio::test]
async fn a_certifier_that_cannot_be_reached_is_named_without_its_address() {
    let certifier = Certifier::start(says("succeeded")).await;
    let mut settings = certifier.settings();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    settings.url = format!("http://{closed}/a-path-that-is-nobodys-business");
    let server = TestServer::with_hook(settings).await;
    server.owner().await.publish("sample-vm").await.expect(202);
    server.advance("contoso", "1s").await.expect(200);
    let said = messages(&certification(&server).await);
    assert!(said.contains("the webhook certifier: it cannot be reached"), "{said}");
    assert!(!said.contains("nobodys-business"), "{said}");
}

#[tokio::test]
async fn a_no_fails_the_publish_and_tells_everyone_what_was_found() {
    let certifier = Certifier::start(Reply::Says(json!({
        "status": "failed",
        "message": "not fit",
        "findings": [{ "code": "Virus", "message": "found in /usr/bin", "target": "plans[0]" }],
    })))
    .await;
    let mut settings = certifier.settings();
    settings.cancel = signoff_lifecycle::plan::CancelPolicy::Interrupt;
    let server = TestServer::with_hook(settings).await;
    let owner = server.owner().await;
    let location = owner.publish("sample-vm").await.expect(202).location();
    let operation = owner.ends(&location, "failed").await;
    assert_eq!(operation["error"]["code"], "StepFailed");
    let said = messages(&step_of(&operation, STEP));
    assert!(said.contains("Finding Virus (plans[0]): found in /usr/bin"), "{said}");
    let letters = server.mailbox().await;
    let last = letters.iter().map(Value::to_string).find(|letter| letter.contains("Virus"));
    assert!(last.is_some(), "{letters:?}");
}

/// A certifier that never answers does not hold a cancel hostage.
#[tokio::test]
async fn at_the_deadline_a_cancellation_ends_as_the_policy_says() {
    for (then, state, words) in [
        (
            OnCancelDeadline::Fail,
            "failed",
            "could not be undone: certifier did not answer before its deadline",
        ),
        (OnCancelDeadline::Complete, "canceled", "The step counts as undone, as its settings demand"),
    ] {
        let certifier = Certifier::start(says("inProgress")).await;
        let mut settings = certifier.settings();
        settings.on_cancel_deadline = then;
        let server = TestServer::with_hook(settings).await;
        let owner = server.owner().await;
        let publish = owner.publish("sample-vm").await.expect(202).location();
        let request = certifier.asked("step.run").await;
        certifier.then(Reply::Breaks);
        let cancellation = owner.cancel("sample-vm").await.expect(202).location();
        certifier.asked("step.cancel").await;
        let yes = json!({ "status": "succeeded" });
        callback(&server, &request, &yes).await.refused(400, "StepNotWaiting");
        server.advance("contoso", "1h").await.expect(200);
        let target = owner.ends(&publish, state).await;
        let cancellation = owner.follow(&cancellation).await.expect(200).json();
        let undo = &cancellation["steps"][0];
        assert!(messages(undo).contains(words), "{undo:#}");
        if then == OnCancelDeadline::Complete {
            assert!(messages(&target).contains(words), "{target:#}");
        } else {
            assert!(messages(&target).contains("displaycertify"), "{target:#}");
        }
    }
}

#[tokio::test]
async fn a_scenario_plays_the_certifier() {
    let certifier = Certifier::start(says("failed")).await;
    let server = certifier.server().await;
    let owner = server.owner().await;
    server.scenario("sample-vm", json!({ STEP: { "duration": "1h" } })).await.expect(200);
    owner.publish("sample-vm").await.expect(202);
    server.advance("contoso", "2h").await.expect(200);
    owner.reaches("sample-vm", "waitingForPublisherReview").await;
    assert_eq!(certifier.count(), 0);
}
