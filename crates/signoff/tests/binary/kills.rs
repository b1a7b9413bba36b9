//! kill -9 in a loop while clients publish, cancel, change drafts and look: afterwards every answer that was given is
//! true, and each offer's history can be explained by one order of the calls.

use std::path::Path;
use std::sync::Arc;

use serde_json::json;
use tokio::sync::watch;

use crate::crowd::Crowd;
use crate::guide::{Guide, Place, Trouble};
use crate::ledger::{DraftedBy, Draw, Offer};
use crate::server::Server;
use crate::truth;

/// Servers that are killed.
const ROUNDS: u64 = 20;

/// Offers that differ in what their steps do.
pub(crate) fn offers() -> Vec<Arc<Offer>> {
    let offer = |publisher, id, drafted_by, steps| Arc::new(Offer { publisher, id, steps, drafted_by });
    vec![
        offer("contoso", "quick", DraftedBy::Two, json!({})),
        offer(
            "contoso",
            "slow",
            DraftedBy::One,
            json!({"displaycertify": {"duration": "1h"}, "live": {"duration": "1h"}}),
        ),
        offer(
            "contoso",
            "slow-undo",
            DraftedBy::One,
            json!({"displaypackage": {"duration": "20ms", "undoDuration": "1h"}, "live": {"undoDuration": "30ms"}}),
        ),
        offer(
            "fabrikam",
            "flaky",
            DraftedBy::Two,
            json!({"displayprovision": {"outcome": "fail", "failTimes": 2}}),
        ),
        offer("fabrikam", "sticky", DraftedBy::One, json!({"displayprovision": {"undoOutcome": "fail"}})),
        offer("fabrikam", "broken", DraftedBy::Two, json!({"displaypackage": {"outcome": "fail"}})),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_acknowledged_answer_outlives_kill_9() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("signoff.db");
    let offers = offers();
    let first = Server::start(&store, &[]).await;
    let owners = truth::Owners::at_first(&first.base).await;
    let (server, crowd) = rounds(first, &store, &offers, &owners).await;
    let (deeds, told) = crowd.explained();
    for kind in ["golive", "200 to a cancel", "202 to a cancel", "draft"] {
        assert!(deeds.promised.contains_key(kind), "the clients never got a {kind}: {deeds:?}");
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
/// That server, and the clients.
async fn rounds(
    first: Server,
    store: &Path,
    offers: &[Arc<Offer>],
    owners: &truth::Owners,
) -> (Server, Crowd) {
    let place = |server: u64, process: &Server| Some(vec![Place { server, base: process.base.clone() }]);
    let (sender, places) = watch::channel(place(1, &first));
    let dying = Trouble::default();
    let mut crowd = Crowd::gather(offers.to_vec(), owners, &Guide::new(places, dying.clone())).await;
    let mut present = first;
    let mut draw = Draw(2026);
    for round in 1..=ROUNDS {
        crowd.are_told(20 + usize::try_from(draw.below(60)).unwrap()).await;
        dying.begins();
        present.kill().await;
        crowd.server_died(round);
        present = Server::start(store, &[]).await;
        sender.send_replace(if round == ROUNDS { None } else { place(round + 1, &present) });
        if round < ROUNDS {
            dying.ends();
        }
    }
    crowd.go_home().await;
    sender.send_replace(place(ROUNDS + 1, &present));
    crowd.read_everything(1).await;
    (present, crowd)
}
