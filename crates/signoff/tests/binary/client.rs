//! The client commands against a scripted server: what is sent, and what comes of every answer.
use std::collections::VecDeque;
use std::path::Path;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::task::JoinHandle;

pub(crate) const ID: &str = "5a63deb5-925b-4ee0-938b-7c86fbf287c5";
pub(crate) const LOCATION: &str = "/api/operations/contoso$vm$1$preview?api-version=2017-10-31";

#[derive(Default)]
struct Script {
    answers: VecDeque<(u16, Value)>,
    requests: Vec<String>,
}

pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) requests: Vec<String>,
}

async fn answer(State(script): State<Arc<Mutex<Script>>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let mut script = script.lock().unwrap();
    let line = format!("{} {} {}", head.method, head.uri, String::from_utf8_lossy(&body));
    script.requests.push(line.trim().to_owned());
    let (status, body) = script.answers.pop_front().unwrap_or((599, json!("the script is over")));
    let mut response = (StatusCode::from_u16(status).unwrap(), body.to_string()).into_response();
    if status == 202 {
        response.headers_mut().insert("location", HeaderValue::from_static(LOCATION));
        response.headers_mut().insert("retry-after", HeaderValue::from_static("0"));
    }
    response
}

/// A server that answers so; it stops when it is dropped.
pub(crate) struct Scripted {
    pub(crate) url: String,
    script: Arc<Mutex<Script>>,
    server: JoinHandle<std::io::Result<()>>,
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Scripted {
    pub(crate) async fn start(answers: &[(u16, Value)]) -> Self {
        let script = Arc::new(Mutex::new(Script { answers: answers.to_vec().into(), ..Script::default() }));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let app = Router::new().fallback(answer).with_state(Arc::clone(&script));
        let server = tokio::spawn(async move { axum::serve(listener, app).await });
        Self { url, script, server }
    }

    /// `signoff` with `arguments` and nothing in its environment but who calls here.
    pub(crate) fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command
            .args(arguments)
            .env_clear()
            .env("XDG_CONFIG_HOME", "/nonexistent")
            .env("SIGNOFF_URL", &self.url)
            .env("SIGNOFF_PUBLISHER", "contoso")
            .env("SIGNOFF_TOKEN", "t")
            .stdin(Stdio::null());
        command
    }

    /// What was asked, in order.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.script.lock().unwrap().requests.clone()
    }
}

/// Runs `signoff` with `arguments`, nothing in its environment but `more`, against a server that answers so.
pub(crate) async fn signoff_with(answers: &[(u16, Value)], more: &[(&str, &str)], arguments: &[&str]) -> Run {
    let server = Scripted::start(answers).await;
    let output = server.command(arguments).envs(more.iter().copied()).output().await.unwrap();
    Run {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
        requests: server.requests(),
    }
}

pub(crate) async fn signoff(answers: &[(u16, Value)], arguments: &[&str]) -> Run {
    signoff_with(answers, &[], arguments).await
}

fn error(code: &str) -> Value {
    json!({"error": {"code": code, "message": "No."}})
}

pub(crate) fn operation(kind: &str, status: &str, step: &str) -> Value {
    json!({
        "id": ID, "submissionType": kind, "status": status, "publishingVersion": 1, "offerVersion": 1,
        "cancellationRequestState": "canCancel",
        "steps": [{"id": "displaycertify", "stepName": "Certification", "status": step}],
    })
}

pub(crate) fn accepted(status: &str) -> Value {
    json!({"location": LOCATION, "operationId": ID, "status": status})
}

