//! Commands that are not led to the private server, or do not trust it: what is said, and what `--strict` makes of it.

use std::path::Path;

use axum::Router;
use tokio::net::TcpListener;

use super::program;
use crate::running::{Run, python, run, run_in};

const URL: &str = "https://cloudpartner.azure.com/api/publishers";
const NONE: &str = "warning: no call of the command reached this server";

/// The same command without `--strict` and with it, where Node is new enough not to be spoken of.
async fn both(folder: &Path, command: &[&str]) -> [Run; 2] {
    let path = a_node(folder, "v22.23.5");
    let lenient = run_in(folder, &[("PATH", &path)], &[&["--"][..], command].concat()).await;
    let strict = run_in(folder, &[("PATH", &path)], &[&["--strict", "--"][..], command].concat()).await;
    [lenient, strict]
}

#[tokio::test]
async fn a_command_that_calls_nothing_is_warned_of_and_strictly_fails() {
    let folder = tempfile::tempdir().unwrap();
    let [lenient, strict] = both(folder.path(), &["true"]).await;
    assert_eq!((lenient.code, strict.code), (0, 125));
    assert_eq!(lenient.report()[0], NONE);
    assert!(lenient.report()[1].contains("connects directly"), "{}", lenient.stderr);
    assert!(lenient.stderr.starts_with("\nsignoff: warning"), "{:?}", lenient.stderr);
    assert_eq!(strict.report().last(), Some(&"--strict: exit code 125 in place of the command's 0"));
}

#[tokio::test]
async fn the_report_stands_on_a_line_of_its_own() {
    let folder = tempfile::tempdir().unwrap();
    let run = run(folder.path(), &["--", "sh", "-c", "printf 'half a line' >&2; exit 3"]).await;
    assert_eq!(run.code, 3);
    assert!(run.stderr.starts_with("half a line\nsignoff: "), "{:?}", run.stderr);
}

#[tokio::test]
async fn a_command_that_cannot_be_run_is_no_command_that_called_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let missing = run(folder.path(), &["--strict", "--", "no-such-command"]).await;
    assert_eq!(missing.code, 127);
    assert!(!missing.stderr.contains("warning"), "{}", missing.stderr);
}

#[tokio::test]
async fn who_distrusts_the_authority_is_named_with_the_host() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("other.pem"), another_authority()).unwrap();
    let script = format!("curl -sS {URL}; curl -sS --cacert other.pem {URL}");
    let [lenient, strict] = both(folder.path(), &["sh", "-c", &script]).await;
    assert_eq!((lenient.code, strict.code), (60, 125), "{}", lenient.stderr);
    let report = lenient.report();
    assert_eq!(report[0], "1 call");
    assert!(
        report[1].starts_with("cloudpartner.azure.com:443 was not trusted by the command"),
        "{}",
        lenient.stderr
    );
    assert!(strict.stderr.contains("exit code 125 in place of the command's 60"), "{}", strict.stderr);
}

/// An authority that signed none of our certificates.
fn another_authority() -> String {
    signoff_server::tls::Authority::create(1_790_000_000).unwrap().ca_pem().to_owned()
}

#[tokio::test]
async fn what_goes_round_is_told_as_far_as_it_can_be_seen() {
    let folder = tempfile::tempdir().unwrap();
    let other = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", other.local_addr().unwrap());
    let answers =
        tokio::spawn(async move { axum::serve(other, Router::new().fallback(async || "hello")).await });
    let [direct, strict] = both(folder.path(), &["curl", "-sS", "--noproxy", "*", &url]).await;
    assert_eq!((direct.code, direct.stdout.as_str(), strict.code), (0, "hello", 125), "{}", direct.stderr);
    assert_eq!(direct.report()[0], NONE);
    assert!(direct.report()[1].contains("cannot be seen from here"), "{}", direct.stderr);

    let [seen, _] = both(folder.path(), &["curl", "-sS", &url]).await;
    assert_eq!((seen.code, seen.stdout.as_str()), (0, "hello"), "{}", seen.stderr);
    let address = url.trim_start_matches("http://").trim_end_matches('/');
    assert_eq!(seen.report(), [NONE, &format!("other hosts were passed on to: {address}")]);
    answers.abort();
}

#[tokio::test]
async fn an_old_node_is_named_where_it_may_be_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let path = a_node(folder.path(), "v20.20.2");
    let nothing = run_in(folder.path(), &[("PATH", &path)], &["--", "true"]).await;
    assert!(nothing.stderr.contains("Node v20.20.2 is out of reach"), "{}", nothing.stderr);
    // A tool in Node beside others that did call.
    let script = format!("#!/usr/bin/env -S sh node\ncurl -sS -o reply {URL}\n");
    let tool = folder.path().join("tool");
    write_program(&tool, &script);
    let tool = run_in(folder.path(), &[("PATH", &path)], &["--", tool.to_str().unwrap()]).await;
    assert!(tool.stderr.contains("Node v20.20.2 is out of reach"), "{}", tool.stderr);
    // With calls, and nothing of Node's, it would be noise.
    let curl = run_in(folder.path(), &[("PATH", &path)], &["--", "curl", "-sS", "-o", "reply", URL]).await;
    assert_eq!(curl.report(), ["1 call"], "{}", curl.stderr);
    let path = a_node(folder.path(), "v22.23.5");
    let fit = run_in(folder.path(), &[("PATH", &path)], &["--", "true"]).await;
    assert!(!fit.stderr.contains("Node"), "{}", fit.stderr);
}

/// A `PATH` that begins with a Node of this version.
fn a_node(folder: &Path, version: &str) -> String {
    let bin = folder.join(version);
    std::fs::create_dir_all(&bin).unwrap();
    write_program(&bin.join("node"), &format!("#!/bin/sh\necho {version}\n"));
    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap())
}

/// Written by a child: a file that this process has open for writing could leak into one that another test starts, and
/// then is "busy".
fn write_program(file: &Path, text: &str) {
    let write = "printf %s \"$TEXT\" > \"$0\" && chmod +x \"$0\"";
    let status = std::process::Command::new("sh").args(["-c", write]).arg(file).env("TEXT", text).status();
    assert!(status.unwrap().success());
}

#[tokio::test]
async fn java_without_keytool_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    write_program(&bin.join("java"), "#!/bin/sh\n");
    let run = run_in(folder.path(), &[("PATH", bin.to_str().unwrap())], &["--", "/bin/true"]).await;
    assert!(
        run.stderr.contains("Java is out of reach") && run.stderr.contains("no keytool"),
        "{}",
        run.stderr
    );
}

#[tokio::test]
async fn what_the_command_called_harms_no_terminal() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    let run = run(folder.path(), &["--", &python, &program("odd.py")]).await;
    let report = run.report();
    assert_eq!(
        report[..2],
        ["2 calls", "the command called what this server does not know:"],
        "{}",
        run.stderr
    );
    assert_eq!(report[2], "  1 x GET /a  b");
    assert!(report[3].starts_with("  1 x GET /xxx") && report[3].chars().count() < 250, "{}", report[3]);
}
