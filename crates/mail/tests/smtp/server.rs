//! The mail server of the tests: a real one, in a process of its own.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use serde_json::Value;
use signoff_mail::{Encryption, MailSettings};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};

/// A test that waits longer than this has failed; nothing is expected to take that long.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running server. It ends with this value.
pub(crate) struct Server {
    port: u16,
    input: ChildStdin,
    output: Lines<BufReader<ChildStdout>>,
    _process: Child,
}

impl Server {
    /// Starts a server that behaves as `smtp_server.py` describes.
    pub(crate) async fn start(behaviour: Value) -> Self {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/smtp/smtp_server.py");
        let mut process = Command::new(python())
            .arg(script)
            .arg(behaviour.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the Python of the tests starts");
        let input = process.stdin.take().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap()).lines();
        let mut server = Self { port: 0, input, output, _process: process };
        server.port = server.line().await.expect("the server starts").parse().unwrap();
        server
    }

    /// How to reach it, without protection and without a password.
    pub(crate) fn settings(&self) -> MailSettings {
        let mut settings = MailSettings::new("127.0.0.1", "Signoff <noreply@signoff.example>");
        settings.port = Some(self.port);
        settings.tls = Encryption::None;
        settings.hello_name = Some("client.test".to_owned());
        settings
    }

    /// The next thing that happened there; it must be `event`.
    pub(crate) async fn next(&mut self, event: &str) -> Value {
        let line = self.line().await.expect("the server still runs");
        let happened: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(happened["event"], event, "{happened}");
        happened
    }

    /// Has a message answered that the server holds.
    pub(crate) async fn release(&mut self) {
        self.input.write_all(b"\n").await.unwrap();
    }

    /// Ends the server; nothing may have happened there that no test asked for.
    pub(crate) async fn end(mut self) {
        drop(self.input);
        let line = tokio::time::timeout(PATIENCE, self.output.next_line()).await.unwrap().unwrap();
        assert_eq!(line, None);
    }

    async fn line(&mut self) -> Option<String> {
        tokio::time::timeout(PATIENCE, self.output.next_line()).await.expect("something happens").unwrap()
    }
}

/// The Python that has the mail server.
fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("SIGNOFF_TEST_PYTHON") {
        return named.into();
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let prepared = root.join("target/venv/bin/python");
    assert!(
        prepared.exists(),
        "the mail server of the tests is missing: run `cargo xtask test`, or, in the repository's root,\n\
         python3 -m venv target/venv && target/venv/bin/pip install -r xtask/clients.txt"
    );
    prepared
}
