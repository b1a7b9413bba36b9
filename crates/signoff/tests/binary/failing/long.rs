//! Everything that may go wrong, in an order that is drawn, for some minutes.

use super::play::{NODES, Play};
use super::proxy::Weather;
use crate::ledger::Draw;

/// Failures that are drawn.
const FAILURES: usize = 24;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "slow: cargo xtask test --all"]
async fn anything_may_fail_in_any_order() {
    // With this seed each of them comes. A primary that was promoted has a disk of the machine's, which nobody fills.
    let (mut draw, mut has_small_disk) = (Draw(88_000_264), true);
    let mut play = Play::begin(Some("256M"), ["+5m", "-5m", ""]).await;
    for _ in 0..FAILURES {
        play.work(20).await;
        let node = usize::try_from(draw.below(NODES as u64)).unwrap();
        match draw.below(8) {
            0 | 1 => play.kill(node).await,
            2 => play.leave_and_join(node).await,
            3 => play.pause(node).await,
            4 => play.cut(node),
            5 if draw.below(2) == 0 => play.unheard(node, Weather::RepliesLost).await,
            5 => play.unheard(node, Weather::BlackHole).await,
            6 => play.delayed(node).await,
            7 if has_small_disk && draw.below(2) == 0 => play.disk_is_full_for_a_while().await,
            _ => {
                play.fail_over().await;
                play.has_healed().await;
                play.replace_standby().await;
                has_small_disk = false;
            }
        }
        play.has_healed().await;
        play.renew().await;
    }
    play.end().await;
}
