//! A third party that certifies: slow, ill, forgetful, and fond of saying things twice and late.
//!
//! It lives on when the server dies. What it was asked is kept by the request's idempotency key; what it has to say
//! waits in a list until the server took it in.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, Full};
use parking_lot::Mutex;
use serde_json::{Value, json};
use signoff_engine::clock::Source;
use signoff_lifecycle::ids::OperationId;
use signoff_server::Routes;
use signoff_webhook::{HookReply, HookRequest, HookSecret, HookTransport, NoAnswer};
use tokio::sync::Notify;
use tower::ServiceExt;

use crate::book::Book;
use crate::draw::Draw;
use crate::profile::Manners;
use crate::rules;
use crate::time::Timeline;

/// Something that it was asked to do, or to undo.
#[derive(Clone, Debug)]
struct Job {
    /// When it is done.
    ends_at: Duration,
    succeeds: bool,
}

/// Something that it has to say.
#[derive(Clone, Debug)]
struct Word {
    at: Duration,
    path: String,
    body: String,
    /// How often the server was out of order so far.
    tries: u32,
}

struct State {
    draw: Draw,
    manners: Manners,
    /// By idempotency key: the same request is the same job.
    jobs: BTreeMap<String, Job>,
    words: Vec<Word>,
}

/// The third party. Clones are the same one.
#[derive(Clone)]
pub(crate) struct Certifier {
    shared: Arc<Mutex<State>>,
    /// There is something to say.
    spoke: Arc<Notify>,
    secret: HookSecret,
    timeline: Timeline,
    book: Arc<Book>,
}

/// What comes of one request.
enum Mood {
    Answers {
        after: Duration,
    },
    /// It takes the request, and its answer is lost.
    AnswerLost,
    Unreachable,
}

impl Certifier {
    pub(crate) fn new(seed: u64, manners: Manners, timeline: Timeline, book: Arc<Book>) -> Self {
        let draw = Draw::of(seed, "certifier");
        let state = State { draw, manners, jobs: BTreeMap::new(), words: Vec::new() };
        let secret = HookSecret::parse(&format!("whsec_{}", "AAAA".repeat(8)));
        Self {
            shared: Arc::new(Mutex::new(state)),
            spoke: Arc::default(),
            secret: secret.expect("thirty-two bytes are no bad secret"),
            timeline,
            book,
        }
    }

    pub(crate) fn secret(&self) -> HookSecret {
        self.secret.clone()
    }

    /// It is reached and heard from now on. One that says nothing still says nothing.
    pub(crate) fn stop(&self) {
        self.shared.lock().manners.fails = 0;
    }

    /// Whether it ever took this request.
    pub(crate) fn was_asked(&self, operation: OperationId, step: &str, ask: &str) -> bool {
        self.shared.lock().jobs.contains_key(&format!("{operation}:{step}:{ask}"))
    }

    /// The operations and steps that it was asked to do its part of.
    pub(crate) fn runs(&self) -> Vec<(OperationId, String)> {
        let state = self.shared.lock();
        let run = |key: &String| {
            let mut parts = key.split(':');
            let (id, step, ask) = (parts.next()?, parts.next()?, parts.next()?);
            (ask == "run").then_some((id.parse().ok()?, step.to_owned()))
        };
        state.jobs.keys().filter_map(run).collect()
    }

    fn mood(&self) -> Mood {
        let State { draw, manners, .. } = &mut *self.shared.lock();
        let after = Duration::from_millis(draw.below(manners.slow_millis + 1));
        if !draw.happens(manners.fails) {
            return Mood::Answers { after };
        }
        if draw.happens(5_000) { Mood::AnswerLost } else { Mood::Unreachable }
    }

    /// Takes the request: the answer's body.
    fn take(&self, message: &Value) -> String {
        let now = self.timeline.passed();
        let state = &mut *self.shared.lock();
        let State { draw, manners, jobs, words } = state;
        let key = message["data"]["idempotencyKey"].as_str().unwrap_or_default().to_owned();
        if !jobs.contains_key(&key) {
            let takes = Duration::from_millis(draw.below(manners.longest_job + 1));
            let job = Job { ends_at: now + takes, succeeds: !draw.happens(manners.refuses) };
            if !manners.silent {
                words.extend(said(&key, &job, message, draw));
                self.spoke.notify_one();
            }
            jobs.insert(key.clone(), job);
        }
        let job = &jobs[&key];
        let body = if manners.silent || now < job.ends_at {
            json!({ "status": "inProgress", "progress": draw.below(100) })
        } else {
            json!({ "status": outcome(job), "message": "looked at" })
        };
        body.to_string()
    }

