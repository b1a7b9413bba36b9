//! The primary dies, and its standby takes over.

use super::play::Play;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_primary_dies_and_the_standby_takes_over() {
    let mut play = Play::begin(None, ["", "", ""]).await;
    play.work(60).await;
    play.fail_over().await;
    play.has_healed().await;
    // With a new standby it may happen again.
    play.replace_standby().await;
    play.renew().await;
    play.work(40).await;
    play.fail_over().await;
    play.has_healed().await;
    play.work(40).await;
    play.end().await;
}
