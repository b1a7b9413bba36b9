//! The network between the nodes and the database fails.

use super::play::Play;
use super::proxy::Weather;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn connections_are_cut_between_a_commit_and_its_reply_too() {
    let mut play = Play::begin(None, ["", "", ""]).await;
    for node in [0, 2] {
        play.work(30).await;
        play.cut(node);
        play.has_healed().await;
        // What the node has written it never hears of.
        play.work(30).await;
        play.unheard(node, Weather::RepliesLost).await;
        play.has_healed().await;
        play.kill(node).await;
        play.has_healed().await;
    }
    play.work(30).await;
    play.unheard(1, Weather::BlackHole).await;
    play.has_healed().await;
    play.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_on_the_way_for_longer_than_a_lease_comes_too_late() {
    let mut play = Play::begin(None, ["", "", ""]).await;
    for node in [0, 1] {
        play.work(30).await;
        play.delayed(node).await;
        play.has_healed().await;
        play.kill(node).await;
        play.has_healed().await;
    }
    play.end().await;
}