    /// Says what it has to say, when its time has come. Never ready.
    pub(crate) async fn calls_back(&self, routes: &Routes) {
        loop {
            let next = {
                let state = self.shared.lock();
                state
                    .words
                    .iter()
                    .enumerate()
                    .min_by_key(|(_, word)| word.at)
                    .map(|(at, word)| (at, word.clone()))
            };
            let Some((place, word)) = next else {
                self.spoke.notified().await;
                continue;
            };
            let now = self.timeline.passed();
            if word.at > now {
                tokio::select! {
                    biased;
                    () = tokio::time::sleep(word.at.saturating_sub(now)) => {}
                    () = self.spoke.notified() => {}
                }
                continue;
            }
            let (status, code) = self.say(routes, &word).await;
            let spoken = word.body.clone();
            self.book.count(format!("callback {status} {code}"));
            self.book.line(&format!("certifier says {} and gets {status} {code}", word.body));
            let mut state = self.shared.lock();
            // Only this loop takes entries away.
            let mut word = state.words.remove(place);
            if status == 503 && word.tries < 20 {
                word.tries += 1;
                word.at = now + Duration::from_millis(500);
                state.words.push(word);
            }
            let allowed = matches!((status, code.as_str()), (200 | 401 | 503, _) | (400, "StepNotWaiting"));
            drop(state);
            if status == 200
                && let Err(what) = self.was_recorded(&spoken)
            {
                self.book.wrong(what);
            }
            if !allowed {
                self.book.wrong(format!("a callback is answered {status} {code}"));
            }
        }
    }

    /// Whether what was said is recorded: a last word, once it was taken in.
    fn was_recorded(&self, spoken: &str) -> Result<(), String> {
        let spoken: Value = serde_json::from_str(spoken).unwrap_or_default();
        let key = spoken["idempotencyKey"].as_str().unwrap_or_default();
        let succeeded = match spoken["status"].as_str() {
            Some("succeeded") => true,
            Some("failed") => false,
            _ => return Ok(()),
        };
        self.book.look(|seen| rules::effects::word_is_recorded(seen, key, succeeded))
    }

    async fn say(&self, routes: &Routes, word: &Word) -> (u16, String) {
        // Both keep the time of the same machine.
        let signed = self.secret.sign("word", self.timeline.now(), word.body.as_bytes());
        let mut request = Request::post(&word.path).header("content-type", "application/json");
        for (name, value) in signed.headers() {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(Bytes::from(word.body.clone()))).expect("it is well-formed");
        let Ok(response) = routes.router.clone().oneshot(request).await;
        let status = response.status().as_u16();
        let body = response.into_body().collect().await.expect("a body in memory comes whole").to_bytes();
        let body: Value = serde_json::from_slice(&body).unwrap_or_default();
        (status, body["error"]["code"].as_str().unwrap_or_default().to_owned())
    }
}

fn outcome(job: &Job) -> &'static str {
    if job.succeeds { "succeeded" } else { "failed" }
}

/// What it will say of a job: perhaps how far it is, perhaps the end, perhaps twice, perhaps late.
fn said(key: &str, job: &Job, message: &Value, draw: &mut Draw) -> Vec<Word> {
    let url = message["data"]["callbackUrl"].as_str().unwrap_or_default();
    let path = url.strip_prefix("https://signoff.example").unwrap_or_default();
    let word = |at: Duration, status: &str| {
        let body = json!({ "idempotencyKey": key, "status": status, "progress": 50 }).to_string();
        Word { at, path: path.to_owned(), body, tries: 0 }
    };
    let mut words = Vec::new();
    if draw.happens(3_000) {
        words.push(word(job.ends_at / 2, "inProgress"));
    }
    if draw.happens(7_000) {
        words.push(word(job.ends_at, outcome(job)));
    }
    if draw.happens(3_000) {
        words.push(word(job.ends_at + Duration::from_millis(draw.below(5)), outcome(job)));
    }
    if draw.happens(3_000) {
        let late = Duration::from_millis(draw.below(200_000));
        // And not always the same.
        let status = if draw.happens(5_000) { outcome(job) } else { "failed" };
        words.push(word(job.ends_at + late, status));
    }
    words
}

#[async_trait]
impl HookTransport for Certifier {
    async fn send(&self, request: &HookRequest) -> Result<HookReply, NoAnswer> {
        let message: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let kind = message["type"].as_str().unwrap_or_default();
        if !self.secret.verifies(&request.signed, self.timeline.now(), request.body.as_bytes()) {
            self.book.wrong(format!("a request to the certifier is not signed: {}", request.body));
        }
        let mood = self.mood();
        let what = match mood {
            Mood::Answers { .. } => "answered",
            Mood::AnswerLost => "taken, answer lost",
            Mood::Unreachable => "not reached",
        };
        self.book.count(format!("{kind} {what}"));
        self.book.line(&format!("  certifier is asked {kind} {}: {what}", request.idempotency_key));
        match mood {
            Mood::Unreachable => Err(NoAnswer::NotReached("it cannot be reached".to_owned())),
            Mood::AnswerLost => {
                self.take(&message);
                Err(NoAnswer::NotReached("the connection broke".to_owned()))
            }
            Mood::Answers { after } => {
                let body = self.take(&message);
                if after > request.timeout {
                    tokio::time::sleep(request.timeout).await;
                    return Err(NoAnswer::NotReached("it did not answer in time".to_owned()));
                }
                tokio::time::sleep(after).await;
                Ok(HookReply::signed(request, &self.secret, self.timeline.now(), &body))
            }
        }
    }
}
