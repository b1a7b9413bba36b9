//! What the log of a server says, and what it never says.

use std::path::Path;
use std::process::Stdio;

use reqwest::Method;
use rustix::process::{Pid, Signal};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::server::{Api, PATIENCE, Server, http, of_offer, signoff};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A hook that leads nowhere.
fn settings(folder: &Path) -> String {
    let file = folder.join("signoff.toml");
    let text = format!(
        "[hooks.certifier]\nurl = \"http://127.0.0.1:1/hook\"\nsecret = \"{SECRET}\"\n\
         steps = [{{ offer_type = \"microsoft-azure-virtualmachines\", step = \"displaycertify\" }}]\n"
    );
    std::fs::write(&file, text).unwrap();
    file.to_str().unwrap().to_owned()
}

/// A publish whose certifier is away, its cancel, and requests that are refused or go wrong on purpose. Answers who made
/// them, and the id of the publish's request.
async fn traffic(server: &Server) -> (Api, String) {
    let api = Api::owner(&server.base, "contoso").await;
    assert_eq!(api.get(&of_offer("contoso", "sample-vm", "")).await.status, 200);
    let started = api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    server.says("a webhook is out of reach").await;
    let why = json!({ "reason": "the words of the caller" });
    api.post(&of_offer("contoso", "sample-vm", "/cancel"), &why, 202).await;
    let nobody = Api { token: "nobodys-token".to_owned(), ..api.clone() };
    nobody.post(&of_offer("contoso", "sample-vm", "/cancel"), &json!({}), 401).await;
    let strange = api.get(&of_offer("contoso", "%1b%5b2J%e2%80%ae%0d%0aforged", "")).await;
    assert_eq!(strange.status, 400);
    assert_eq!(api.get("/api/no%0asuch/path?api-version=2017-10-31&hidden=query").await.status, 404);
    let fault = json!({ "method": "GET", "path": "*/status", "status": 500, "count": 1 });
    api.post("/_signoff/faults", &fault, 201).await;
    assert_eq!(api.get(&of_offer("contoso", "sample-vm", "/status")).await.status, 500);
    let id = started.headers["x-ms-request-id"].to_str().unwrap().to_owned();
    (api, id)
}

/// The lines with these words.
fn lines<'a>(log: &'a str, words: &[&str]) -> Vec<&'a str> {
    log.lines().filter(|line| words.iter().all(|word| line.contains(word))).collect()
}

#[tokio::test]
async fn whatever_changes_or_is_refused_has_one_line_and_nothing_secret() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let (store, log) = (folder.path().join("signoff.db"), folder.path().join("signoff.log"));
    let address = format!("sqlite:{}", store.display());
    // It is started from a terminal with colours; the log is a file.
    let variables = [("TERM", "xterm")];
    let mut server = Server::start_in(&variables, &address, &log, &["--config", &config]).await;
    let (api, id) = traffic(&server).await;
    server.ask_to_stop();
    server.ended().await;
    let log = server.log();

    let offer = "publisher=\"contoso\" offer=\"sample-vm\"";
    let caller = "caller=\"app:11111111-1111-1111-1111-111111111111/contoso-owner\"";
    for words in [
        &[
            "method=\"POST\" route=\"/api/publishers/{publisher}/offers/{offer}/publish\" status=202 took_ms=",
            caller,
        ][..],
        &["/{offer}/cancel\" status=202", caller, offer],
        &["/{offer}/cancel\" status=401 code=\"Unauthorized\"", offer],
        &["route=\"none\" path=\"/api/no%0asuch/path\" status=404"],
        &["status=500 code=\"InternalError\"", "fault=\"injected status\" fault_rule="],
    ] {
        let found = lines(&log, &[&["INFO a request was answered"], words].concat());
        assert_eq!(found.len(), 1, "{words:?}: {log}");
        assert!(found[0].contains("request_id="), "{found:?}");
    }
    let id = format!("request_id=\"{id}\"");
    assert_eq!(lines(&log, &["a request was answered", "/{offer}/publish\"", &id]).len(), 1, "{id}: {log}");
    for (from, to) in [
        ("new", "running displaydummycertify"),
        ("running displaydummycertify", "running displaycertify"),
        ("running displaycertify", "canceling"),
        ("new", "undoing displaycertify"),
    ] {
        let change = format!("from=\"{from}\" to=\"{to}\"");
        assert_eq!(lines(&log, &["an operation moved on", offer, &change]).len(), 1, "{change}: {log}");
    }
    let away = lines(&log, &["WARN a webhook is out of reach", "asked=\"step.run\"", "hook=\"certifier\""]);
    assert!(away[0].contains("it cannot be reached"), "{away:?}");

    assert_eq!(lines(&log, &["method=\"GET\"", "status=200"]), [""; 0], "reads that go well are for debug");
    assert!(!log.contains("failed inside the server"), "an injected fault is no fault: {log}");
    assert!(!log.contains(['\u{1b}', '\r', '\u{202e}']), "nobody colours, forges or turns a line: {log:?}");
    assert_eq!(lines(&log, &["forged"]).len(), 1);
    for secret in
        [&api.token, "nobodys-token", "contoso-secret", SECRET, "Bearer", "hidden=query", "the words of"]
    {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
    assert!(log.ends_with("INFO stopped\n"), "the last line is there: {log}");
}

