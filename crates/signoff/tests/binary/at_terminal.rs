//! What a person sees at a terminal of 80 columns, and of 60.

use serde_json::{Value, json};

use crate::client::{ID, LOCATION, Scripted, accepted, operation};
use crate::terminal::{Terminal, unstyled};

fn offers() -> Value {
    let offer = |id: &str, status: &str, name: &str| {
        json!({"id": id, "publisherId": "contoso", "offerTypeId": "microsoft-azure-virtualmachines", "status": status,
            "version": 12, "changedTime": "2026-11-21T08:00:00.0000000Z", "definition": {"displayText": name}})
    };
    json!([
        offer("sample-vm", "waitingForPublisherReview", "A virtual machine with a name that is long"),
        offer("another-offer-with-a-long-id", "running", "Another"),
    ])
}

fn operations() -> Value {
    json!([{"id": ID, "offerId": "vm", "offerVersion": 1, "offerTypeId": "t", "publisherId": "contoso",
        "submissionType": "publish", "submissionState": "failed", "publishingVersion": 3, "slot": "production",
        "version": 1, "changedTime": "2026-11-21T08:00:00.0000000Z"}])
}

fn failed() -> Value {
    let mut failed = operation("publish", "failed", "blocked");
    failed["error"] = json!({"code": "StepFailed", "message": "Certification failed, and the reason is told in many words."});
    failed["steps"][0]["stepName"] = "Packaging and Lead Generation Registration".into();
    failed["messages"] = json!([{"messageHtml": "The image could not be copied to the region that was asked for.",
        "level": "error", "timestamp": "2026-11-21T08:00:00.0000000Z"}]);
    failed
}

async fn shown(answer: Value, arguments: &[&str], columns: u16) -> String {
    let server = Scripted::start(&[(200, answer)]).await;
    let (code, shown) = Terminal::start(server.command(arguments), columns).ended().await;
    assert_eq!(code, Some(0), "{shown}");
    shown
}

#[tokio::test]
async fn tables_fit_and_break_no_word() {
    for (answer, arguments, words) in [
        (
            offers(),
            &["offer", "list"][..],
            &["sample-vm", "another-offer-with-a-long-id", "waitingForPublisherReview"][..],
        ),
        (operations(), &["operation", "list", "vm"], &[ID, "failed"]),
        (failed(), &["operation", "show", "vm", ID], &[ID, "displaycertify", "StepFailed:", "Certification"]),
    ] {
        for columns in [60, 80, 120] {
            let shown = shown(answer.clone(), arguments, columns).await;
            let text = unstyled(&shown);
            for line in text.lines() {
                let width = line.chars().count();
                assert!(width <= usize::from(columns), "{arguments:?} at {columns}: {line:?}\n{text}");
            }
            for word in words {
                let found = text.split_whitespace().any(|found| found == *word);
                assert!(found, "{arguments:?} at {columns}: {word}\n{text}");
            }
            let is_list = arguments[1] == "list";
            assert!(text.contains(" ago") || columns == 60 || !is_list, "{arguments:?} at {columns}: {text}");
        }
    }
}

#[tokio::test]
async fn states_have_colours_where_somebody_wants_them() {
    let failed = "\u{1b}[31mfailed";
    assert!(shown(operations(), &["operation", "list", "vm"], 80).await.contains(failed));
    for (name, value) in [("NO_COLOR", "1"), ("TERM", "dumb")] {
        let server = Scripted::start(&[(200, operations())]).await;
        let mut command = server.command(&["operation", "list", "vm"]);
        command.env(name, value);
        let (_, shown) = Terminal::start_as(command, 80, (name == "TERM").then_some(value)).ended().await;
        assert!(shown.contains("failed") && !shown.contains('\u{1b}'), "{name}: {shown:?}");
    }
}

