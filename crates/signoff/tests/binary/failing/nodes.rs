//! Nodes that are killed, leave and join, and stand still for longer than their leases, with clocks that are wrong.

use super::play::Play;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nodes_die_leave_join_and_stand_still() {
    let mut play = Play::begin(None, ["+5m", "-5m", ""]).await;
    for node in [0, 1, 2] {
        play.work(30).await;
        play.kill(node).await;
        play.has_healed().await;
        play.work(30).await;
        play.leave_and_join((node + 1) % 3).await;
        play.has_healed().await;
    }
    play.work(20).await;
    play.pause(1).await;
    play.has_healed().await;
    play.end().await;
}
