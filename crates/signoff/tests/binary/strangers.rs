//! What a stranger wrote steers no terminal: a server that is not trusted, and names that others chose.

use serde_json::{Value, json};

use crate::client::{ID, Run, operation, signoff};

/// Escape sequences, a bell, a forged line, C1 and the marks that turn the direction of writing.
const EVIL: &str = "x\u{1b}[2J\u{1b}]0;owned\u{7}\r\nerror: forged\u{9b}31m\u{202e}gpj\u{2066}\u{200f}y";

fn steers(c: char) -> bool {
    let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || (c.is_control() && c != '\n')
}

fn assert_clean(run: &Run, what: &str) {
    for text in [&run.stdout, &run.stderr] {
        assert!(!text.contains(steers), "{what}: {text:?}");
        assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{what}: {text:?}");
    }
}

fn refusal() -> Value {
    json!({"error": {"code": EVIL, "message": EVIL, "target": EVIL, "location": EVIL,
        "details": [{"code": EVIL, "message": EVIL, "target": EVIL}]}})
}

fn evil_operation(status: &str) -> Value {
    let mut operation = operation("publish", status, "inProgress");
    operation["steps"] = json!([{"id": EVIL, "stepName": EVIL, "status": "inProgress",
        "messages": [{"messageHtml": EVIL, "level": "error", "timestamp": EVIL}], "estimatedTimeFrame": EVIL}]);
    for member in ["canceledBy", "cancellationReason", "createdDateTime", "notificationEmails"] {
        operation[member] = EVIL.into();
    }
    operation["error"] = json!({"code": EVIL, "message": EVIL});
    operation
}

#[tokio::test]
async fn nothing_that_a_server_says_steers_a_terminal() {
    let offer = json!({"id": EVIL, "publisherId": EVIL, "offerTypeId": EVIL, "status": "running", "version": 1,
        "changedTime": EVIL, "definition": {"displayText": EVIL, "plans": [{"planId": EVIL}]}});
    let publisher = json!({"id": EVIL, "version": 1, "definition": {"displayText": EVIL, "sellerContact": EVIL,
        "offerTypeCategories": [EVIL], "sellerId": 1}});
    let accepted = json!({"location": EVIL, "operationId": ID, "status": "running"});
    let result = json!({"offerId": EVIL, "statusCode": 400, "code": "OperationNotCancellable", "message": EVIL,
        "location": EVIL});
    let entry = json!({"number": 1, "time": EVIL, "by": EVIL, "role": "owner", "action": "put", "offerId": EVIL,
        "subject": EVIL, "outcome": EVIL, "reason": EVIL});
    let status =
        json!({"status": "running", "notificationEmails": EVIL, "steps": evil_operation("running")["steps"]});
    let text = |text: &str| (500, Value::String(text.to_owned()));
    for (answers, arguments) in [
        (vec![(422, refusal())], &["publish", "vm"][..]),
        (vec![text(EVIL)], &["golive", "vm"]),
        (vec![(200, json!([offer]))], &["offer", "list"]),
        (vec![(200, offer.clone())], &["offer", "show", "vm"]),
        (vec![(200, status)], &["offer", "status", "vm"]),
        (vec![(200, evil_operation("failed"))], &["operation", "show", "vm", ID]),
        (
            vec![(200, evil_operation("running")), (200, evil_operation("failed"))],
            &["operation", "watch", "vm", ID],
        ),
        (vec![(202, accepted)], &["cancel", "vm"]),
        (vec![(200, json!({"dryRun": false, "results": [result]}))], &["cancel", "--all"]),
        (vec![(200, json!({"dryRun": true, "results": [result]}))], &["cancel", "--all", "--dry-run"]),
        (vec![(200, json!({"entries": [entry]}))], &["audit"]),
        (vec![(200, json!([publisher]))], &["publisher", "list"]),
        (vec![(200, publisher)], &["publisher", "show"]),
        (
            vec![(200, json!([{"tenant": EVIL, "client": EVIL, "role": EVIL}]))],
            &["publisher", "member", "list"],
        ),
        (vec![(200, json!({"status": EVIL}))], &["ready"]),
        (vec![(503, json!({"status": EVIL}))], &["ready"]),
        (vec![(200, json!({ "openapi": EVIL }))], &["openapi", "--from-server"]),
    ] {
        for output in ["table", "json"] {
            let run = signoff(&answers, &[arguments, &["--output", output]].concat()).await;
            assert!(!run.requests.is_empty(), "{arguments:?}: {}", run.stderr);
            assert_clean(&run, &format!("{arguments:?} as {output}"));
        }
    }
}

/// Bars write to the terminal by themselves.
#[cfg(unix)]
#[tokio::test]
async fn bars_show_no_more_than_names() {
    let answers = [(200, evil_operation("running")), (200, evil_operation("failed"))];
    let server = crate::client::Scripted::start(&answers).await;
    let command = server.command(&["operation", "watch", "vm", ID]);
    let (code, shown) = crate::terminal::Terminal::start(command, 80).ended().await;
    assert_eq!(code, Some(1), "{shown:?}");
    let text = crate::terminal::unstyled(&shown);
    assert!(text.contains("inProgress"), "{text:?}");
    for evil in ["\u{1b}]", "\u{1b}[2J", "\u{7}", "\u{9b}", "\u{202e}", "\u{2066}", "\u{200f}"] {
        assert!(!shown.contains(evil), "{evil:?} in {shown:?}");
    }
    assert!(!text.lines().any(|line| line.starts_with("error: forged")), "{text:?}");
}

#[tokio::test]
async fn json_loses_nothing_of_what_it_escapes() {
    let offer = json!({"id": "vm", "definition": {"displayText": EVIL}});
    let run = signoff(&[(200, offer.clone())], &["offer", "show", "vm", "--output", "json"]).await;
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap(), offer);
    let run = signoff(&[(422, refusal())], &["publish", "vm", "--output", "json"]).await;
    let told: Value = serde_json::from_str(run.stderr.lines().last().unwrap()).unwrap();
    assert_eq!(told["error"]["details"][0]["target"], EVIL);
}

#[tokio::test]
async fn errors_are_json_where_results_are() {
    let missing = json!({"error": {"code": "OfferNotFound", "message": "No."}});
    for (arguments, variables, code, word, status) in [
        (&["offer", "show", "vm", "--output", "json"][..], &[][..], 3, "OfferNotFound", json!(404)),
        (&["offer", "show", "vm"], &[("SIGNOFF_OUTPUT", "json")], 3, "OfferNotFound", json!(404)),
        (&["publish", "--output=json"], &[], 2, "Usage", Value::Null),
        (&["publish", "a/b", "--output", "json"], &[], 2, "Usage", Value::Null),
        (
            &["publish", "vm", "--output", "json", "--url", "http://127.0.0.1:1"],
            &[],
            6,
            "Unreachable",
            Value::Null,
        ),
    ] {
        let run = crate::client::signoff_with(&[(404, missing.clone())], variables, arguments).await;
        assert_eq!((run.code, run.stdout.as_str()), (code, ""), "{arguments:?}: {}", run.stderr);
        let told: Value =
            serde_json::from_str(&run.stderr).unwrap_or_else(|error| panic!("{error}: {}", run.stderr));
        assert_eq!((&told["error"]["code"], &told["exitCode"]), (&json!(word), &json!(code)), "{told}");
        assert_eq!(told["error"].get("status").cloned().unwrap_or_default(), status, "{told}");
    }
}
