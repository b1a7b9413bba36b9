//! How what runs beside the requests waits for its next turn.

use std::time::Duration;

use tokio::sync::watch;

/// Lets time pass; `None` if it is time to stop.
pub(crate) async fn sleep_or_stop(stop: &mut watch::Receiver<bool>, pause: Duration) -> Option<()> {
    tokio::select! {
        biased;
        // The sender was dropped: shut down.
        _ = stop.wait_for(|stop| *stop) => None,
        () = tokio::time::sleep(pause) => Some(()),
    }
}
