//! Cancel by force, many cancels at once, the operator's kill and the audit log, on the command line.

use serde_json::{Value, json};

use crate::client::{signoff, signoff_with};
use crate::dev_server::{OPERATOR, Run, Server};

const KILL: [&str; 6] = ["operation", "kill", "contoso", "sample-vm", "--reason", "nobody answers"];

/// Publishes the sample and copies of it, each held at certification.
async fn held(server: &Server, copies: &[&str]) {
    let document = server.run(&["offer", "show", "sample-vm"]);
    let file = server.file("offer.json", &document.stdout);
    for offer in copies {
        assert_eq!(server.run(&["offer", "put", offer, &file]).code, 0);
    }
    let steps: signoff_wire::dev::Scenario =
        serde_json::from_value(json!({"steps": {"displaycertify": {"hold": true}}})).unwrap();
    for offer in copies.iter().chain(&["sample-vm"]) {
        server.client().put_scenario("contoso", offer, &steps).await.unwrap();
        assert_eq!(server.run(&["publish", offer]).code, 0);
    }
}

fn status(server: &Server, offer: &str) -> Value {
    server.run(&["offer", "status", offer]).json()["status"].clone()
}

/// As the operator, whose token is where the server has it from.
fn kill(server: &Server, more: &[&str]) -> Run {
    let run = crate::dev_server::signoff()
        .args(KILL)
        .args(more)
        .env("SIGNOFF_URL", &server.base)
        .env("SIGNOFF_OPERATOR_TOKEN", OPERATOR)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Run { code: run.status.code().unwrap(), stdout: text(run.stdout), stderr: text(run.stderr) }
}

#[tokio::test]
async fn many_are_canceled_with_one_line_each() {
    let server = Server::start();
    held(&server, &["a-vm", "b-vm"]).await;
    let running = ["cancel", "--all", "--filter", "status eq 'running'"];
    let dry = server.run(&[&running[..], &["--dry-run", "--output", "table"]].concat());
    assert_eq!(dry.code, 0, "{dry:?}");
    assert!(dry.stdout.starts_with("OFFER ") && dry.stdout.lines().count() == 4, "{dry:?}");
    assert!(dry.stderr.contains("3 would be canceled") && !dry.stderr.contains('\u{1b}'), "{dry:?}");
    assert_eq!(status(&server, "a-vm"), "running");

    let run = server.run(&[&running[..], &["--reason", "wrong image", "--output", "table"]].concat());
    assert_eq!(run.stdout, "a-vm: canceled\nb-vm: canceled\nsample-vm: canceled\n", "{run:?}");
    assert!(
        run.code == 0 && run.stderr == "3 canceled or being canceled\n",
        "no bar without a terminal: {run:?}"
    );
    assert_eq!(status(&server, "b-vm"), "canceled");
    let none = server.run(&["cancel", "--all"]).json();
    assert_eq!(none, json!({"dryRun": false, "results": []}));
    let refused = server.run(&["cancel", "--all", "--filter", "status is running"]);
    assert!(refused.code == 4 && refused.stderr.contains("InvalidFilter"), "{refused:?}");
}

#[tokio::test]
async fn what_is_refused_shows_and_decides_the_exit_code() {
    let first = json!({
        "dryRun": false,
        "results": [
            {"offerId": "a", "statusCode": 202, "status": "running", "location": "/api/x"},
            {"offerId": "b", "statusCode": 400, "code": "OperationNotCancellable", "message": "Too late."},
        ],
        "next": "b",
    });
    let second =
        json!({"dryRun": false, "results": [{"offerId": "c", "statusCode": 200, "status": "canceled"}]});
    let run = signoff(&[(200, first.clone()), (200, second)], &["cancel", "--all", "--force"]).await;
    let lines = "a: being canceled, /api/x\nb: refused (OperationNotCancellable): Too late.\nc: canceled\n";
    assert_eq!((run.code, run.stdout.as_str()), (1, lines), "{}", run.stderr);
    assert_eq!(run.stderr, "error: 1 of 3 were not canceled\n");
    let call = "POST /api/publishers/contoso/cancel?api-version=2017-10-31&%24top=20";
    let body = r#"{"force":true}"#;
    assert_eq!(run.requests, [format!("{call} {body}"), format!("{call}&after=b {body}")]);
    // What was done before the server failed is told.
    let run = signoff(&[(200, first.clone()), (503, json!({}))], &["cancel", "--all"]).await;
    assert_eq!((run.code, run.stdout.lines().count()), (6, 2), "{}", run.stderr);
    // A server that leads back is not followed.
    let run = signoff(&[(200, first.clone()), (200, first)], &["cancel", "--all", "--output", "json"]).await;
    let shown: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, shown["results"].as_array().unwrap().len()), (1, 4));
}

