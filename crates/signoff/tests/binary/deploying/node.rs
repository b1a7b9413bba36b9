//! A server on the variables that a file below `deploy/` sets.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{ExitStatus, Stdio};

use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, Command};

use super::output;
use crate::server::{PATIENCE, http, signoff};

/// Variables that no option of `serve` stands for.
const OTHERS: [&str; 2] = ["SIGNOFF_LOG", "SIGNOFF_LOG_FORMAT"];

/// The variables as a file sets them.
pub(super) struct Variables(pub(super) BTreeMap<String, String>);

impl Variables {
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).unwrap_or_else(|| panic!("{name} in {:?}", self.0))
    }

    /// Has the settings file and the secrets here, a store that exists, and any free port.
    pub(super) fn here(mut self, settings: &Path, store: &str, folder: &TempDir) -> Self {
        self.0.insert("SIGNOFF_CONFIG".to_owned(), settings.to_str().unwrap().to_owned());
        self.0.insert("SIGNOFF_STORE".to_owned(), store.to_owned());
        self.0.insert("SIGNOFF_LISTEN".to_owned(), "127.0.0.1:0".to_owned());
        let secret = folder.path().join("secret");
        std::fs::write(&secret, "a-secret-of-sixteen-letters-or-more\n").unwrap();
        for (name, value) in &mut self.0 {
            if name.ends_with("_FILE") {
                secret.to_str().unwrap().clone_into(value);
            }
        }
        self
    }

    fn command(&self, folder: &TempDir) -> Command {
        let mut command = signoff(folder.path());
        command.arg("serve").envs(&self.0).current_dir(folder.path());
        command
    }

    /// Each variable is one that a server reads; a file that is not there is an error.
    pub(super) async fn are_read(&self, folder: &TempDir) {
        let help = output(signoff(folder.path()).args(["serve", "--help"])).await;
        let help = String::from_utf8(help.stdout).unwrap();
        // It is wrapped where it suits a reader.
        let help = help.split_whitespace().collect::<Vec<_>>().join(" ");
        for name in self.0.keys().filter(|name| !OTHERS.contains(&name.as_str())) {
            if !name.ends_with("_FILE") {
                assert!(help.contains(&format!("[env: {name}")), "nobody reads {name}");
                continue;
            }
            let refused = output(self.command(folder).env(name, "/nobody/here")).await;
            let said = String::from_utf8(refused.stderr).unwrap();
            assert_eq!(refused.status.code(), Some(2), "nobody reads {name}: {said}");
            assert!(said.contains(name), "{said}");
        }
    }
}

/// A server that has started.
pub(super) struct Node {
    child: Child,
    said: Lines<BufReader<ChildStderr>>,
}

impl Node {
    /// Starts a server and waits until it is ready.
    pub(super) async fn start(variables: &Variables, folder: &TempDir) -> Self {
        let mut command = variables.command(folder);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let said = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut node = Self { child, said };
        let line = tokio::time::timeout(PATIENCE, lines.next_line()).await.unwrap().unwrap();
        let Some(line) = line else { panic!("it does not start: {:?}", node.said.next_line().await) };
        let base = line.strip_prefix("listening on ").unwrap();
        let ready = http().get(format!("{base}/_signoff/readyz")).send().await.unwrap();
        assert_eq!(ready.status(), 200);
        node
    }

    pub(super) fn ask_to_stop(&self) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).expect("it runs");
        let id = rustix::process::Pid::from_raw(id).expect("no process has the number 0");
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }

    /// What stands between these words in the next line that has both.
    pub(super) async fn says(&mut self, before: &str, after: &str) -> String {
        let said = async {
            loop {
                let line = self.said.next_line().await.unwrap().expect("it goes on");
                let found = line.split_once(before).and_then(|(_, rest)| rest.split_once(after));
                if let Some((found, _)) = found {
                    return found.to_owned();
                }
            }
        };
        tokio::time::timeout(PATIENCE, said)
            .await
            .unwrap_or_else(|_| panic!("it never says {before}…{after}"))
    }

    /// Stops it; answers how many seconds it takes at most, by its own word.
    pub(super) async fn stop(mut self) -> u64 {
        self.ask_to_stop();
        let limit = self.says("gone in ", "s at the latest").await;
        self.ask_to_stop();
        self.says("stop", "ped").await;
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await.expect("it ends").unwrap();
        assert!(ExitStatus::success(&ended), "{ended}");
        limit.parse().unwrap()
    }
}

/// The seconds of `30s`, `1m30s` or `1m`.
pub(super) fn seconds(span: &str) -> u64 {
    let (minutes, rest) =
        span.split_once('m').map_or((0, span), |(minutes, rest)| (minutes.parse::<u64>().unwrap(), rest));
    60 * minutes + if rest.is_empty() { 0 } else { rest.trim_end_matches('s').parse::<u64>().unwrap() }
}
