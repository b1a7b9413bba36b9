//! The files below `deploy/`, each read by the program that it is for, and their settings by a server that starts on them.

mod balancer;
mod chart;
mod compose;
mod node;
#[cfg(target_os = "linux")]
mod systemd;

use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};

use serde_json::Value;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::server::PATIENCE;

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A program of the environment that `cargo xtask test` makes.
fn tool(name: &str) -> Command {
    let python = std::env::var_os("SIGNOFF_TEST_PYTHON").map(PathBuf::from);
    let folder = python.as_deref().and_then(Path::parent).map(Path::to_owned);
    let program = folder.unwrap_or_else(|| repository().join("target/venv/bin")).join(name);
    assert!(program.is_file(), "{} is missing: `cargo xtask test` installs it", program.display());
    let mut command = Command::new(program);
    command.current_dir(repository());
    command
}

async fn output(command: &mut Command) -> Output {
    command.stdin(Stdio::null()).kill_on_drop(true);
    tokio::time::timeout(PATIENCE, command.output()).await.expect("it ends").unwrap()
}

/// What a program prints that has nothing to complain about.
async fn printed(command: &mut Command) -> String {
    let output = output(command).await;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    let (said, complained) = (text(output.stdout), text(output.stderr));
    assert!(output.status.success(), "{command:?}: {said}{complained}");
    said
}

/// The documents of a YAML file.
async fn documents(yaml: &str) -> Vec<Value> {
    let script = "import json, sys, yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout)";
    let mut python = tool("python");
    python.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped()).kill_on_drop(true);
    let mut python = python.spawn().unwrap();
    python.stdin.take().unwrap().write_all(yaml.as_bytes()).await.unwrap();
    let output = tokio::time::timeout(PATIENCE, python.wait_with_output()).await.unwrap().unwrap();
    let documents: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    documents.into_iter().filter(|document| !document.is_null()).collect()
}