#[tokio::test]
async fn a_caller_that_leaves_before_its_reply_has_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(&folder.path().join("signoff.db"), &[]).await;
    let api = Api::owner(&server.base, "contoso").await;
    // The reply is held back when the publish has started.
    let held = json!({ "method": "POST", "path": "*/publish", "latency": "60s" });
    api.post("/_signoff/faults", &held, 201).await;
    let caller = api.clone();
    let call = tokio::spawn(async move {
        let path = of_offer("contoso", "sample-vm", "/publish");
        caller.send(Method::POST, &path, None, Some(&json!({}))).await
    });
    server.says("an operation moved on").await;
    call.abort();
    server.says("a caller left before its reply").await;
    let log = server.log();
    let words = ["a caller left before its reply", "/{offer}/publish\"", "contoso-owner", "request_id="];
    assert_eq!(lines(&log, &words).len(), 1, "{log}");
    server.kill().await;
}

#[tokio::test]
async fn in_json_every_line_is_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let config = settings(folder.path());
    let more = ["--config", &config, "--log-format", "json", "--log", "debug"];
    let mut server = Server::start(&folder.path().join("signoff.db"), &more).await;
    traffic(&server).await;
    server.ask_to_stop();
    server.ended().await;
    let log = server.log();
    let lines: Vec<Value> =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"))).collect();
    let find = |field: &str, value: Value| {
        lines.iter().find(|line| line["fields"][field] == value).unwrap_or_else(|| panic!("{value}: {log}"))
    };
    let refused = &find("status", json!(401))["fields"];
    assert_eq!(refused["message"], "a request was answered");
    assert_eq!(refused["code"], "Unauthorized");
    assert!(refused["took_ms"].is_f64() && refused["request_id"].is_string(), "{refused}");
    let strange = find("offer", json!("\u{1b}[2J\u{202e}\r\nforged"));
    assert_eq!(strange["fields"]["status"], 400);
    find("message", json!("a read was answered"));
    assert_eq!(lines.last().unwrap()["fields"]["message"], "stopped");
    assert!(!log.contains(".cargo") && !log.contains("/registry/"), "no folder of whoever built it: {log}");
}

#[tokio::test]
async fn a_setting_of_the_log_that_is_none_names_itself() {
    for (arguments, words) in [
        (["--log-format", "xml"], "log_format: \"xml\" is neither text nor json"),
        (["--log", "loud"], "log: \"loud\" is no level; write off, error, warn, info, debug or trace"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = signoff(folder.path());
        let ran = command.args(["serve", "--dev"]).args(arguments).output().await.unwrap();
        let said = String::from_utf8(ran.stderr).unwrap();
        assert!(!ran.status.success() && said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn a_reader_that_stands_still_holds_nobody_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = signoff(folder.path());
    let store = format!("sqlite:{}", folder.path().join("signoff.db").display());
    command.args(["serve", "--dev", "--listen", "127.0.0.1:0", "--store", &store]);
    // Nobody reads it, and it holds 64 KiB.
    let (reader, writer) = std::io::pipe().unwrap();
    let mut child = command.stdout(Stdio::piped()).stderr(writer).spawn().unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
    let first = tokio::time::timeout(PATIENCE, stdout.next_line()).await.unwrap().unwrap().unwrap();
    let base = first.strip_prefix("listening on ").unwrap();
    let http = http();
    for _ in 0..600 {
        let reply = http.get(format!("{base}/api/publishers?api-version=2017-10-31")).send().await;
        assert_eq!(reply.expect("it answers").status(), 401);
    }
    // And it comes to its end.
    let id = child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw).unwrap();
    rustix::process::kill_process(id, Signal::TERM).unwrap();
    let ended = tokio::time::timeout(PATIENCE, child.wait()).await.expect("it ends").unwrap();
    assert_eq!(ended.code(), Some(0));
    drop(reader);
}