#[tokio::test]
async fn many_cancels_are_listed_and_asked_about() {
    let result = |dry: bool| {
        let status = if dry { json!("running") } else { json!("canceled") };
        json!({"dryRun": dry, "results": [{"offerId": "vm", "statusCode": 200, "operationId": ID, "status": status}]})
    };
    let server = Scripted::start(&[(200, result(true))]).await;
    let mut terminal = Terminal::start(server.command(&["cancel", "--all"]), 80);
    terminal.shows("Type yes to go on:").await;
    terminal.types("no");
    let (code, text) = terminal.ended().await;
    assert!(code == Some(0) && text.contains("vm ") && text.contains("nothing was canceled"), "{text}");
    let dry = "POST /api/publishers/contoso/cancel?api-version=2017-10-31&dryRun=true";
    assert!(server.requests().len() == 1 && server.requests()[0].starts_with(dry), "{:?}", server.requests());

    let server = Scripted::start(&[(200, result(true)), (200, offers()), (200, result(false))]).await;
    let mut terminal = Terminal::start(server.command(&["cancel", "--all"]), 80);
    terminal.shows("Cancel the operations of 1 offers of contoso?").await;
    terminal.types("yes");
    let (code, text) = terminal.ended().await;
    assert!(code == Some(0) && text.contains("vm: canceled"), "{text}");
    assert!(!server.requests()[2].contains("dryRun"), "{:?}", server.requests());

    // Who says yes beforehand, or has no terminal, is not asked.
    let server = Scripted::start(&[(200, offers()), (200, result(false))]).await;
    let (code, text) = Terminal::start(server.command(&["cancel", "--all", "--yes"]), 80).ended().await;
    assert!(code == Some(0) && !text.contains("Type yes"), "{text}");
    let run = crate::client::signoff(&[(200, result(false))], &["cancel", "--all"]).await;
    assert_eq!((run.code, run.requests.len()), (0, 1), "{}", run.stderr);
}

#[tokio::test]
async fn who_stops_watching_is_told_what_goes_on() {
    let mut answers = vec![(202, accepted("running"))];
    answers.extend(vec![(200, operation("publish", "running", "inProgress")); 100]);
    let server = Scripted::start(&answers).await;
    let mut terminal = Terminal::start(server.command(&["publish", "vm", "--wait"]), 80);
    terminal.shows("inProgress").await;
    terminal.interrupt();
    let (code, text) = terminal.ended().await;
    assert_eq!(code, Some(130), "{text}");
    let text = unstyled(&text);
    for line in [
        "no longer watching; the publish of vm goes on at the server",
        &format!("  watch it:  signoff operation watch vm {ID}"),
        "  stop it:   signoff cancel vm",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
}

#[tokio::test]
async fn a_server_that_goes_away_and_comes_back_is_waited_for() {
    let busy = (503, json!({"error": {"code": "ServiceUnavailable", "message": "Not now."}}));
    let mut answers = vec![(202, accepted("running")), (200, operation("publish", "running", "inProgress"))];
    answers.extend(vec![busy; 5]);
    answers.push((200, operation("publish", "completed", "complete")));
    let run = crate::client::signoff(&answers, &["publish", "vm", "--wait"]).await;
    assert_eq!(run.code, 0, "{}", run.stderr);
    let said: Vec<&str> = run.stderr.lines().collect();
    assert_eq!(
        said,
        [
            "displaycertify: inProgress",
            "no answer (ServiceUnavailable (503): Not now.); asking again for a minute",
            "the server answers again",
            "displaycertify: complete",
        ]
    );
}

#[tokio::test]
async fn what_began_is_answered_with_what_to_type_next() {
    let run =
        crate::client::signoff(&[(202, accepted("running"))], &["publish", "vm", "--publisher", "contoso"])
            .await;
    assert_eq!(run.stdout.trim(), LOCATION);
    assert_eq!(
        run.stderr,
        format!(
            "watch it:  signoff operation watch vm {ID} --publisher contoso\n\
             stop it:   signoff cancel vm --publisher contoso\n"
        )
    );
}

#[tokio::test]
async fn a_secret_that_others_can_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = tempfile::tempdir().unwrap();
    std::fs::create_dir(home.path().join("signoff")).unwrap();
    let file = home.path().join("signoff/client.toml");
    std::fs::write(&file, "client-secret = 'hush'\n").unwrap();
    for (mode, warned) in [(0o644, true), (0o640, true), (0o600, false)] {
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(mode)).unwrap();
        let home = [("XDG_CONFIG_HOME", home.path().to_str().unwrap())];
        let run = crate::client::signoff_with(&[(200, json!([]))], &home, &["offer", "list"]).await;
        assert_eq!(run.stderr.contains("chmod 600"), warned, "{mode:o}: {}", run.stderr);
        assert!(run.code == 0 && !run.stderr.contains("hush"));
    }
}

#[tokio::test]
async fn a_kill_names_its_publisher_like_every_command_and_as_before() {
    let killed = (200, json!({"location": LOCATION, "operationId": ID, "status": "failed"}));
    let path = "POST /api/publishers/fabrikam/offers/vm/kill";
    for words in [&["vm", "--publisher", "fabrikam"][..], &["fabrikam", "vm"]] {
        let kill = [&["operation", "kill"][..], words, &["--reason", "gone", "--yes"]].concat();
        let run = crate::client::signoff(&[killed.clone()], &kill).await;
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.requests[0].starts_with(path), "{:?}", run.requests);
    }
}
