//! A development server of the binary's own, and its client commands against it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use signoff_wire::client::{Client, ClientCredentials, Config, Retries, TokenSource};
use signoff_wire::dev::Scenario;
use tempfile::TempDir;

pub(crate) const TENANT: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const OPERATOR: &str = "the-operator-of-this-test";

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    /// Stdout as JSON, of a command that must have succeeded.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, 0, "{self:?}");
        self.value()
    }

    /// Stdout as JSON, with any exit code.
    pub(crate) fn value(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// The binary with nothing in its environment.
pub(crate) fn signoff() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_signoff"));
    command.env_clear().env("XDG_CONFIG_HOME", "/nonexistent").stdin(Stdio::null());
    command
}

/// A server on a free port; killed when dropped.
pub(crate) struct Server {
    child: Child,
    pub(crate) base: String,
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
    pub(crate) fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = format!("sqlite:{}", folder.path().join("signoff.db").display());
        let mut child = signoff()
            .args(["serve", "--dev", "--listen", "127.0.0.1:0", "--store", &store])
            .env("SIGNOFF_OPERATOR_TOKEN", OPERATOR)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").expect("the address").to_owned();
        Self { child, base, folder }
    }

    /// Runs a client command as contoso's owner; a proxy that nobody listens at must not matter.
    pub(crate) fn run(&self, arguments: &[&str]) -> Run {
        self.run_as(&["--client-id", "contoso-owner", "--client-secret", "contoso-secret"], arguments)
    }

    /// Runs a client command as somebody else.
    pub(crate) fn run_as(&self, who: &[&str], arguments: &[&str]) -> Run {
        let output = signoff()
            .args(arguments)
            .args(who)
            .env("SIGNOFF_URL", &self.base)
            .env("SIGNOFF_PUBLISHER", "contoso")
            .env("SIGNOFF_TENANT", TENANT)
            .env("SIGNOFF_OUTPUT", "json")
            .env("HTTP_PROXY", "http://127.0.0.1:9")
            .output()
            .unwrap();
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        Run { code: output.status.code().unwrap(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path_text(&path)
    }

    /// A client of the library, for what the command line has no word for.
    pub(crate) fn client(&self) -> Client {
        // A second installation is refused, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let tokens = TokenSource::Credentials(ClientCredentials {
            authority: self.base.clone(),
            tenant: TENANT.to_owned(),
            client_id: "contoso-owner".to_owned(),
            client_secret: "contoso-secret".to_owned(),
        });
        let base = self.base.parse().unwrap();
        let retries = Retries::default();
        Client::new(Config { base, tokens, extra_roots_pem: None, retries, marks: None }).unwrap()
    }

    /// Scripts the steps of the sample offer.
    pub(crate) async fn script(&self, steps: Value) {
        let scenario: Scenario = serde_json::from_value(serde_json::json!({ "steps": steps })).unwrap();
        self.client().put_scenario("contoso", "sample-vm", &scenario).await.unwrap();
    }
}

pub(crate) fn path_text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}
