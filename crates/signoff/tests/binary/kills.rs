//! kill -9 in a loop while clients publish and cancel: afterwards every answer that was given is true.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;

use crate::ledger::{Actor, Draft, Draw, Offer, Told};
use crate::server::{Api, PATIENCE, Server, sample};
use crate::truth;

/// Servers that are killed.
const ROUNDS: u64 = 10;

fn offers() -> Vec<Arc<Offer>> {
    let offer = |publisher, id, steps| Arc::new(Offer { publisher, id, steps });
    vec![
        offer("contoso", "quick", json!({})),
        offer("contoso", "slow", json!({"displaycertify": {"duration": "1h"}, "live": {"duration": "1h"}})),
        offer(
            "contoso",
            "slow-undo",
            json!({"displaypackage": {"duration": "20ms", "undoDuration": "1h"}, "live": {"undoDuration": "30ms"}}),
        ),
        offer("fabrikam", "flaky", json!({"displayprovision": {"outcome": "fail", "failTimes": 2}})),
        offer("fabrikam", "sticky", json!({"displayprovision": {"undoOutcome": "fail"}})),
        offer("fabrikam", "broken", json!({"displaypackage": {"outcome": "fail"}})),
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
    let ledger = rounds(first, &store, &offers, &owners).await;
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

    let server = Server::start(&store, &[]).await;
    let owners = owners.at(&server.base);
    truth::let_everything_end(&owners, &offers).await;
    let ended = truth::read_all(&owners, &offers).await;
    server.kill().await;
    let server = Server::start(&store, &[]).await;
    let owners = owners.at(&server.base);
    owners.contoso.advance("contoso", "30d").await;
    owners.fabrikam.advance("fabrikam", "30d").await;
    assert_eq!(truth::read_all(&owners, &offers).await, ended, "what has ended never changes");
    for (offer, told) in offers.iter().zip(&told) {
        truth::check(owners.of(offer.publisher), offer, told).await;
    }
    truth::every_mail_was_written_once(&owners, &ended).await;
    server.kill().await;
}

/// Lets the clients loose and kills a server after so many answers, again and again. The ledger.
async fn rounds(
    first: Server,
    store: &Path,
    offers: &[Arc<Offer>],
    owners: &truth::Owners,
) -> Vec<(usize, Told)> {
    let (whereabouts, server) = watch::channel(Some(first.base.clone()));
    let (ledger, mut entries) = mpsc::unbounded_channel();
    let dying = Arc::new(AtomicBool::new(false));
    let mut clients = JoinSet::new();
    for (index, offer) in offers.iter().enumerate() {
        let actor = |seed: u64| Actor {
            index,
            offer: offer.clone(),
            api: owners.of(offer.publisher).clone(),
            server: server.clone(),
            dying: dying.clone(),
            ledger: ledger.clone(),
            draw: Draw(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15)),
            draft: Draft::default(),
            known: Vec::new(),
        };
        clients.spawn(actor(2 * index as u64 + 1).release());
        clients.spawn(actor(2 * index as u64 + 2).cancel());
    }
    drop(ledger);
    let mut told = Vec::new();
    let mut present = first;
    let mut draw = Draw(2026);
    for round in 1..=ROUNDS {
        let until = told.len() + 40 + usize::try_from(draw.below(100)).unwrap();
        while told.len() < until {
            tokio::select! {
                entry = entries.recv() => told.push(entry.expect("the clients run until the last round")),
                ended = clients.join_next() => panic!("a client gave up: {ended:?}"),
                () = tokio::time::sleep(PATIENCE) => panic!("no answer comes any more"),
            }
        }
        dying.store(true, Ordering::SeqCst);
        present.kill().await;
        if round == ROUNDS {
            break;
        }
        present = Server::start(store, &[]).await;
        whereabouts.send_replace(Some(present.base.clone()));
        dying.store(false, Ordering::SeqCst);
    }
    whereabouts.send_replace(None);
    while let Some(ended) = clients.join_next().await {
        ended.expect("every client was content");
    }
    while let Some(entry) = entries.recv().await {
        told.push(entry);
    }
    told
}
