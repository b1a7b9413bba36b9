//! A server process of its own, on a store of its own.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::Value;
use tempfile::TempDir;

use crate::http::{Reply, Request};

pub(crate) const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const OPERATOR: &str = "the-operator-of-this-test";

/// A server on a free port; killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// Kept open: a server must not find its standard output closed.
    _stdout: BufReader<ChildStdout>,
    pub(crate) base: String,
    /// Holds the store and `server.log`.
    pub(crate) folder: TempDir,
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// `serve --dev` with these arguments besides.
    pub(crate) fn start(more: &[&str]) -> Self {
        let arguments: Vec<&str> = ["--dev"].iter().chain(more).copied().collect();
        Self::start_in(tempfile::tempdir().unwrap(), &arguments)
    }

    /// `serve` with these arguments and a store in `folder`.
    pub(crate) fn start_in(folder: TempDir, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
        command.arg("serve").args(arguments);
        Self::spawn(folder, command)
    }

    /// Starts what ends in `signoff serve …`, with a store in `folder`.
    pub(crate) fn spawn(folder: TempDir, mut command: Command) -> Self {
        let log = std::fs::File::create(folder.path().join("server.log")).unwrap();
        let store = format!("sqlite:{}", folder.path().join("signoff.db").display());
        let mut child = command
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", folder.path())
            .env("NO_COLOR", "1")
            .env("SIGNOFF_OPERATOR_TOKEN", OPERATOR)
            .env("SIGNOFF_LISTEN", "127.0.0.1:0")
            .env("SIGNOFF_STORE", store)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        let said = || std::fs::read_to_string(folder.path().join("server.log")).unwrap();
        let base = line.trim().strip_prefix("listening on ").unwrap_or_else(|| panic!("{line}{}", said()));
        Self { child, _stdout: stdout, base: base.to_owned(), folder }
    }

    /// `127.0.0.1:port`.
    pub(crate) fn host(&self) -> &str {
        self.base.strip_prefix("http://").unwrap()
    }

    /// What it said on standard error.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("server.log")).unwrap()
    }

    /// SIGTERM, and the whole log once it has ended: a thread writes the log, after the replies.
    pub(crate) fn stops(mut self) -> String {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}: {}", self.log());
        self.log()
    }

    pub(crate) fn send(&self, request: &Request) -> Reply {
        request.send(self.host())
    }

    /// A token of a client of [`TENANT`].
    pub(crate) fn token(&self, client: &str, secret: &str) -> String {
        let form = format!(
            "grant_type=client_credentials&client_id={client}&client_secret={secret}\
             &resource=https%3A%2F%2Fcloudpartner.azure.com"
        );
        let request = Request::new("POST", &format!("/{TENANT}/oauth2/token"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(form);
        let reply = self.send(&request);
        reply.json()["access_token"].as_str().unwrap_or_else(|| panic!("{reply:?}")).to_owned()
    }

    /// Makes a client of this name, a member of `publisher` if a role is given, and gets it a token.
    pub(crate) fn caller(&self, client: &str, publisher: &str, role: Option<&str>) -> String {
        let secret = "a-secret-of-more-than-32-characters-for-tests";
        let body = serde_json::json!({ "secret": secret });
        self.operator("PUT", &format!("/api/principals/{TENANT}/{client}"), &body);
        if let Some(role) = role {
            let path = format!("/api/publishers/{publisher}/members/{TENANT}/{client}");
            self.operator("PUT", &path, &serde_json::json!({ "role": role }));
        }
        self.token(client, secret)
    }

    /// A call of the operator that must go well.
    pub(crate) fn operator(&self, method: &str, path: &str, body: &Value) -> Reply {
        let reply = self.send(&Request::api(method, path, Some(OPERATOR)).json(body));
        assert!((200..300).contains(&reply.status), "{method} {path}: {reply:?}");
        reply
    }

    /// It lives, answers, and has not panicked.
    pub(crate) fn is_well(&self) {
        let alive = self.send(&Request::new("GET", "/_signoff/readyz"));
        assert_eq!(alive.status, 200, "{alive:?}\n{}", self.log());
        assert!(!self.log().contains("panicked"), "{}", self.log());
    }
}
