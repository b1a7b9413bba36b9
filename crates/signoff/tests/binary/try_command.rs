//! `signoff try`: it tells its story, and leaves nothing behind.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;

use crate::dev_server::signoff;

/// What the story says, in its order.
const STORY: [&str; 16] = [
    "GET  /api/publishers/contoso/offers/sample-vm  200",
    "1. Publish, and cancel on the spot",
    "POST /api/publishers/contoso/offers/sample-vm/publish  202",
    "POST /api/publishers/contoso/offers/sample-vm/cancel  200",
    "     By contoso-owner, because: wrong image. No later step began.",
    "2. Publish again, and cancel what has to be undone",
    "POST /api/publishers/contoso/offers/sample-vm/cancel  202",
    "     What provisioning began to make is removed again.",
    "GET  /api/publishers/contoso/offers/sample-vm/slot/preview  404 SlotNotFound",
    "3. Publish to the sign-off, and go live",
    "POST /api/publishers/contoso/offers/sample-vm/golive  202",
    "     succeeded: the offer is live.",
    "POST /api/publishers/contoso/offers/sample-vm/cancel  400 NoOperationInProgress",
    "     - contoso/sample-vm: waiting for your sign-off",
    "     - contoso/sample-vm: version 3 is live",
    "Everything was as told.",
];

fn files_in(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn the_story_is_told_once() {
    let temporary = tempfile::tempdir().unwrap();
    let output = signoff()
        .args(["try", "--once", "--fast"])
        .env("TMPDIR", temporary.path())
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .output()
        .unwrap();
    let (told, steps) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert_eq!(output.status.code(), Some(0), "{told}{steps}");
    let mut lines = told.lines();
    for expected in STORY {
        assert!(lines.any(|line| line == expected), "{expected:?} is missing in its place:\n{told}");
    }
    for line in told.lines() {
        assert!(line.chars().count() <= 80, "too wide: {line}");
    }
    assert!(steps.contains("undo-displayprovision: complete\n"), "{steps}");
    assert!(!told.contains('\u{1b}') && !steps.contains('\u{1b}'), "no colours and no bars in a pipe");
    assert_eq!(files_in(temporary.path()), 0, "the temporary place is gone");
}

#[test]
fn the_server_stays_up_until_ctrl_c() {
    let temporary = tempfile::tempdir().unwrap();
    let mut child = signoff()
        .args(["try", "--fast"])
        .env("TMPDIR", temporary.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut told = String::new();
    while !told.contains("\n  signoff run -- YOUR-TOOL ARGUMENTS\n") {
        assert_ne!(stdout.read_line(&mut told).unwrap(), 0, "it ended too early:\n{told}");
    }
    let address = told.lines().find_map(|line| line.trim().strip_prefix("export SIGNOFF_URL=")).unwrap();
    let ours = ["--client-id", "contoso-owner", "--client-secret", "contoso-secret"];
    let listed = signoff()
        .args(["operation", "list", "sample-vm", "--publisher", "contoso", "--url", address])
        .args(["--tenant", crate::dev_server::TENANT])
        .args(ours)
        .output()
        .unwrap();
    assert_eq!(String::from_utf8(listed.stdout).unwrap().lines().count(), 6, "a head and five operations");

    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::INT).unwrap();
    stdout.read_to_string(&mut told).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    assert_eq!(files_in(temporary.path()), 0, "the temporary place is gone");
}
