//! Clients that publish, take live, cancel and change offers while their servers are being killed.

use std::sync::Arc;
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::guide::{Guide, Lost};
use crate::histories::draft;
use crate::histories::life::{Ask, Op};
use crate::histories::record::Recorder;
use crate::ledger::{DraftedBy, Draw, Offer, Told};
use crate::server::{Answer, Api, sample};

/// What all clients of an offer share.
#[derive(Clone)]
pub(crate) struct Stage {
    pub(crate) index: usize,
    pub(crate) offer: Arc<Offer>,
    pub(crate) api: Api,
    pub(crate) guide: Guide,
    pub(crate) ledger: mpsc::UnboundedSender<(usize, Told)>,
    pub(crate) recorder: Recorder,
}

/// One client of one offer.
pub(crate) struct Actor {
    name: &'static str,
    stage: Stage,
    /// The server that it speaks to.
    server: u64,
    draw: Draw,
    /// In which trouble it lost answers last, and how many.
    losses: (u64, u32),
    draft: Draft,
    /// Locations that it was given and has not seen the end of.
    known: Vec<String>,
}

/// What a client that changes the draft knows of it.
#[derive(Default)]
struct Draft {
    /// The number of its last edit. Those of different clients differ.
    edits: u64,
    /// The tag that the last answer gave, and the edit that came with it; `None`: an answer was lost since.
    tag: Option<(String, u64)>,
}

/// So many answers a client loses in one trouble at most.
const MOST_LOSSES: u32 = 2;
/// Who gets no answer asks again after this time.
const ASK_AGAIN: Duration = Duration::from_millis(20);

impl Actor {
    /// The client number `seed` of them all.
    pub(crate) fn new(name: &'static str, stage: Stage, seed: u64) -> Self {
        let draw = Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        Self { name, stage, server: 0, draw, losses: (0, 0), draft: Draft::default(), known: Vec::new() }
    }

    /// Publishes, takes live, changes the draft, looks, and lets time pass, until there is no server any more.
    pub(crate) async fn release(mut self) {
        while self.next_server().await {
            let done = match self.draw.below(100) {
                0..25 => self.start("publish").await,
                25..60 => self.start("golive").await,
                60..75 if self.stage.offer.drafted_by == DraftedBy::One => self.change_draft().await,
                60..90 => self.look().await,
                _ => self.pass_time().await,
            };
            self.unless_lost(done).await;
        }
    }

    /// Cancels what somebody else started, and looks.
    pub(crate) async fn cancel(mut self) {
        while self.next_server().await {
            let done = match self.draw.below(100) {
                0..3 => self.call_back(None).await,
                3..8 => self.call_one_back().await,
                8..60 => self.read_list().await,
                _ => self.look().await,
            };
            self.unless_lost(done).await;
        }
    }

    /// Reads everything that can be read, and now and then does what the others do.
    pub(crate) async fn watch(mut self) {
        while self.next_server().await {
            let done = match self.draw.below(100) {
                0..4 => self.start("publish").await,
                4..10 => self.start("golive").await,
                10..11 => self.call_back(None).await,
                11..45 => self.read_status().await,
                45..70 => self.read_any().await,
                _ => self.read_draft().await,
            };
            self.unless_lost(done).await;
        }
    }

    /// Changes a draft that others change, too. `first` is the number before its own edits.
    pub(crate) async fn edit(mut self, first: u64) {
        self.draft.edits = first;
        while self.next_server().await {
            let done = match self.draw.below(100) {
                0..50 => self.read_draft().await,
                50..90 => self.change_draft_if_still_so().await,
                _ => self.read_status().await,
            };
            self.unless_lost(done).await;
        }
    }

    async fn next_server(&mut self) -> bool {
        let Some(place) = self.stage.guide.next(&mut self.draw).await else { return false };
        (self.server, self.stage.api.base) = (place.server, place.base);
        true
    }

