//! kill -9 at every kind of place that an operation can be at: the next server goes on from there.

use serde_json::{Value, json};

use crate::server::{Api, PATIENCE, Server, of_offer, sample};

/// What is done to an offer.
enum Act {
    Publish,
    GoLive,
    /// With the status that is the answer.
    Cancel(u16),
    Release(&'static str),
    Approve(&'static str),
    /// What is due within so long happens.
    Pass(&'static str),
}
use Act::{Approve, Cancel, GoLive, Pass, Publish, Release};

struct Case {
    offer: &'static str,
    steps: Value,
    /// How it gets to the place.
    reach: Vec<Act>,
    /// The place: a step of the newest publish or golive, and how that step reads there.
    place: (&'static str, &'static str),
    /// What has to happen for it to go on.
    go_on: Vec<Act>,
    /// The offer's status then.
    ends: &'static str,
}

impl Case {
    fn new(
        offer: &'static str,
        steps: Value,
        reach: Vec<Act>,
        place: (&'static str, &'static str),
        go_on: Vec<Act>,
        ends: &'static str,
    ) -> Self {
        Self { offer, steps, reach, place, go_on, ends }
    }
}

/// On the way to the sign-off.
fn ahead() -> Vec<Case> {
    vec![
        Case::new(
            "held",
            json!({"displaycertify": {"hold": true}}),
            vec![Publish, Pass("1m")],
            ("displaycertify", "inProgress"),
            vec![Pass("5h"), Release("displaycertify"), Pass("1m")],
            "waitingForPublisherReview",
        ),
        Case::new(
            "released-early",
            json!({"displaycertify": {"duration": "1h", "hold": true}}),
            vec![Publish, Release("displaycertify"), Pass("1m")],
            ("displaycertify", "inProgress"),
            vec![Pass("2h")],
            "waitingForPublisherReview",
        ),
        Case::new(
            "at-work",
            json!({"displayprovision": {"duration": "1h"}}),
            vec![Publish, Pass("1m")],
            ("displayprovision", "inProgress"),
            vec![Pass("2h")],
            "waitingForPublisherReview",
        ),
        Case::new(
            "before-a-reviewer",
            json!({"displaycertify": {"executor": "manual"}}),
            vec![Publish, Pass("1m")],
            ("displaycertify", "waitingForApproval"),
            vec![Approve("displaycertify"), Pass("1m")],
            "waitingForPublisherReview",
        ),
    ]
}

/// On the way back, and on the way live.
fn back_and_live() -> Vec<Case> {
    vec![
        Case::new(
            "canceling",
            json!({"displaypackage": {"duration": "1h", "undoDuration": "1h"}}),
            vec![Publish, Pass("1m"), Cancel(202)],
            ("displaypackage", "canceled"),
            vec![Cancel(202), Pass("2h"), Cancel(200)],
            "canceled",
        ),
        Case::new(
            "undoing-itself",
            json!({"displaypackage": {"outcome": "fail"}, "displayprovision": {"undoDuration": "1h"}}),
            vec![Publish, Pass("1m"), Cancel(400)],
            ("displaypackage", "blocked"),
            vec![Cancel(400), Pass("2h"), Cancel(400)],
            "failed",
        ),
        Case::new(
            "signing-off",
            json!({}),
            vec![Publish, Pass("1m")],
            ("publisher-signoff", "waitingForPublisherReview"),
            vec![GoLive, Pass("1m")],
            "succeeded",
        ),
        Case::new(
            "going-live",
            json!({"live": {"duration": "1h"}}),
            vec![Publish, Pass("1m"), GoLive, Pass("1m")],
            ("live", "inProgress"),
            vec![Pass("2h")],
            "succeeded",
        ),
        Case::new(
            "called-back",
            json!({"live": {"duration": "1h", "undoDuration": "1h"}}),
            vec![Publish, Pass("1m"), GoLive, Pass("1m"), Cancel(202)],
            ("live", "canceled"),
            vec![Pass("2h")],
            "canceled",
        ),
    ]
}

async fn act(api: &Api, case: &Case, acts: &[Act]) {
    let path = |rest: &str| of_offer("contoso", case.offer, rest);
    for act in acts {
        match act {
            Publish => drop(api.post(&path("/publish"), &json!({}), 202).await),
            GoLive => drop(api.post(&path("/golive"), &json!({}), 202).await),
            Cancel(status) => drop(api.post(&path("/cancel"), &json!({}), *status).await),
            Release(step) => {
                let release = format!("/_signoff/scenarios/contoso/{}/release", case.offer);
                api.post(&release, &json!({ "step": step }), 200).await;
            }
            Approve(step) => {
                let id = newest(api, case).await;
                let approve = path(&format!("/operations/{id}/steps/{step}/approve"));
                api.post(&approve, &json!({}), 200).await;
            }
            Pass(by) => api.advance("contoso", by).await,
        }
    }
}

/// The newest publish or golive.
async fn newest(api: &Api, case: &Case) -> String {
    let list = api.get(&of_offer("contoso", case.offer, "/submissions/")).await;
    let mut items = list.body.as_array().unwrap().iter();
    let found = items.find(|item| item["submissionType"] != "cancel").unwrap();
    found["id"].as_str().unwrap().to_owned()
}

/// Everything that can be read of the offer and its operations, without what follows the clock.
async fn picture(api: &Api, case: &Case) -> Vec<Value> {
    let mut shown = Vec::new();
    for rest in ["", "/status", "/submissions/", "/slot/preview", "/slot/production"] {
        shown.push(api.get(&of_offer("contoso", case.offer, rest)).await.body);
    }
    for item in shown[2].as_array().unwrap().clone() {
        let id = item["id"].as_str().unwrap();
        shown.push(api.get(&of_offer("contoso", case.offer, &format!("/operations/{id}"))).await.body);
    }
    for steps in shown.iter_mut().filter_map(|body| body.get_mut("steps")?.as_array_mut()) {
        for step in steps {
            step["progressPercentage"] = Value::Null;
        }
    }
    shown
}

async fn step_status(api: &Api, case: &Case, step: &str) -> Value {
    let status = api.get(&of_offer("contoso", case.offer, "/status")).await;
    let steps = status.body["steps"].as_array().unwrap();
    steps.iter().find(|candidate| candidate["id"] == step).unwrap()["status"].clone()
}

#[tokio::test]
async fn a_new_server_goes_on_where_the_killed_one_was() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let mut server = Server::start(&store, &[]).await;
    let mut api = Api::owner(&server.base, "contoso").await;
    // One clock goes for all of them, so time passes before any of them is where it should be.
    for case in ahead().iter().chain(&back_and_live()) {
        let document = sample("contoso", case.offer, case.offer);
        api.put(&of_offer("contoso", case.offer, ""), None, &document).await;
        api.script("contoso", case.offer, case.steps.clone()).await;
        act(&api, case, &case.reach).await;
        let (step, status) = case.place;
        assert_eq!(step_status(&api, case, step).await, status, "{}", case.offer);

        let before = picture(&api, case).await;
        for _ in 0..2 {
            server.kill().await;
            server = Server::start(&store, &[]).await;
            api = api.at(&server.base);
            assert_eq!(picture(&api, case).await, before, "{}", case.offer);
        }

        act(&api, case, &case.go_on).await;
        let status = api.get(&of_offer("contoso", case.offer, "/status")).await;
        assert_eq!(status.body["status"], case.ends, "{}: {}", case.offer, status.body);
        let production = api.get(&of_offer("contoso", case.offer, "/slot/production")).await;
        assert_eq!(production.status, if case.ends == "succeeded" { 200 } else { 404 }, "{}", case.offer);
    }
    server.kill().await;
}

#[tokio::test]
async fn a_golive_that_has_switched_completes_after_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    let path = |rest: &str| of_offer("contoso", "sample-vm", rest);
    api.post(&path("/publish"), &json!({}), 202).await;
    api.advance("contoso", "1m").await;
    let golive = api.post(&path("/golive"), &json!({}), 202).await;
    let switched = async { while api.get(&path("/slot/production")).await.status != 200 {} };
    tokio::time::timeout(PATIENCE, switched).await.expect("the golive switches");
    server.kill().await;
    let server = Server::start(&store, &[]).await;
    let api = api.at(&server.base);
    // The kill may have been too late to stop it; it must never be undone.
    let canceled = api.post(&path("/cancel"), &json!({}), 400).await;
    assert!(matches!(
        canceled.body["error"]["code"].as_str(),
        Some("OperationNotCancellable" | "NoOperationInProgress")
    ));
    api.advance("contoso", "1m").await;
    assert_eq!(api.get(&golive.location()).await.text("status"), "completed");
    assert_eq!(api.get(&path("/slot/production")).await.status, 200);
    server.kill().await;
}

#[tokio::test]
async fn a_kill_right_after_the_202_stops_no_cancellation() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let server = Server::start(&store, &[]).await;
    let api = Api::owner(&server.base, "fabrikam").await;
    let path = |rest: &str| of_offer("fabrikam", "vm", rest);
    api.put(&path(""), None, &sample("fabrikam", "vm", "vm")).await;
    let steps = json!({"displaypackage": {"hold": true, "undoDuration": "3h"}});
    api.script("fabrikam", "vm", steps).await;
    let published = api.post(&path("/publish"), &json!({}), 202).await;
    api.advance("fabrikam", "1m").await;
    let reason = json!({"metadata": {"reason": "wrong image"}});
    let canceled = api.post(&path("/cancel"), &reason, 202).await;
    server.kill().await;

    let server = Server::start(&store, &[]).await;
    let api = api.at(&server.base);
    let target = api.get(&published.location()).await;
    assert_eq!(
        (target.text("status"), target.text("cancellationRequestState")),
        ("running", "cancelRequested")
    );
    let cancellation = api.get(&canceled.location()).await;
    assert_eq!(cancellation.text("status"), "running");
    assert_eq!(cancellation.body["target"]["location"], published.location().as_str());
    let again = api.post(&path("/cancel"), &json!({}), 202).await;
    assert_eq!(again.location(), canceled.location());
    api.advance("fabrikam", "4h").await;
    assert_eq!(api.get(&canceled.location()).await.text("status"), "completed");
    let target = api.get(&published.location()).await;
    assert_eq!((target.text("status"), target.text("cancellationReason")), ("canceled", "wrong image"));
    server.kill().await;
}
