//! The examples of docs/api.md, in the order in which they stand.

use std::os::unix::fs::symlink;
use std::process::Stdio;

use tokio::process::Command;

use crate::dev_server::Server;
use crate::server::PATIENCE;

/// What the page waits for with `sleep 1`, in the order of the page: a step and its status. A test does not sleep.
const WAITS: [(&str, &str); 4] = [
    ("displayprovision", "inProgress"),
    ("publisher-signoff", "waitingForPublisherReview"),
    ("live", "inProgress"),
    ("publisher-signoff", "waitingForPublisherReview"),
];

/// 200 or 202: what the cancel finds depends on how far the publish before it is.
const EITHER: u16 = 0;

/// The status of the answer to each `call` of the page, by its sections.
const ANSWERS: &[u16] = &[
    200, // Try it
    200, 200, // People and programs
    202, 200, // Cancel: it is canceled
    202, 202, 200, 200, // it is being undone
    202, 202, 400, // it cannot be canceled
    404, // a late one
    202, 202, 200, // By force
    200, 200, // Many at once
    200, // Audit
    202, 200, // Waiting
    200, 304, 200, 412, // Concurrency
    202, 202, 202, // Sending again
    EITHER, 200, // Checking without publishing
    200, // Differences
];

/// The shell blocks of the page.
fn blocks(page: &str) -> Vec<&str> {
    page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect()
}

/// The page as one script, which writes what is answered to the file `answers`.
fn script(page: &str, base: &str) -> String {
    let mut script = blocks(page).join("\n").replace("S=http://127.0.0.1:8080", &format!("S={base}"));
    assert!(script.contains(base), "the page no longer names the address of the server");
    let answered = "\"$@\" | tee -a answers; echo; }";
    assert!(script.contains("\"$@\"; echo; }"), "the page calls in another way");
    script = script.replace("\"$@\"; echo; }", answered);
    for (step, status) in WAITS {
        assert!(script.contains("\nsleep 1\n"), "the page waits less often than {WAITS:?}");
        script = script.replacen("\nsleep 1\n", &format!("\n{}\n", until(step, status)), 1);
    }
    // A reader types slower than the golive ends that is let go, a script does not.
    let released = "/release -d '{\"step\":\"live\"}'\n";
    assert!(script.contains(released), "the page lets go of the step in another way");
    script = script.replacen(released, &format!("{released}{}\n", until("live", "complete")), 1);
    // A tag is that of a state: a reader is slower than the steps, a script is not.
    let waits = until("publisher-signoff", "waitingForPublisherReview");
    script = script.replacen("\nTAG=", &format!("\n{waits}\nTAG="), 1);
    assert!(!script.contains("\nsleep "), "the page waits more often than {WAITS:?}");
    script
}

/// Waits in the script until the step has the status.
fn until(step: &str, status: &str) -> String {
    let looked = format!("\"id\":\"{step}\"[^{{}}]*\"status\":\"{status}\"");
    let look = "curl -s -H \"Authorization: Bearer $TOKEN\" \"$O/status?$V\"";
    format!("until {look} | grep -qE '{looked}'; do command sleep 0.05; done")
}

#[tokio::test]
async fn the_examples_of_the_api_work_in_their_order() {
    let server = Server::start();
    let programs = tempfile::tempdir().unwrap();
    symlink(env!("CARGO_BIN_EXE_signoff"), programs.path().join("signoff")).unwrap();
    let path = std::env::var("PATH").unwrap();
    let page = include_str!("../../../../docs/api.md");
    let mut command = Command::new("bash");
    command.args(["-uc", &script(page, &server.base)]).current_dir(programs.path());
    command.env_clear().env("PATH", format!("{}:{path}", programs.path().display()));
    command.stdin(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").unwrap();
    let answers = std::fs::read_to_string(programs.path().join("answers")).unwrap();
    // Bodies end without a line break.
    let parts = answers.split("HTTP/1.1 ").skip(1);
    let statuses: Vec<u16> = parts.filter_map(|part| part.get(..3)?.parse().ok()).collect();
    let errors: Vec<&str> = answers.split("{\"error\":").skip(1).filter_map(|part| part.get(..60)).collect();
    let as_told =
        |(answer, told): (&u16, &u16)| answer == told || (*told == EITHER && matches!(answer, 200 | 202));
    let told = statuses.len() == ANSWERS.len() && statuses.iter().zip(ANSWERS).all(as_told);
    assert!(told, "{statuses:?} is not {ANSWERS:?}: {errors:?}");
}
