//! The client commands against a real server: what a release engineer does in a week.

use std::time::Duration;

use serde_json::{Value, json};
use signoff_wire::client::Pace;
use signoff_wire::words::StepStatus;

use crate::dev_server::{OPERATOR, Run, Server, TENANT};

/// Looks at an operation until the step has the status.
async fn until(server: &Server, location: &str, step: &str, status: StepStatus) {
    let pace = Pace {
        first: Duration::from_millis(5),
        longest: Duration::from_millis(50),
        patience: Duration::ZERO,
    };
    let client = server.client();
    let reached = |operation: &signoff_wire::operation::OperationDetail<'static>| {
        operation.steps.iter().any(|found| found.id == step && found.status == status)
    };
    client.watch_until(location, None, reached, pace, |_| ()).await.unwrap();
}

fn publish(server: &Server) -> (String, String) {
    let started = server.run(&["publish", "sample-vm"]).json();
    assert_eq!(started["status"], "running");
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    (text("operationId"), text("location"))
}

fn assert_plain(run: &Run) {
    assert!(!run.stderr.contains('\u{1b}') && !run.stdout.contains('\u{1b}'), "no bars in a pipe: {run:?}");
}

#[tokio::test]
async fn drafts() {
    let server = Server::start();
    let offers = server.run(&["offer", "list"]).json();
    assert_eq!((&offers[0]["id"], &offers[0]["status"]), (&json!("sample-vm"), &json!("neverPublished")));
    let table = server.run(&["offer", "list", "--output", "table"]);
    assert!(table.stdout.starts_with("OFFER ") && table.stdout.lines().count() == 2, "{table:?}");
    assert_eq!(server.run(&["offer", "list", "--status", "running"]).json(), json!([]));
    assert_eq!(server.run(&["offer", "status", "sample-vm"]).json()["status"], "neverPublished");

    let document = server.run(&["offer", "show", "sample-vm"]);
    let file = server.file("offer.json", &document.stdout);
    let tag = server.run(&["offer", "show", "sample-vm", "--etag"]).stdout.trim().to_owned();
    let bare = server.run(&["offer", "put", "sample-vm", &file]);
    assert!(bare.code == 4 && bare.stderr.contains("give the tag"), "{bare:?}");
    let put = server.run(&["offer", "put", "sample-vm", &file, "--if-match", &tag]);
    assert_eq!((&put.json()["id"], put.stderr.as_str()), (&json!("sample-vm"), "sample-vm changed\n"));
    assert_ne!(server.run(&["offer", "show", "sample-vm", "--etag"]).stdout.trim(), tag);
    let stale = server.run(&["offer", "put", "sample-vm", &file, "--if-match", &tag]);
    assert!(stale.code == 4 && stale.stderr.contains("somebody was faster"), "{stale:?}");
    assert_eq!(server.run(&["offer", "put", "sample-vm", &file, "--force"]).code, 0);
    let copy = server.run(&["offer", "put", "copy-vm", &file]);
    assert_eq!(copy.json()["id"], json!("copy-vm"));
    let (done, warning) = copy.stderr.split_once('\n').unwrap();
    assert_eq!(done, "copy-vm created");
    assert!(warning.starts_with("warning: The body names 'sample-vm' as id"), "{warning}");

    let missing = server.run(&["offer", "show", "sample-vm", "--slot", "preview"]);
    assert!(missing.code == 3 && missing.stderr.contains("\"code\":\"SlotNotFound\""), "{missing:?}");
}

