//! `signoff serve` with a hook in its settings, and the certifier that docs/webhooks.md shows.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};

use crate::server::{Api, PATIENCE, Server, of_offer, sample};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

struct Certifier {
    _child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    url: String,
}

impl Certifier {
    async fn start() -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/certifier.py");
        let mut command = Command::new("python3");
        command.arg(program).arg("0").env("CERTIFIER_SECRET", SECRET).kill_on_drop(true);
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut certifier = Self { _child: child, lines, url: String::new() };
        certifier.url = certifier.says("listening on ").await;
        certifier
    }

    /// What follows on the next line that begins so.
    async fn says(&mut self, beginning: &str) -> String {
        let said = async {
            loop {
                let line = self.lines.next_line().await.unwrap().expect("it goes on");
                if let Some(rest) = line.strip_prefix(beginning) {
                    return rest.to_owned();
                }
            }
        };
        tokio::time::timeout(PATIENCE, said).await.unwrap_or_else(|_| panic!("it never says {beginning}"))
    }
}

fn certification(reply: &Value) -> &Value {
    let steps = reply["steps"].as_array().unwrap();
    steps.iter().find(|step| step["id"] == "displaycertify").unwrap()
}

/// Asks for the offer's status until it reads so.
async fn reaches(api: &Api, offer: &str, status: &str) -> Value {
    let reached = async {
        loop {
            let reply = api.get(&of_offer("contoso", offer, "/status")).await;
            if reply.text("status") == status {
                return reply.body;
            }
        }
    };
    tokio::time::timeout(PATIENCE, reached).await.unwrap_or_else(|_| panic!("{offer} is never {status}"))
}

#[tokio::test]
async fn the_certifier_of_the_document_certifies_refuses_and_is_told_of_a_cancel() {
    let folder = tempfile::tempdir().unwrap();
    let mut certifier = Certifier::start().await;
    let (settings, secret) = (folder.path().join("signoff.toml"), folder.path().join("secret"));
    std::fs::write(&secret, format!("{SECRET}\n")).unwrap();
    let text = format!(
        "[hooks.certifier]\nurl = \"{}\"\nsecret_file = {secret:?}\nsteps = [\"displaycertify\"]\n\
         poll_every = \"never\"\ncancel_deadline = \"2h\"\n",
        certifier.url
    );
    std::fs::write(&settings, text).unwrap();
    let store = folder.path().join("signoff.db");
    let server = Server::start(&store, &["--config", settings.to_str().unwrap()]).await;
    let api = Api::owner(&server.base, "contoso").await;

    // It calls back, and the publish goes on.
    let publish = api.post(&of_offer("contoso", "sample-vm", "/publish"), &json!({}), 202).await;
    let status = reaches(&api, "sample-vm", "waitingForPublisherReview").await;
    let said = certification(&status)["messages"].to_string();
    assert!(said.contains("certifier says: 0 findings"), "{said}");

    // It is told of a cancel, and the publish is canceled.
    api.post(&of_offer("contoso", "sample-vm", "/cancel"), &json!({}), 202).await;
    let undone = certifier.says("undone ").await;
    assert!(publish.location().contains(&undone), "{undone}");
    reaches(&api, "sample-vm", "canceled").await;

    // It says no.
    let infected = sample("contoso", "vm-infected", "Infected");
    api.put(&of_offer("contoso", "vm-infected", ""), None, &infected).await;
    api.post(&of_offer("contoso", "vm-infected", "/publish"), &json!({}), 202).await;
    let status = reaches(&api, "vm-infected", "failed").await;
    let said = certification(&status)["messages"].to_string();
    assert!(said.contains("Finding Virus (plans[0])"), "{said}");
    assert!(!server.stops().await.contains("whsec_"), "no log shows a secret");
}
