//! Clients that publish, take live, cancel and change offers while their server is being killed, and a ledger of what
//! they were told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::server::{Answer, Api, of_offer, sample};

/// An offer that the clients fight over.
pub(crate) struct Offer {
    pub(crate) publisher: &'static str,
    pub(crate) id: &'static str,
    /// What its operations do.
    pub(crate) steps: Value,
}

impl Offer {
    pub(crate) fn path(&self, rest: &str) -> String {
        of_offer(self.publisher, self.id, rest)
    }
}

/// Something that a client was told, and that has to be true from then on.
#[derive(Clone, Debug)]
pub(crate) enum Told {
    /// A draft was stored.
    Stored { version: u64, edit: u64, tag: String },
    /// An operation was started.
    Started { kind: &'static str, location: String, operation: String },
    /// 200: an operation is canceled.
    Canceled { location: String },
    /// 200: a cancellation has ended well.
    CancellationEnded { location: String },
    /// 202: a cancellation runs.
    Canceling { location: String },
    /// An operation was seen to have ended.
    Ended { location: String, body: Value },
    /// No answer came to a change of the draft: it may have been stored, or not.
    Unknown { edit: u64 },
}

/// Draws numbers in a fixed order (xorshift).
pub(crate) struct Draw(pub(crate) u64);

impl Draw {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % limit
    }
}

/// Where the server is; nowhere once everything is over.
pub(crate) type Whereabouts = watch::Receiver<Option<String>>;

/// One client of one offer.
pub(crate) struct Actor {
    pub(crate) index: usize,
    pub(crate) offer: Arc<Offer>,
    pub(crate) api: Api,
    pub(crate) server: Whereabouts,
    /// Set while the server is being killed: only then may an answer be lost.
    pub(crate) dying: Arc<AtomicBool>,
    pub(crate) ledger: mpsc::UnboundedSender<(usize, Told)>,
    pub(crate) draw: Draw,
    pub(crate) draft: Draft,
    /// Locations to look at.
    pub(crate) known: Vec<String>,
}

/// What the one client that changes the draft knows of it.
#[derive(Default)]
pub(crate) struct Draft {
    edits: u64,
    /// The tag that the last answer gave; `None`: an answer was lost since.
    tag: Option<String>,
}

/// No answer came.
pub(crate) struct Lost;

impl Actor {
    /// Publishes, takes live, changes the draft, looks, and lets time pass, until there is no server any more.
    pub(crate) async fn release(mut self) {
        while let Some(base) = self.next_server() {
            let done = match self.draw.below(100) {
                0..25 => self.start("publish").await,
                25..60 => self.start("golive").await,
                60..75 => self.change_draft().await,
                75..90 => self.look().await,
                _ => self.pass_time().await,
            };
            self.unless_lost(done, &base).await;
        }
    }

    /// Cancels what somebody else started, and looks.
    pub(crate) async fn cancel(mut self) {
        while let Some(base) = self.next_server() {
            let done = match self.draw.below(100) {
                0..3 => self.call_back().await,
                3..60 => self.read_list().await,
                _ => self.look().await,
            };
            self.unless_lost(done, &base).await;
        }
    }

    fn next_server(&mut self) -> Option<String> {
        let base = self.server.borrow_and_update().clone()?;
        self.api.base.clone_from(&base);
        Some(base)
    }

    /// After a lost answer, waits for another server.
    async fn unless_lost(&mut self, done: Result<(), Lost>, base: &str) {
        if done.is_err() {
            let moved = self.server.borrow().as_deref() != Some(base);
            assert!(moved || self.dying.load(Ordering::SeqCst), "an answer was lost and nobody was killed");
            while self.server.borrow_and_update().as_deref() == Some(base) {
                if self.server.changed().await.is_err() {
                    return;
                }
            }
        }
    }