#[tokio::test]
async fn cancels() {
    let server = Server::start();
    server.script(json!({"displaycertify": {"hold": true}})).await;
    let (id, location) = publish(&server);
    until(&server, &location, "displaycertify", StepStatus::InProgress).await;
    assert_eq!(server.run(&["offer", "status", "sample-vm"]).json()["status"], "running");
    let refused = server.run(&["publish", "sample-vm"]);
    assert!(
        refused.code == 4 && refused.stderr.contains(&format!("\"location\":\"{location}\"")),
        "{refused:?}"
    );
    let reason = ["--reason", "wrong image", "--wait"];
    let cancel = server.run(&[&["cancel", "sample-vm", "--operation", &id], &reason[..]].concat());
    assert_eq!(cancel.json()["status"], "canceled");
    assert_eq!(cancel.json()["cancellationReason"], "wrong image");
    assert!(cancel.stderr.starts_with("sample-vm: canceled\n"), "{cancel:?}");

    server.script(json!({"displayprovision": {"hold": true}})).await;
    let (_, location) = publish(&server);
    until(&server, &location, "displayprovision", StepStatus::InProgress).await;
    let stale = server.run(&["cancel", "sample-vm", "--operation", &id, "--reason", "late"]);
    assert!(stale.code == 4 && stale.stderr.contains("OperationNotRunning"), "{stale:?}");
    let cancel = server.run(&[&["cancel", "sample-vm"], &reason[..]].concat());
    assert_eq!(
        (&cancel.json()["submissionType"], &cancel.json()["status"]),
        (&json!("cancel"), &json!("completed"))
    );
    assert!(cancel.stderr.contains("being canceled"), "{cancel:?}");
    assert!(cancel.stderr.ends_with("undo-displayprovision: complete\n"), "{cancel:?}");
    assert_plain(&cancel);
    let list = server.run(&["operation", "list", "sample-vm"]).json();
    let kinds: Vec<_> = list.as_array().unwrap().iter().map(|item| item["submissionType"].clone()).collect();
    assert_eq!(Value::from(kinds), json!(["cancel", "publish", "publish"]));
    assert_eq!(server.run(&["operation", "show", "sample-vm", &id]).json()["status"], "canceled");

    server.script(json!({"displayprovision": {"hold": true, "undoOutcome": "fail"}})).await;
    let (_, location) = publish(&server);
    until(&server, &location, "displayprovision", StepStatus::InProgress).await;
    let failed = server.run(&["cancel", "sample-vm", "--wait"]);
    assert_eq!((failed.code, &failed.value()["status"]), (1, &json!("failed")), "{failed:?}");
    assert!(
        failed.stderr.contains("undo-displayprovision: blocked\n{\"error\":{\"code\":\"Ended\""),
        "{failed:?}"
    );
}

#[tokio::test]
async fn reviews_and_going_live() {
    let server = Server::start();
    server.script(json!({"displaycertify": {"executor": "manual"}})).await;
    let (id, location) = publish(&server);
    until(&server, &location, "displaycertify", StepStatus::WaitingForApproval).await;
    let waiting = server.run(&["review", "list"]).json();
    assert_eq!(
        waiting,
        json!([{"offerId": "sample-vm", "operationId": id, "step": "displaycertify", "stepName": "Certification"}])
    );
    assert_eq!(server.run(&["review", "list", "sample-vm"]).json(), waiting);
    let reject = server.run(&["review", "reject", "sample-vm", "displaycertify", "--reason", "blurry logo"]);
    assert_eq!(reject.stderr, format!("displaycertify of {id} rejected\n"));
    let watch = server.run(&["operation", "watch", "sample-vm", &id]);
    assert_eq!((watch.code, &watch.value()["status"]), (1, &json!("failed")), "{watch:?}");
    assert!(watch.stderr.contains("blurry logo"), "{watch:?}");

    let (_, location) = publish(&server);
    until(&server, &location, "displaycertify", StepStatus::WaitingForApproval).await;
    let reader = ["--client-id", "contoso-reader", "--client-secret", "contoso-secret"];
    let approve = ["review", "approve", "sample-vm", "displaycertify"];
    assert_eq!(server.run_as(&reader, &approve).code, 5);
    assert_eq!(server.run(&approve).code, 0);
    let watch = server.run(&["operation", "watch", "sample-vm"]);
    assert_eq!(watch.json()["status"], "running");
    assert!(watch.stderr.ends_with("  or drop it:    signoff cancel sample-vm --wait\n"));

    let live = server.run(&["golive", "sample-vm", "--wait"]);
    assert_eq!(
        (&live.json()["submissionType"], &live.json()["status"]),
        (&json!("goLive"), &json!("completed"))
    );
    assert!(live.stderr.ends_with("live: complete\n"), "{live:?}");
    assert_plain(&live);
    let late = server.run(&["cancel", "sample-vm"]);
    assert!(late.code == 4 && late.stderr.contains("NoOperationInProgress"), "{late:?}");

    server.script(json!({})).await;
    let publish = server.run(&["publish", "sample-vm", "--wait", "--emails", "a@x.example"]);
    assert_eq!(publish.json()["submissionType"], "publish");
    assert!(publish.stderr.contains("publisher-signoff: waitingForPublisherReview\n"), "{publish:?}");
}