#[tokio::test]
async fn a_list_is_a_table_or_json_on_stdout_and_nothing_else() {
    let offers = json!([{"id": "vm", "publisherId": "contoso", "offerTypeId": "t", "status": "running",
        "version": 1, "changedTime": "x", "definition": {"displayText": "VM"}}]);
    let run = signoff(&[(200, offers.clone())], &["offer", "list", "--status", "running"]).await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(run.stdout.starts_with("OFFER") && run.stdout.lines().count() == 2, "{}", run.stdout);
    assert_eq!(
        run.requests,
        ["GET /api/publishers/contoso/offers?api-version=2017-10-31&%24filter=status+eq+%27running%27"]
    );
    let run = signoff(&[(200, offers)], &["offer", "list", "--output", "json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()[0]["id"], "vm");
}

#[tokio::test]
async fn an_offer_is_shown_short_or_whole() {
    let document = json!({"id": "vm", "definition": {"displayText": "VM", "plans": [{"planId": "gen1"}]}});
    let run = signoff(&[(200, document.clone())], &["offer", "show", "vm", "--slot", "Preview"]).await;
    assert_eq!(run.stdout, "Offer  vm\nName   VM\nPlans  gen1\n", "{}", run.stderr);
    assert_eq!(run.requests, ["GET /api/publishers/contoso/offers/vm/slot/preview?api-version=2017-10-31"]);
    let run = signoff(&[(200, document.clone())], &["offer", "show", "vm", "--output", "json"]).await;
    assert_eq!(run.stdout, format!("{document}\n"));
    let run = signoff(&[(400, error("MissingIfMatch"))], &["offer", "put", "vm", "Cargo.toml"]).await;
    assert!(run.code == 4 && run.stderr.contains("hint: give the tag"), "{}", run.stderr);
}

#[tokio::test]
async fn a_diff_is_a_line_for_each_change_or_json() {
    let diff = json!({"changes": [
        {"path": "definition.plans[planId=a].title", "from": "a\u{1b}[31m", "to": "b"},
        {"path": "definition.x", "to": null},
        {"path": "definition.y", "from": {"z": 1}},
    ], "omitted": 2});
    let run = signoff(&[(200, diff.clone())], &["offer", "diff", "vm"]).await;
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert_eq!(
        run.stdout,
        "~ definition.plans[planId=a].title: \"a\\u001b[31m\" → \"b\"\n\
         + definition.x: null\n- definition.y: {\"z\":1}\nand 2 more\n"
    );
    assert_eq!(run.requests, ["GET /api/publishers/contoso/offers/vm/diff?api-version=2017-10-31"]);
    let arguments = ["offer", "diff", "vm", "--from", "3", "--to", "Preview", "--output", "json"];
    let run = signoff(&[(200, diff.clone())], &arguments).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), diff);
    assert!(
        run.requests[0].ends_with("/vm/diff?api-version=2017-10-31&from=3&to=preview"),
        "{:?}",
        run.requests
    );
    let run = signoff(&[(200, json!({"changes": []}))], &["offer", "diff", "vm"]).await;
    assert_eq!((run.code, run.stdout.as_str(), run.stderr.as_str()), (0, "", "no difference\n"));
}

#[tokio::test]
async fn exit_codes_follow_the_answer() {
    for (status, code, exit) in [
        (404, "OfferNotFound", 3),
        (400, "NotReadyForGoLive", 4),
        (412, "PreconditionFailed", 4),
        (422, "ValidationFailed", 4),
        (401, "Unauthorized", 5),
        (403, "Forbidden", 5),
        (503, "ServiceUnavailable", 6),
        (500, "InternalError", 1),
    ] {
        let run = signoff(&[(status, error(code))], &["golive", "vm"]).await;
        assert_eq!((run.code, run.stdout.as_str()), (exit, ""), "{code}");
        assert!(run.stderr.starts_with(&format!("error: {code} ({status}): No.\n")), "{}", run.stderr);
    }
}

