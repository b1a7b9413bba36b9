//! kill -9 in a loop while clients publish, cancel, change drafts and look: afterwards every answer that was given is
//! true, and each offer's history can be explained by one order of the calls.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::actor::{Actor, Place, Stage};
use crate::histories::check::check;
use crate::histories::draft::Draft;
use crate::histories::life::Life;
use crate::histories::record::Recorder;
use crate::histories::{History, Object};
use crate::ledger::{Draw, Offer, Told};
use crate::server::{Api, PATIENCE, Server, sample};
use crate::truth;

/// Servers that are killed.
const ROUNDS: u64 = 20;

fn offers() -> Vec<Arc<Offer>> {
    let offer = |publisher, id, contested, steps| Arc::new(Offer { publisher, id, steps, contested });
    vec![
        offer("contoso", "quick", true, json!({})),
        offer(
            "contoso",
            "slow",
            false,
            json!({"displaycertify": {"duration": "1h"}, "live": {"duration": "1h"}}),
        ),
        offer(
            "contoso",
            "slow-undo",
            false,
            json!({"displaypackage": {"duration": "20ms", "undoDuration": "1h"}, "live": {"undoDuration": "30ms"}}),
        ),
        offer("fabrikam", "flaky", true, json!({"displayprovision": {"outcome": "fail", "failTimes": 2}})),
        offer("fabrikam", "sticky", false, json!({"displayprovision": {"undoOutcome": "fail"}})),
        offer("fabrikam", "broken", true, json!({"displaypackage": {"outcome": "fail"}})),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_answer_outlives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let offers = offers();
    let first = Server::start(&store, &[]).await;
    let owners = truth::Owners {
        contoso: Api::owner(&first.base, "contoso").await,
        fabrikam: Api::owner(&first.base, "fabrikam").await,
    };
    for offer in &offers {
        let api = owners.of(offer.publisher);
        api.put(&offer.path(""), None, &sample(offer.publisher, offer.id, "edit 0")).await;
        api.script(offer.publisher, offer.id, offer.steps.clone()).await;
    }
    let (server, ledger, recorders) = rounds(first, &store, &offers, &owners).await;
    for (what, happened) in [
        ("a golive", ledger.iter().any(|(_, told)| matches!(told, Told::Started { kind: "golive", .. }))),
        ("a 200 to a cancel", ledger.iter().any(|(_, told)| matches!(told, Told::Canceled { .. }))),
        ("a 202 to a cancel", ledger.iter().any(|(_, told)| matches!(told, Told::Canceling { .. }))),
        ("a stored draft", ledger.iter().any(|(_, told)| matches!(told, Told::Stored { .. }))),
    ] {
        assert!(happened, "the clients never got {what}");
    }
    let mut told = vec![Vec::new(); offers.len()];
    for (offer, entry) in ledger {
        told[offer].push(entry);
    }
    for (offer, recorder) in offers.iter().zip(recorders) {
        has_an_order(offer, recorder);
    }

    let owners = owners.at(&server.base);
    truth::let_everything_end(&owners, &offers).await;
    let ended = truth::read_all(&owners, &offers).await;
    server.kill().await;
    let server = Server::start(&store, &[]).await;
    let owners = owners.at(&server.base);
    owners.contoso.advance("contoso", "7d").await;
    owners.fabrikam.advance("fabrikam", "7d").await;
    assert_eq!(truth::read_all(&owners, &offers).await, ended, "what has ended never changes");
    for (offer, told) in offers.iter().zip(&told) {
        truth::check(owners.of(offer.publisher), offer, told).await;
    }
    truth::every_mail_was_written_once(&owners, &ended).await;
    server.kill().await;
}

/// Lets the clients loose and kills a server after so many answers, again and again; then a last server is read from.
/// That server, the ledger, and what was recorded of each offer.
async fn rounds(
    first: Server,
    store: &Path,
    offers: &[Arc<Offer>],
    owners: &truth::Owners,
) -> (Server, Vec<(usize, Told)>, Vec<Recorder>) {
    let place = |server: u64, process: &Server| Some(Place { server, base: process.base.clone() });
    let (sender, whereabouts) = watch::channel(place(1, &first));
    let (ledger, mut entries) = mpsc::unbounded_channel();
    let dying = Arc::new(AtomicBool::new(false));
    let stage = |(index, offer): (usize, &Arc<Offer>)| Stage {
        index,
        offer: offer.clone(),
        api: owners.of(offer.publisher).clone(),
        whereabouts: whereabouts.clone(),
        dying: dying.clone(),
        ledger: ledger.clone(),
        recorder: Recorder::default(),
    };
    let stages: Vec<Stage> = offers.iter().enumerate().map(stage).collect();
    drop(ledger);
    let mut clients = JoinSet::new();
    for stage in &stages {
        let_loose(&mut clients, stage);
    }
    let recorders: Vec<Recorder> = stages.iter().map(|stage| stage.recorder.clone()).collect();
    let mut told = Vec::new();
    let mut present = first;
    let mut draw = Draw(2026);
    for round in 1..=ROUNDS {
        let until = told.len() + 20 + usize::try_from(draw.below(60)).unwrap();
        while told.len() < until {
            tokio::select! {
                entry = entries.recv() => told.push(entry.expect("the clients run until the last round")),
                ended = clients.join_next() => panic!("a client gave up: {ended:?}"),
                () = tokio::time::sleep(PATIENCE) => panic!("no answer comes any more"),
            }
        }
        dying.store(true, Ordering::SeqCst);
        present.kill().await;
        for recorder in &recorders {
            recorder.died(round);
        }
        present = Server::start(store, &[]).await;
        sender.send_replace(if round == ROUNDS { None } else { place(round + 1, &present) });
        dying.store(round == ROUNDS, Ordering::SeqCst);
    }
    while let Some(ended) = clients.join_next().await {
        ended.expect("every client was content");
    }
    sender.send_replace(place(ROUNDS + 1, &present));
    for stage in stages {
        Actor::new("reader", stage, 1).read_everything().await;
    }
    while let Some(entry) = entries.recv().await {
        told.push(entry);
    }
    (present, told, recorders)
}

/// The clients of one offer.
fn let_loose(clients: &mut JoinSet<()>, stage: &Stage) {
    let seed = 10 * stage.index as u64;
    let actor = |name, number: u64| Actor::new(name, stage.clone(), seed + number);
    clients.spawn(actor("publisher", 1).release());
    clients.spawn(actor("canceller", 2).cancel());
    clients.spawn(actor("watcher", 3).watch());
    if stage.offer.contested {
        clients.spawn(actor("editor", 4).edit(1_000_000));
        clients.spawn(actor("co-editor", 5).edit(2_000_000));
    }
}

/// Whatever the clients were told of the offer, one order of their calls explains it.
fn has_an_order(offer: &Offer, kept: Recorder) {
    let recorded = kept.into_recorded();
    let life = Life { fails: matches!(offer.id, "sticky" | "broken"), undo_fails: offer.id == "sticky" };
    explained(offer, "operations", &life, &recorded.life.history, &recorded.addresses);
    explained(offer, "draft", &Draft, &recorded.draft.history, &[]);
}

fn explained<O: Object>(offer: &Offer, what: &str, object: &O, history: &History<O>, addresses: &[String]) {
    let unanswered =
        history.calls.iter().filter(|call| call.reply.is_none() && object.changes(&call.ask)).count();
    match check(object, history) {
        Ok(effort) => eprintln!(
            "{} {what}: {} calls, {unanswered} changes without an answer, {effort:?}",
            offer.id,
            history.calls.len(),
        ),
        Err(violation) => {
            let addresses = addresses.iter().enumerate().map(|(number, at)| format!("  op{number} = {at}\n"));
            let addresses: String = addresses.collect();
            panic!("{}, {what}: {}{addresses}", offer.id, violation.show(history))
        }
    }
}