    fn tell(&self, told: Told) {
        // The other end is gone when everything is over.
        let _ = self.ledger.send((self.index, told));
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        tag: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Lost> {
        let answer = self.api.send(method, path, tag, body).await.map_err(|_| Lost)?;
        // Anything else, 401 to a token from before the kill for one, is a fault of the server's.
        assert!(matches!(answer.status, 200 | 201 | 202 | 400 | 404 | 412), "{path}: {answer:?}");
        Ok(answer)
    }

    async fn start(&mut self, kind: &'static str) -> Result<(), Lost> {
        let emails = json!({"metadata": {"notification-emails": "a@x.example,b@y.example"}});
        let answer =
            self.send(Method::POST, &self.offer.path(&format!("/{kind}")), None, Some(&emails)).await?;
        if answer.status == 202 {
            let (location, operation) = (answer.location(), answer.text("operationId").to_owned());
            self.known.push(location.clone());
            self.tell(Told::Started { kind, location, operation });
        }
        Ok(())
    }

    async fn call_back(&mut self) -> Result<(), Lost> {
        let answer = self.send(Method::POST, &self.offer.path("/cancel"), None, None).await?;
        if answer.status >= 400 {
            return Ok(());
        }
        let location = answer.location();
        self.known.push(location.clone());
        self.tell(match (answer.status, answer.text("status")) {
            (202, "running") => Told::Canceling { location },
            (200, "canceled") => Told::Canceled { location },
            (200, "completed") => Told::CancellationEnded { location },
            _ => panic!("no answer to a cancel: {answer:?}"),
        });
        Ok(())
    }

    /// PUT under the tag of the last answer; where that was lost, whatever the draft now is.
    async fn change_draft(&mut self) -> Result<(), Lost> {
        self.draft.edits += 1;
        let edit = self.draft.edits;
        let title = format!("edit {edit}");
        let document = sample(self.offer.publisher, self.offer.id, &title);
        let tag = self.draft.tag.take();
        let sent_tag = tag.as_deref().unwrap_or("*");
        let put = self.send(Method::PUT, &self.offer.path(""), Some(sent_tag), Some(&document)).await;
        let Ok(answer) = put else {
            self.tell(Told::Unknown { edit });
            return Err(Lost);
        };
        assert_eq!(
            answer.status, 200,
            "nobody else changes this draft, so {sent_tag} is its tag: {answer:?}"
        );
        assert_eq!(answer.body["definition"]["displayText"], title.as_str());
        self.draft.tag = Some(answer.tag());
        let version = answer.body["version"].as_u64().unwrap();
        self.tell(Told::Stored { version, edit, tag: answer.tag() });
        Ok(())
    }

    /// Follows an address that was given out.
    async fn look(&mut self) -> Result<(), Lost> {
        if self.known.is_empty() {
            return Ok(());
        }
        let chosen = usize::try_from(self.draw.below(self.known.len() as u64)).unwrap();
        let location = self.known[chosen].clone();
        let answer = self.send(Method::GET, &location, None, None).await?;
        assert_eq!(answer.status, 200, "an address that was given out resolves: {location}: {answer:?}");
        if answer.text("status") != "running" {
            self.known.swap_remove(chosen);
            self.tell(Told::Ended { location, body: answer.body });
        }
        Ok(())
    }

    /// At most one operation runs; a cancellation and its target count as one.
    async fn read_list(&mut self) -> Result<(), Lost> {
        let answer = self.send(Method::GET, &self.offer.path("/submissions"), None, None).await?;
        let items = answer.body.as_array().unwrap();
        let running: Vec<&Value> = items.iter().filter(|item| item["submissionState"] == "running").collect();
        match running[..] {
            [] | [_] => {}
            [cancellation, target] => {
                let versions = [cancellation, target].map(|item| item["publishingVersion"].as_u64().unwrap());
                assert!(
                    cancellation["submissionType"] == "cancel" && versions[0] == versions[1] + 1,
                    "two operations run: {running:?}"
                );
            }
            _ => panic!("more than two operations run: {running:?}"),
        }
        Ok(())
    }

    async fn pass_time(&mut self) -> Result<(), Lost> {
        let path = format!("/_signoff/clock/{}/advance", self.offer.publisher);
        let answer = self.send(Method::POST, &path, None, Some(&json!({"by": "2h"}))).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        Ok(())
    }
}