#[tokio::test]
async fn usage_errors_are_told_before_anything_is_sent() {
    for arguments in [
        &["publish", "bad/id"][..],
        &["publish", "vm", "--emails", "nobody"],
        &["cancel", "vm", "--operation", "7"],
        &["operation", "list", "vm", "--state", "paused"],
        &["offer", "diff", "vm", "--from", "staging"],
        &["offer", "put", "vm", "/no/such/file"],
        &["offer", "list", "--publisher", "a$b"],
        &["offer", "list", "--url", "ftp://x"],
        &["offer", "list", "--ca", "/no/such/file"],
    ] {
        let run = signoff(&[], arguments).await;
        assert_eq!((run.code, run.requests.len()), (2, 0), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.starts_with("error: "), "{}", run.stderr);
    }
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let nobody = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let run = signoff(&[], &["publish", "vm", "--url", &nobody]).await;
    assert!(run.code == 6 && run.stderr.contains("cannot be reached"), "{}", run.stderr);
}

#[tokio::test]
async fn publish_and_wait_follows_to_the_end() {
    let answers = [
        (202, accepted("running")),
        (200, operation("publish", "running", "inProgress")),
        (200, operation("publish", "failed", "blocked")),
    ];
    let run = signoff(&answers, &["publish", "vm", "--emails", "a@x, b@x", "--wait"]).await;
    assert_eq!(run.code, 1);
    assert!(run.stdout.starts_with("Operation"), "{}", run.stdout);
    assert_eq!(
        run.stderr,
        format!("displaycertify: inProgress\ndisplaycertify: blocked\nerror: publish {ID} is failed\n"),
        "lines and no bars where there is no terminal"
    );
    assert!(run.requests[0].ends_with(r#"{"metadata":{"notification-emails":"a@x,b@x"}}"#));
    assert_eq!(run.requests[1..], vec![format!("GET {LOCATION}"); 2]);
}

#[tokio::test]
async fn checks_alone_start_nothing() {
    let warning =
        json!({"code": "SasIncomplete", "message": "It lacks sp.", "target": "definition.plans[0]"});
    let valid = json!({"status": "valid", "warnings": [warning]});
    let arguments = ["publish", "vm", "--validate-only", "--if-match", "t"];
    let run = signoff(&[(200, valid.clone())], &arguments).await;
    assert_eq!(
        (run.code, run.stderr.as_str(), run.requests),
        (
            0,
            "",
            vec![
                "POST /api/publishers/contoso/offers/vm/publish?api-version=2017-10-31&validateOnly=true"
                    .to_owned()
            ]
        )
    );
    assert!(run.stdout.contains("valid") && run.stdout.contains("It lacks sp."), "{}", run.stdout);
    let run =
        signoff(&[(200, valid.clone())], &["publish", "vm", "--validate-only", "--output", "json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), valid);
    let run = signoff(&[(422, error("ValidationFailed"))], &["publish", "vm", "--validate-only"]).await;
    assert_eq!(run.code, signoff(&[(422, error("ValidationFailed"))], &["publish", "vm"]).await.code);
    assert!(run.code != 0 && run.stderr.contains("ValidationFailed"), "{}", run.stderr);
    let both = signoff(&[], &["publish", "vm", "--validate-only", "--wait"]).await;
    assert_eq!(both.code, 2, "{}", both.stderr);
}

#[tokio::test]
async fn cancel_tells_the_truth() {
    let run = signoff(&[(200, accepted("canceled"))], &["cancel", "vm"]).await;
    assert_eq!((run.code, run.stdout.trim(), run.stderr.trim()), (0, LOCATION, "vm: canceled"));

    let run = signoff(&[(202, accepted("running"))], &["cancel", "vm"]).await;
    let next = format!("watch it:  signoff operation watch vm {ID}\n");
    assert!(run.stdout.trim() == LOCATION && run.stderr.ends_with(&next), "{}", run.stderr);

    let arguments = ["cancel", "vm", "--operation", ID, "--reason", "wrong image", "--wait"];
    let answers = [(202, accepted("running")), (200, operation("cancel", "completed", "complete"))];
    let run = signoff(&answers, &arguments).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let body = format!(r#"{{"metadata":{{"reason":"wrong image"}},"operationId":"{ID}"}}"#);
    assert!(run.requests[0].ends_with(&body), "{}", run.requests[0]);

    let answers = [(202, accepted("running")), (200, operation("cancel", "failed", "blocked"))];
    assert_eq!(signoff(&answers, &arguments).await.code, 1);
}

#[tokio::test]
async fn reviews_go_to_the_running_operation() {
    let item = json!([{"id": ID, "offerId": "vm", "offerVersion": 1, "offerTypeId": "t", "publisherId": "contoso",
        "submissionType": "publish", "submissionState": "running", "publishingVersion": 1, "slot": "staging",
        "version": 1, "changedTime": "x"}]);
    let waiting = operation("publish", "running", "waitingForApproval");
    let run = signoff(&[(200, item.clone()), (200, waiting)], &["review", "list", "vm"]).await;
    assert!(run.code == 0 && run.stdout.contains("displaycertify"), "{}{}", run.stdout, run.stderr);
    let arguments = ["review", "reject", "vm", "displaycertify", "--reason", "blurry logo"];
    let run = signoff(&[(200, item), (200, json!({}))], &arguments).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(
        run.requests[1]
            .ends_with(r#"/steps/displaycertify/reject?api-version=2017-10-31 {"reason":"blurry logo"}"#)
    );
    let run = signoff(&[(200, json!([]))], &["review", "approve", "vm", "displaycertify"]).await;
    assert_eq!((run.code, run.stderr.as_str()), (3, "error: no operation of vm is running\n"));
}

#[tokio::test]
async fn the_configuration_file_is_asked_last() {
    let directory = tempfile::tempdir().unwrap();
    let home = directory.path().to_str().unwrap();
    std::fs::create_dir(Path::new(home).join("signoff")).unwrap();
    std::fs::write(Path::new(home).join("signoff/client.toml"), "publisher = 'fabrikam'\noutput = 'json'\n")
        .unwrap();
    let environment = [("XDG_CONFIG_HOME", home)];
    let run = signoff_with(&[(200, json!([]))], &environment, &["offer", "list"]).await;
    assert_eq!(run.stdout, "[]\n");
    assert_eq!(run.requests, ["GET /api/publishers/contoso/offers?api-version=2017-10-31"]);
}

#[tokio::test]
async fn token_openapi_and_completions_print_what_they_promise() {
    let credentials = [("SIGNOFF_TOKEN", ""), ("SIGNOFF_TENANT", "tenant"), ("SIGNOFF_CLIENT_ID", "me")];
    let reply = [(200, json!({"access_token": "abc"}))];
    let run = signoff_with(&reply, &credentials, &["token", "--client-secret", "hush"]).await;
    assert_eq!((run.code, run.stdout.as_str()), (0, "abc\n"), "{}", run.stderr);
    assert!(run.requests[0].starts_with("POST /tenant/oauth2/v2.0/token "), "{}", run.requests[0]);

    let run = signoff(&[(200, json!({"openapi": "3.1.0"}))], &["openapi", "--from-server"]).await;
    assert_eq!(run.stdout, "{\"openapi\":\"3.1.0\"}\n");

    let run = signoff_with(&[], &[("SIGNOFF_URL", "nonsense")], &["openapi"]).await;
    assert!(
        run.stdout.contains("\"/api/publishers/{publisherId}/offers/{offerId}/cancel\""),
        "{}",
        run.stderr
    );
    assert!(run.code == 0 && run.requests.is_empty());

    let run = signoff(&[], &["version", "--json"]).await;
    let version: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&version["name"], &version["version"]),
        (&json!("signoff"), &json!(env!("CARGO_PKG_VERSION")))
    );
    let run = signoff(&[], &["version"]).await;
    assert_eq!(run.stdout, concat!("signoff ", env!("CARGO_PKG_VERSION"), "\n"));

    let run = signoff(&[], &["completions", "bash"]).await;
    assert!(run.code == 0 && run.stdout.contains("_signoff()"));

    let run = signoff(&[], &["--help"]).await;
    assert!(run.stdout.contains("Exit codes:"));
}
