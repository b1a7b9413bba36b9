//! The disk of the database is full for a while.

use super::play::Play;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_work_and_a_free_one_lets_it_go_on() {
    let mut play = Play::begin(Some("96M"), ["", "", ""]).await;
    for _ in 0..2 {
        play.work(40).await;
        play.disk_is_full_for_a_while().await;
        play.has_healed().await;
        play.renew().await;
    }
    play.end().await;
}