#[tokio::test]
async fn publishers_members_and_principals() {
    let server = Server::start();
    assert_eq!(server.run(&["publisher", "list"]).json()[0]["id"], "contoso");
    let set = server.run(&["publisher", "set", "--name", "Contoso Ltd", "--migration", "none"]).json();
    assert_eq!((&set["version"], &set["definition"]["displayText"]), (&json!(2), &json!("Contoso Ltd")));
    assert_eq!(set["definition"]["sellerContact"], "seller@contoso.example", "what is not named stays");
    let missing = server.run(&["publisher", "set", "--publisher", "nobody", "--name", "x"]);
    assert!(missing.code == 3 && missing.stderr.contains("\"status\":404"), "{missing:?}");
    assert_eq!(server.run(&["publisher", "show", "--publisher", "nobody"]).code, 5, "it was not created");

    let operator = ["--token", OPERATOR];
    let add = ["publisher", "add", "northwind", "--name", "Northwind"];
    assert_eq!(server.run_as(&operator, &add).json()["definition"]["displayText"], "Northwind");
    let again = server.run_as(&operator, &["publisher", "add", "northwind", "--name", "Other"]);
    assert!(again.code == 4 && again.stderr.contains("\"code\":\"PreconditionFailed\""), "{again:?}");
    assert!(!again.stderr.contains("hint"), "{again:?}");

    let secret = ["publisher", "principal", "add", TENANT, "ci", "--secret", "ci-secret-1"];
    let new = server.run_as(&operator, &secret);
    assert!(new.code == 0 && new.stderr.contains("can sign in now"), "{new:?}");
    let refused = server.run(&secret);
    assert!(refused.code == 5 && refused.stderr.contains("operator"), "{refused:?}");
    assert!(!refused.stderr.contains("ci-secret"), "{refused:?}");
    let made = server.run_as(&operator, &["publisher", "principal", "add", TENANT, "made"]);
    assert!(
        made.code == 0 && made.stdout.trim().len() == 43 && made.stderr.contains("this once"),
        "{made:?}"
    );
    let log = server.run_as(&operator, &["audit", "--server"]).json();
    assert_eq!(log["entries"][0]["subject"], format!("{TENANT}/made"));
    assert_eq!(server.run(&["audit", "--server"]).code, 2, "it wants the token of the operator");
    let ids = server.run_as(&operator, &["publisher", "list"]).json();
    let ids: Vec<_> = ids.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["contoso", "fabrikam", "northwind"]);
    let set = ["publisher", "set", "--publisher", "northwind", "--self-review", "false"];
    assert_eq!(server.run_as(&operator, &set).json()["definition"]["selfReview"], json!(false));
    let person = ["publisher", "member", "set", TENANT, "user:ann", "reader", "--publisher", "northwind"];
    assert_eq!(server.run_as(&operator, &person).code, 0);
    let me = server.run(&["whoami"]).json();
    assert_eq!((&me["kind"], &me["client"]), (&json!("app"), &json!("contoso-owner")));
    assert_eq!(me["publishers"], json!([{"id": "contoso", "role": "owner"}]));
    assert_eq!(server.run_as(&operator, &["whoami"]).json()["kind"], "operator");
    let remove = ["publisher", "member", "remove", TENANT, "user:ann", "--publisher", "northwind"];
    assert_eq!(server.run_as(&operator, &remove).code, 0);
    let member = ["publisher", "member", "set", TENANT, "ci", "contributor", "--publisher", "northwind"];
    assert_eq!(server.run_as(&operator, &member).code, 0);
    let ci = ["--client-id", "ci", "--client-secret", "ci-secret-1", "--publisher", "northwind"];
    assert_eq!(server.run_as(&ci, &["offer", "list"]).json(), json!([]));
    assert_eq!(server.run_as(&ci, &["publisher", "member", "list"]).code, 5, "only owners manage members");
    let list = ["publisher", "member", "list", "--publisher", "northwind"];
    let members = server.run_as(&operator, &list).json();
    assert_eq!(members, json!([{"tenant": TENANT, "client": "ci", "role": "contributor"}]));
    let remove = ["publisher", "member", "remove", TENANT, "ci", "--publisher", "northwind"];
    assert_eq!(server.run_as(&operator, &remove).code, 0);
    assert_eq!(server.run_as(&ci, &["offer", "list"]).code, 5);
}

#[tokio::test]
async fn tokens_and_descriptions() {
    let server = Server::start();
    let token = server.run(&["token"]);
    assert_eq!((token.code, token.stdout.trim().split('.').count()), (0, 3), "{token:?}");
    assert_eq!(server.run_as(&["--token", token.stdout.trim()], &["offer", "list"]).code, 0);
    let wrong = server.run_as(&["--client-id", "contoso-owner", "--client-secret", "guess"], &["token"]);
    assert!(wrong.code == 5 && wrong.stdout.is_empty() && !wrong.stderr.contains("guess"), "{wrong:?}");
    let nobody = server.run_as(&[], &["offer", "list"]);
    assert!(nobody.code == 2 && nobody.stderr.contains("a server that was started with --dev"), "{nobody:?}");
    assert!(server.run_as(&[], &["openapi", "--from-server"]).json()["paths"].is_object());
    let completions = server.run_as(&[], &["completions", "bash"]);
    assert!(
        completions.code == 0 && completions.stdout.contains("complete -F _signoff"),
        "{}",
        completions.code
    );
}
