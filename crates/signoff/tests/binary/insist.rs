//! Clients that repeat a request until it is answered.

use std::collections::BTreeSet;

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::guide::Guide;
use crate::ledger::Draw;
use crate::server::{Answer, Api, PATIENCE, of_offer, sample};

/// One request that may come again.
#[derive(Clone)]
pub(crate) struct Request {
    method: Method,
    path: String,
    id: String,
    first_sent: String,
    body: Value,
}

impl Request {
    pub(crate) fn new(method: Method, path: String, id: &str, body: Value) -> Self {
        let now = signoff_engine::clock::Clock::default().real().0;
        let first_sent = signoff_wire::repeatability::fixdate(now);
        Self { method, path, id: id.to_owned(), first_sent, body }
    }

    /// Sends it; an error means that no answer came.
    pub(crate) async fn send(&self, api: &Api) -> Result<Answer, reqwest::Error> {
        let request = api.http.request(self.method.clone(), format!("{}{}", api.base, self.path));
        let request = request
            .bearer_auth(&api.token)
            .header("Repeatability-Request-ID", &self.id)
            .header("Repeatability-First-Sent", &self.first_sent)
            .header(CONTENT_TYPE, "application/json")
            .body(self.body.to_string());
        let reply = request.send().await?;
        let (status, headers) = (reply.status().as_u16(), reply.headers().clone());
        let body = serde_json::from_slice(&reply.bytes().await?).unwrap();
        Ok(Answer { status, headers, body })
    }
}

/// Clients, each with an offer of its own, that publish and cancel in turn.
pub(crate) struct Insisters {
    offers: Vec<String>,
    clients: JoinSet<()>,
    entries: mpsc::UnboundedReceiver<(String, String)>,
    /// Each operation that they were told of, after its offer.
    told: Vec<(String, String)>,
}

impl Insisters {
    /// Lets so many loose.
    pub(crate) async fn gather(count: usize, api: &Api, guide: &Guide) -> Self {
        let offers: Vec<String> = (0..count).map(|number| format!("vm-{number}")).collect();
        for offer in &offers {
            api.put(&of_offer("contoso", offer, ""), None, &sample("contoso", offer, "it")).await;
            api.script("contoso", offer, json!({ "displaycertify": { "hold": true } })).await;
        }
        let (teller, entries) = mpsc::unbounded_channel();
        let mut clients = JoinSet::new();
        for (offer, seed) in offers.iter().zip(1..) {
            clients.spawn(insist(offer.clone(), api.clone(), guide.clone(), Draw(seed), teller.clone()));
        }
        Self { offers, clients, entries, told: Vec::new() }
    }

    /// Waits until they were told so many things more.
    pub(crate) async fn are_told(&mut self, more: usize) {
        for _ in 0..more {
            let entry = tokio::time::timeout(PATIENCE, self.entries.recv()).await.expect("answers come");
            self.told.push(entry.expect("the clients insist"));
        }
    }

    /// Waits for the end of every client, which know that everything is over. How many things they were told.
    pub(crate) async fn go_home(&mut self) -> usize {
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("every client was content");
        }
        while let Some(entry) = self.entries.recv().await {
            self.told.push(entry);
        }
        self.told.len()
    }

    /// What they were told of is there, and no more.
    pub(crate) async fn got_each_thing_once(&self, api: &Api) {
        for offer in &self.offers {
            let there = api.get(&of_offer("contoso", offer, "/submissions")).await.body;
            let newest_first: Vec<&str> =
                there.as_array().unwrap().iter().filter_map(|operation| operation["id"].as_str()).collect();
            let of_offer = self.told.iter().filter(|(of, _)| of == offer);
            let told: BTreeSet<&str> = of_offer.map(|(_, operation)| operation.as_str()).collect();
            let all: BTreeSet<&str> = newest_first.iter().copied().collect();
            assert!(told.is_subset(&all), "{offer}: something is lost: {told:?} {all:?}");
            // At most the last one was started without anybody hearing of it.
            assert!(all.len() <= told.len() + 1, "{offer}: {} {}", told.len(), all.len());
            let heard_of = newest_first.iter().skip(1).all(|id| told.contains(id));
            assert!(heard_of, "{offer}: something came twice");
        }
    }
}

/// Publishes and cancels in turn until everything is over; each request is sent until an answer comes. Says each
/// operation that it was told of.
async fn insist(
    offer: String,
    api: Api,
    mut guide: Guide,
    mut draw: Draw,
    told: mpsc::UnboundedSender<(String, String)>,
) {
    for number in 0_u32.. {
        let (call, wanted) = if number.is_multiple_of(2) { ("publish", 202) } else { ("cancel", 200) };
        let id = format!("{offer}-{number}");
        let path = of_offer("contoso", &offer, &format!("/{call}"));
        let request = Request::new(Method::POST, path, &id, json!({}));
        let answer = loop {
            let Some(place) = guide.next(&mut draw).await else { return };
            match guide.answer(request.send(&api.at(&place.base))).await {
                Ok(answer) => break answer,
                Err(lost) => guide.lost(lost).await,
            }
        };
        assert_eq!(answer.status, wanted, "{id}: {answer:?}");
        let operation = answer.text("operationId").to_owned();
        if told.send((offer.clone(), operation)).is_err() {
            return;
        }
    }
}
