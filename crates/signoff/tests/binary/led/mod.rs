//! Real programs inside `signoff run`: each is led to the private server by what it finds in its environment, keeps its
//! exit code, and is counted. Each gets a token, lists the offers, publishes one, and ends with 7.

mod doubts;
mod machine;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::running::{Run, here, python, run, run_in};

/// How to get the programs that are not Rust's or Python's.
const MISSING: &str = "`cargo xtask test` installs it or says how";

fn program(name: &str) -> String {
    here(&format!("tests/binary/led/{name}"))
}

/// What all programs have in common.
fn assert_led(run: &Run) {
    assert_eq!((run.code, run.stdout.as_str()), (7, "200 202\n"), "{}", run.stderr);
    assert_eq!(run.report(), ["3 calls, 1 publish"], "{}", run.stderr);
}

#[tokio::test]
async fn python_is_led_there_by_each_of_its_libraries() {
    let folder = tempfile::tempdir().unwrap();
    let (python, _) = python();
    for library in ["requests", "httpx", "urllib"] {
        let run = run(folder.path(), &["--strict", "--", &python, &program("publish.py"), library]).await;
        assert_led(&run);
    }
}

#[tokio::test]
async fn curl_is_led_there() {
    let folder = tempfile::tempdir().unwrap();
    assert_led(&run(folder.path(), &["--", "sh", &program("publish.sh")]).await);
}

#[tokio::test]
async fn java_is_led_there_by_both_of_its_clients() {
    let folder = tempfile::tempdir().unwrap();
    let preset = [("JAVA_TOOL_OPTIONS", "-Dhttp.nonProxyHosts=*.azure.com -XX:TieredStopAtLevel=1")];
    let run = run_in(folder.path(), &preset, &["--strict", "--", "java", &program("Publish.java")]).await;
    assert_led(&run);
}

#[tokio::test]
async fn java_finds_a_store_that_only_this_user_can_read() {
    let folder = tempfile::tempdir().unwrap();
    let list = "file=${JAVA_TOOL_OPTIONS#*trustStore=}; file=${file%%\\\"*}; stat -c %a \"$file\"; \
                unset JAVA_TOOL_OPTIONS; keytool -list -keystore \"$file\" -storepass changeit | grep -c trustedCertEntry";
    let run = run(folder.path(), &["--", "sh", "-c", list]).await;
    let (mode, entries) = run.stdout.split_once('\n').unwrap_or_else(|| panic!("{}", run.stderr));
    assert_eq!((run.code, mode), (0, "600"), "{}", run.stderr);
    assert!(entries.trim().parse::<u32>().unwrap() > 1, "the machine's own authorities and ours: {entries}");
}

#[tokio::test]
async fn node_22_is_led_there_by_both_of_its_clients() {
    let folder = tempfile::tempdir().unwrap();
    let node = node();
    let run = run(folder.path(), &["--strict", "--", node.to_str().unwrap(), &program("publish.mjs")]).await;
    assert_led(&run);
}

/// The Node that the tests are run with, or the one below `target/`.
fn node() -> PathBuf {
    let below_target = || {
        let packages = std::fs::read_dir(here("../../target/node/node_modules")).ok()?;
        packages.filter_map(|package| Some(package.ok()?.path().join("bin/node"))).find(|file| file.is_file())
    };
    let node = std::env::var_os("SIGNOFF_TEST_NODE").map(PathBuf::from).or_else(below_target);
    node.unwrap_or_else(|| panic!("there is no Node 22: {MISSING}"))
}

#[tokio::test]
async fn a_go_program_is_led_there() {
    let folder = tempfile::tempdir().unwrap();
    let built = go_program(folder.path());
    assert_led(&run(folder.path(), &["--strict", "--", built.to_str().unwrap()]).await);
}

/// Builds the program by the standard library alone, without a network.
fn go_program(folder: &Path) -> PathBuf {
    let built = folder.join("publish");
    let output = Command::new("go")
        .args(["build", "-o"])
        .arg(&built)
        .arg(program("publish.go"))
        .env("GOCACHE", here("../../target/go"))
        .env("GOFLAGS", "-mod=mod")
        .env("GOPROXY", "off")
        .env("HOME", folder)
        .current_dir(folder)
        .output();
    let output = output.unwrap_or_else(|error| panic!("go: {error}: {MISSING}"));
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    built
}

#[tokio::test]
async fn the_client_commands_know_who_calls() {
    let folder = tempfile::tempdir().unwrap();
    let signoff = env!("CARGO_BIN_EXE_signoff");
    // As they are configured for another server: its token must not go here, and its publisher is not this one's.
    let preset = [("SIGNOFF_TOKEN", "of another server"), ("SIGNOFF_PUBLISHER", "myco")];
    let listed = run_in(folder.path(), &preset, &["--strict", "--", signoff, "offer", "list"]).await;
    assert!(listed.code == 0 && listed.stdout.contains("sample-vm"), "{}{}", listed.stdout, listed.stderr);
    assert_eq!(listed.report(), ["2 calls"]);
    let published = ["--strict-identity", "--", signoff, "publish", "sample-vm"];
    let published = run(folder.path(), &published).await;
    assert_eq!((published.code, published.report()), (0, vec!["2 calls, 1 publish"]), "{}", published.stderr);
    // A client that is configured stays who calls.
    let preset = [
        ("SIGNOFF_TENANT", "72f988bf-86f1-41af-91ab-2d7cd011db47"),
        ("SIGNOFF_CLIENT_ID", "pipeline"),
        ("SIGNOFF_CLIENT_SECRET", "of-its-own"),
        ("SIGNOFF_PUBLISHER", "myco"),
    ];
    let offers = r#""$0" offer list --output json && echo "$SIGNOFF_CLIENT_ID $SIGNOFF_PUBLISHER""#;
    let own = run_in(folder.path(), &preset, &["--", "sh", "-c", offers, signoff]).await;
    assert_eq!((own.code, own.stdout.as_str()), (0, "[]\npipeline myco\n"), "{}", own.stderr);
}