    /// After a lost answer only looks until somebody answers; who lost several in one trouble, until that is over. What is
    /// unknown would grow without end otherwise, and with it what has to be searched.
    async fn unless_lost(&mut self, done: Result<(), Lost>) {
        let Err(lost) = done else { return };
        let trouble = self.stage.guide.trouble.count();
        let losses = if self.losses.0 == trouble { self.losses.1 + 1 } else { 1 };
        self.losses = (trouble, losses);
        self.stage.guide.lost(lost).await;
        while self.next_server().await {
            match self.read_status().await {
                Ok(()) if losses < MOST_LOSSES || self.stage.guide.trouble.is_over(trouble) => return,
                Ok(()) => {}
                Err(lost) => self.stage.guide.lost(lost).await,
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }

    fn tell(&self, told: Told) {
        // The other end is gone when everything is over.
        let _ = self.stage.ledger.send((self.stage.index, told));
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        tag: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, Lost> {
        let answer = self.stage.guide.answer(self.stage.api.send(method, path, tag, body)).await?;
        // Anything else, 401 to a token from before the kill for one, is a fault of the server's.
        assert!(matches!(answer.status, 200 | 201 | 202 | 400 | 404 | 412), "{path}: {answer:?}");
        Ok(answer)
    }

    /// A call that goes into the history of the offer's operations.
    async fn call(&self, ask: Ask, method: Method, path: &str, body: Option<&Value>) -> Result<Answer, Lost> {
        let number = self.stage.recorder.asks(self.name, self.server, ask);
        let answer = self.send(method, path, None, body).await?;
        self.stage.recorder.told(number, &answer);
        Ok(answer)
    }

    async fn start(&mut self, kind: &'static str) -> Result<(), Lost> {
        let emails = json!({"metadata": {"notification-emails": "a@x.example,b@y.example"}});
        let ask = if kind == "publish" { Ask::Publish } else { Ask::GoLive };
        let path = self.stage.offer.path(&format!("/{kind}"));
        let answer = self.call(ask, Method::POST, &path, Some(&emails)).await?;
        if answer.status == 202 {
            let (location, operation) = (answer.location(), answer.text("operationId").to_owned());
            self.known.push(location.clone());
            self.tell(Told::Started { kind, location, operation });
        }
        Ok(())
    }

    /// Cancels the newest operation, or the one named.
    async fn call_back(&mut self, named: Option<(Op, String)>) -> Result<(), Lost> {
        let path = self.stage.offer.path("/cancel");
        let (op, body) = match named {
            None => (None, None),
            Some((op, guid)) => (Some(op), Some(json!({ "operationId": guid }))),
        };
        let answer = self.call(Ask::Cancel(op), Method::POST, &path, body.as_ref()).await?;
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

    /// Cancels one of the operations that anybody started: mostly one that ended long ago.
    async fn call_one_back(&mut self) -> Result<(), Lost> {
        let mut named = self.stage.recorder.named();
        named.sort();
        match self.pick(named.len()) {
            Some(place) => self.call_back(Some(named.swap_remove(place))).await,
            None => Ok(()),
        }
    }

    fn pick(&mut self, among: usize) -> Option<usize> {
        if among == 0 {
            return None;
        }
        Some(usize::try_from(self.draw.below(among as u64)).unwrap())
    }

    /// PUT under the tag of the last answer; where that was lost, with `*`. Nobody else may change it.
    async fn change_draft(&mut self) -> Result<(), Lost> {
        let tag = self.draft.tag.take();
        let (over, sent_tag) = match &tag {
            Some((tag, edit)) => (Some(*edit), tag.as_str()),
            None => (None, "*"),
        };
        let (answer, edit) = match self.put(over, sent_tag).await {
            Ok(stored) => stored,
            Err(lost) => {
                self.tell(Told::Unknown { edit: self.draft.edits });
                return Err(lost);
            }
        };
        assert_eq!(
            answer.status, 200,
            "nobody else changes this draft, so {sent_tag} is its tag: {answer:?}"
        );
        let version = answer.body["version"].as_u64().unwrap();
        self.tell(Told::Stored { version, edit, tag: answer.tag() });
        Ok(())
    }

    /// PUT under the tag that the last read gave.
    async fn change_draft_if_still_so(&mut self) -> Result<(), Lost> {
        let Some((tag, over)) = self.draft.tag.clone() else { return self.read_draft().await };
        let (answer, _) = self.put(Some(over), &tag).await?;
        assert!(matches!(answer.status, 200 | 412), "{answer:?}");
        Ok(())
    }

    /// Answers the edit, too.
    async fn put(&mut self, over: Option<u64>, tag: &str) -> Result<(Answer, u64), Lost> {
        self.draft.edits += 1;
        let edit = self.draft.edits;
        let title = format!("edit {edit}");
        let offer = &self.stage.offer;
        let document = sample(offer.publisher, offer.id, &title);
        let number = self.stage.recorder.asks_draft(self.name, self.server, draft::Ask::Put { edit, over });
        let answer = self.send(Method::PUT, &offer.path(""), Some(tag), Some(&document)).await?;
        let stored = answer.status == 200;
        let reply = if stored { draft::Reply::Stored } else { draft::Reply::Stale };
        self.stage.recorder.told_draft(number, reply);
        if stored {
            assert_eq!(answer.body["definition"]["displayText"], title.as_str());
            self.draft.tag = Some((answer.tag(), edit));
        }
        Ok((answer, edit))
    }

    async fn read_draft(&mut self) -> Result<(), Lost> {
        let number = self.stage.recorder.asks_draft(self.name, self.server, draft::Ask::Get);
        let answer = self.send(Method::GET, &self.stage.offer.path(""), None, None).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        let title = answer.body["definition"]["displayText"].as_str().unwrap();
        let edit = title.strip_prefix("edit ").unwrap().parse().unwrap();
        self.stage.recorder.told_draft(number, draft::Reply::Holds(edit));
        if self.stage.offer.drafted_by == DraftedBy::Two {
            self.draft.tag = Some((answer.tag(), edit));
        }
        Ok(())
    }

    async fn read_status(&mut self) -> Result<(), Lost> {
        let path = self.stage.offer.path("/status");
        self.call(Ask::Status, Method::GET, &path, None).await.map(|_| ())
    }

    /// Follows an address that anybody was given.
    async fn read_any(&mut self) -> Result<(), Lost> {
        let mut operations = self.stage.recorder.operations();
        // The newest ones are those of which there is news.
        let newest = operations.split_off(operations.len().saturating_sub(6));
        match self.pick(newest.len()) {
            Some(place) => self.follow(newest[place].0, &newest[place].1).await.map(|_| ()),
            None => Ok(()),
        }
    }

    async fn follow(&self, op: Op, location: &str) -> Result<Answer, Lost> {
        let answer = self.call(Ask::Look(op), Method::GET, location, None).await?;
        assert_eq!(answer.status, 200, "an address that was given out resolves: {location}: {answer:?}");
        Ok(answer)
    }

    /// Follows an address that it was given itself.
    async fn look(&mut self) -> Result<(), Lost> {
        let Some(chosen) = self.pick(self.known.len()) else { return Ok(()) };
        let location = self.known[chosen].clone();
        let operations = self.stage.recorder.operations();
        let (op, _) = operations.iter().find(|(_, known)| *known == location).expect("it was recorded");
        let answer = self.follow(*op, &location).await?;
        if answer.text("status") != "running" {
            self.known.swap_remove(chosen);
            self.tell(Told::Ended { location, body: answer.body });
        }
        Ok(())
    }

    /// At most one operation runs; a cancellation and its target count as one.
    async fn read_list(&mut self) -> Result<(), Lost> {
        let answer = self.send(Method::GET, &self.stage.offer.path("/submissions"), None, None).await?;
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
        let path = format!("/_signoff/clock/{}/advance", self.stage.offer.publisher);
        let answer = self.send(Method::POST, &path, None, Some(&json!({"by": "2h"}))).await?;
        assert_eq!(answer.status, 200, "{answer:?}");
        Ok(())
    }

    /// Reads the status, the draft and every operation once more, at the end.
    pub(crate) async fn read_everything(mut self) {
        let has_server = self.next_server().await;
        assert!(has_server, "there is a server to read from");
        let mut read = self.read_status().await.and(self.read_draft().await);
        for (op, location) in self.stage.recorder.operations() {
            read = read.and(self.follow(op, &location).await.map(|_| ()));
        }
        assert!(read.is_ok(), "nobody kills this server");
    }
}
