//! The clients of some offers: what they do, what they were told, and whether it can be explained.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::actor::{Actor, Stage};
use crate::guide::Guide;
use crate::histories::check::check;
use crate::histories::draft::{self, Draft};
use crate::histories::life::Life;
use crate::histories::record::Recorder;
use crate::histories::{History, Object};
use crate::ledger::{DraftedBy, Offer, Told};
use crate::server::{PATIENCE, sample};
use crate::truth::Owners;

/// Clients at work.
pub(crate) struct Crowd {
    pub(crate) offers: Vec<Arc<Offer>>,
    stages: Vec<Stage>,
    entries: mpsc::UnboundedReceiver<(usize, Told)>,
    told: Vec<(usize, Told)>,
    clients: JoinSet<()>,
}

/// What a crowd did.
#[derive(Debug, Default)]
pub(crate) struct Deeds {
    pub(crate) calls: usize,
    /// Changes without an answer.
    pub(crate) unknown: usize,
    /// What was promised, by its kind.
    pub(crate) promised: BTreeMap<&'static str, usize>,
    /// The most ways in which it may have been, of any offer at any time.
    pub(crate) most_ways: usize,
}

impl Crowd {
    /// Puts the offers and lets clients loose on each.
    pub(crate) async fn gather(offers: Vec<Arc<Offer>>, owners: &Owners, guide: &Guide) -> Self {
        for offer in &offers {
            let api = owners.of(offer.publisher);
            api.put(&offer.path(""), None, &sample(offer.publisher, offer.id, "edit 0")).await;
            api.script(offer.publisher, offer.id, offer.steps.clone()).await;
        }
        let (ledger, entries) = mpsc::unbounded_channel();
        let stage = |(index, offer): (usize, &Arc<Offer>)| Stage {
            index,
            offer: offer.clone(),
            api: owners.of(offer.publisher).clone(),
            guide: guide.clone(),
            ledger: ledger.clone(),
            recorder: Recorder::default(),
        };
        let stages: Vec<Stage> = offers.iter().enumerate().map(stage).collect();
        let mut clients = JoinSet::new();
        for stage in &stages {
            let_loose(&mut clients, stage);
        }
        Self { offers, stages, entries, told: Vec::new(), clients }
    }

    /// Waits until they were told so many things more.
    pub(crate) async fn are_told(&mut self, more: usize) {
        let until = self.told.len() + more;
        while self.told.len() < until {
            tokio::select! {
                entry = self.entries.recv() => self.told.push(entry.expect("the clients run until the last round")),
                ended = self.clients.join_next() => panic!("a client gave up: {ended:?}"),
                () = tokio::time::sleep(PATIENCE) => panic!("no answer comes any more"),
            }
        }
    }

    /// This server is dead: what was sent to it has happened by now, or never will.
    pub(crate) fn server_died(&self, number: u64) {
        for stage in &self.stages {
            stage.recorder.died(number);
        }
    }

    /// Waits for the end of every client, which know that everything is over.
    pub(crate) async fn go_home(&mut self) {
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("every client was content");
        }
    }

    /// Reads everything once more, from any of the servers that are there now.
    pub(crate) async fn read_everything(&self, seed: u64) {
        for stage in &self.stages {
            Actor::new("reader", stage.clone(), seed).read_everything().await;
        }
    }

    /// One order of the clients' calls explains all answers about an offer. What they did, and what they
    /// were told of each offer.
    pub(crate) fn explained(self) -> (Deeds, Vec<Vec<Told>>) {
        let Self { offers, stages, mut entries, mut told, .. } = self;
        while let Ok(entry) = entries.try_recv() {
            told.push(entry);
        }
        let mut deeds = Deeds::default();
        for kind in told.iter().filter_map(|(_, entry)| entry.kind()) {
            *deeds.promised.entry(kind).or_default() += 1;
        }
        let recorders: Vec<Recorder> = stages.into_iter().map(|stage| stage.recorder).collect();
        for (offer, recorder) in offers.iter().zip(recorders) {
            has_an_order(offer, recorder, &mut deeds);
        }
        let mut of_offers = vec![Vec::new(); offers.len()];
        for (offer, entry) in told {
            of_offers[offer].push(entry);
        }
        (deeds, of_offers)
    }
}

/// The clients of one offer.
fn let_loose(clients: &mut JoinSet<()>, stage: &Stage) {
    let seed = 10 * stage.index as u64;
    let actor = |name, number: u64| Actor::new(name, stage.clone(), seed + number);
    clients.spawn(actor("publisher", 1).release());
    clients.spawn(actor("canceller", 2).cancel());
    clients.spawn(actor("watcher", 3).watch());
    if stage.offer.drafted_by == DraftedBy::Two {
        clients.spawn(actor("editor", 4).edit(1_000_000));
        clients.spawn(actor("co-editor", 5).edit(2_000_000));
    }
}

fn has_an_order(offer: &Offer, kept: Recorder, deeds: &mut Deeds) {
    let recorded = kept.into_recorded();
    let life = Life { fails: matches!(offer.id, "sticky" | "broken"), undo_fails: offer.id == "sticky" };
    let drafts = recorded.draft.history.calls.iter();
    *deeds.promised.entry("draft").or_default() +=
        drafts.filter(|call| call.reply == Some(draft::Reply::Stored)).count();
    explained(offer, "operations", &life, &recorded.life.history, &recorded.addresses, deeds);
    explained(offer, "draft", &Draft, &recorded.draft.history, &[], deeds);
}

fn explained<O: Object>(
    offer: &Offer,
    what: &str,
    object: &O,
    history: &History<O>,
    addresses: &[String],
    deeds: &mut Deeds,
) {
    let unanswered =
        history.calls.iter().filter(|call| call.reply.is_none() && object.changes(&call.ask)).count();
    deeds.calls += history.calls.len();
    deeds.unknown += unanswered;
    match check(object, history) {
        Ok(effort) => {
            deeds.most_ways = deeds.most_ways.max(effort.most_ways);
            eprintln!(
                "{} {what}: {} calls, {unanswered} changes without an answer, {effort:?}",
                offer.id,
                history.calls.len(),
            );
        }
        Err(violation) => {
            let addresses = addresses.iter().enumerate().map(|(number, at)| format!("  op{number} = {at}\n"));
            let addresses: String = addresses.collect();
            panic!("{}, {what}: {}{addresses}", offer.id, violation.show(history))
        }
    }
}