#[tokio::test]
async fn one_or_all_and_not_both() {
    for arguments in [
        &["cancel"][..],
        &["cancel", "vm", "--all"],
        &["cancel", "vm", "--dry-run"],
        &["cancel", "vm", "--filter", "x"],
        &["cancel", "--all", "--wait"],
        &["cancel", "--all", "--if-match", "x"],
        &["audit", "--limit", "0"],
        &["audit", "--before", "0"],
        &KILL[..4],
    ] {
        let run = signoff(&[], arguments).await;
        assert_eq!((run.code, run.requests.len()), (2, 0), "{arguments:?} {}", run.stderr);
    }
}

#[tokio::test]
async fn an_owner_forces_the_operator_kills_and_both_are_written_down() {
    let server = Server::start();
    assert_eq!(server.run(&["publish", "sample-vm", "--wait"]).code, 0);
    let forced = server.run(&["cancel", "sample-vm", "--force", "--reason", "it hangs", "--wait"]);
    assert!(forced.stderr.contains("ended by force"), "{forced:?}");
    assert_eq!(forced.json()["status"], "failed");

    // Past a point of no return only the operator gets through, and only when they mean it.
    server.script(json!({"displaycertify": {"cancel": "refuse", "hold": true}})).await;
    assert_eq!(server.run(&["publish", "sample-vm"]).code, 0);
    loop {
        let shown = server.run(&["operation", "show", "sample-vm"]).json();
        if shown["cancellationRequestState"] == "cannotCancel" {
            break;
        }
    }
    let refused = server.run(&["cancel", "sample-vm", "--force"]);
    assert!(refused.code == 4 && refused.stderr.contains("signoff operation kill"), "{refused:?}");
    let unsure = kill(&server, &[]);
    assert!(unsure.code == 2 && unsure.stderr.contains("--yes"), "{unsure:?}");
    assert_eq!(status(&server, "sample-vm"), "running");
    let killed = kill(&server, &["--yes"]);
    assert!(killed.code == 0 && killed.stderr.contains("contoso/sample-vm: failed"), "{killed:?}");
    assert_eq!(status(&server, "sample-vm"), "failed");
    let again = kill(&server, &["--yes"]);
    assert!(again.code == 4 && again.stderr.contains("CancellationFailed"), "{again:?}");

    let log = server.run(&["audit", "--limit", "3"]);
    let actions: Vec<_> =
        log.json()["entries"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["kill", "publish", "force"]);
    assert!(log.stderr.contains("there is more: --before"), "{log:?}");
    let table = server.run(&["audit", "--output", "table"]).stdout;
    assert!(table.starts_with("NUMBER ") && table.contains("nobody answers"), "{table}");
}

#[tokio::test]
async fn a_kill_needs_the_operators_token() {
    let whole = [&KILL[..], &["--yes"]].concat();
    let nobody = signoff_with(&[], &[("SIGNOFF_TOKEN", "")], &whole).await;
    assert!(nobody.code == 2 && nobody.stderr.contains("SIGNOFF_OPERATOR_TOKEN"), "{}", nobody.stderr);
    let server = Server::start();
    let owner = server.run(&["token"]);
    let token = if owner.stdout.trim_start().starts_with('{') {
        owner.json()["token"].as_str().unwrap().to_owned()
    } else {
        owner.stdout.trim().to_owned()
    };
    let refused = server.run_as(&["--token", &token], &whole);
    assert!(refused.code == 5 && refused.stderr.contains("Forbidden"), "{refused:?}");
}
