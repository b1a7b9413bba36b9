//! `signoff store`, on stores that real servers filled and go on with.

mod check;
mod copies;
mod passwords;
#[cfg(target_os = "linux")]
mod terminal;

use std::path::Path;
use std::process::Output;

use serde_json::{Value, json};
use signoff_upkeep::testing;
use tempfile::TempDir;

use crate::server::{Api, Server, of_offer, sample, signoff};

/// A store, and a folder for its server's log.
pub(crate) struct Shelf {
    pub(crate) address: String,
    folder: TempDir,
    started: std::cell::Cell<u32>,
}

impl Shelf {
    pub(crate) fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        let address = format!("sqlite:{}", folder.path().join("signoff.db").display());
        Self { address, folder, started: std::cell::Cell::default() }
    }

    pub(crate) async fn postgres() -> Self {
        let folder = TempDir::new().unwrap();
        let address = signoff_store_postgres::testing::database().await.unwrap();
        Self { address, folder, started: std::cell::Cell::default() }
    }

    pub(crate) async fn serve(&self) -> Server {
        self.started.set(self.started.get() + 1);
        let log = self.folder.path().join(format!("server-{}.log", self.started.get()));
        Server::start_at(&self.address, &log, &[]).await
    }

    pub(crate) async fn sql(&self, text: &str) {
        testing::sql(&self.address, text).await.unwrap_or_else(|why| panic!("{text}: {why}"));
    }

    pub(crate) async fn ask(&self, text: &str) -> Vec<String> {
        testing::ask(&self.address, text).await.unwrap_or_else(|why| panic!("{text}: {why}"))
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}

/// What a command came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Run {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Self {
            code: output.status.code().unwrap_or(-1),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// `signoff store` with these arguments, to its end.
pub(crate) async fn store(arguments: &[&str]) -> Run {
    store_with(&[], arguments).await
}

/// The same with these variables.
pub(crate) async fn store_with(variables: &[(&str, &str)], arguments: &[&str]) -> Run {
    let home = TempDir::new().unwrap();
    let mut command = signoff(home.path());
    command.arg("store").args(arguments).envs(variables.iter().copied());
    Run::of(command.output().await.unwrap())
}

pub(crate) async fn copy(from: &Shelf, to: &Shelf) -> Run {
    store(&["copy", "--from", &from.address, "--to", &to.address, "--output", "json"]).await
}

/// What [`fill`] makes: a draft; live; canceled; a cancellation that failed and left something behind; waiting for
/// sign-off over what is live; one that runs, its step held; and one whose step takes a month.
const OFFERS: [&str; 7] = ["draft", "live", "canceled", "stuck", "waiting", "running", "busy"];

/// Offers in every state that lasts.
pub(crate) async fn fill(base: &str) -> Api {
    let ann = Api::owner(base, "contoso").await;
    let path = |offer: &str, rest: &str| of_offer("contoso", offer, rest);
    for offer in OFFERS {
        ann.put(&path(offer, ""), None, &sample("contoso", offer, offer)).await;
    }
    let emails = json!({ "metadata": { "notification-emails": "ann@contoso.example,bob@contoso.example" } });
    ann.script("contoso", "stuck", json!({ "displayprovision": { "undoOutcome": "fail" } })).await;
    ann.script("contoso", "canceled", json!({ "displaycertify": { "hold": true } })).await;
    ann.script("contoso", "running", json!({ "displaycertify": { "hold": true } })).await;
    for offer in ["live", "canceled", "stuck", "waiting", "running"] {
        ann.post(&path(offer, "/publish"), &emails, 202).await;
    }
    ann.advance("contoso", "7d").await;
    for offer in ["live", "waiting"] {
        ann.post(&path(offer, "/golive"), &emails, 202).await;
    }
    ann.advance("contoso", "7d").await;
    for offer in ["canceled", "stuck"] {
        let answer = ann.send(reqwest::Method::POST, &path(offer, "/cancel"), None, None).await.unwrap();
        assert!(matches!(answer.status, 200 | 202), "{answer:?}");
    }
    ann.advance("contoso", "7d").await;
    ann.put(&path("waiting", ""), Some("*"), &sample("contoso", "waiting", "second")).await;
    ann.post(&path("waiting", "/publish"), &emails, 202).await;
    ann.advance("contoso", "7d").await;
    ann.script("contoso", "busy", json!({ "displayprovision": { "duration": "30d" } })).await;
    ann.post(&path("busy", "/publish"), &emails, 202).await;
    ann.advance("contoso", "1h").await;
    ann
}

/// Everything that the API tells of the offers of [`fill`].
pub(crate) async fn told(api: &Api) -> Vec<Value> {
    let mut all = Vec::new();
    for offer in OFFERS {
        for rest in ["", "/status", "/submissions/", "/slot/preview", "/slot/production"] {
            all.push(api.get(&of_offer("contoso", offer, rest)).await.body);
        }
        let list = api.get(&of_offer("contoso", offer, "/submissions/")).await;
        for item in list.body.as_array().unwrap() {
            let id = item["id"].as_str().unwrap();
            all.push(api.get(&of_offer("contoso", offer, &format!("/operations/{id}"))).await.body);
        }
    }
    all.push(api.get(&format!("/api/publishers/contoso/audit?{}", crate::server::VERSION)).await.body);
    let mut mailbox = api.get("/_signoff/mailbox").await.body;
    mailbox.sort_all_objects();
    all.push(mailbox);
    all
}
