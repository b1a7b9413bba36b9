//! How a server leaves when it is told to: it says so while it still answers, finishes or gives back what it began, and
//! is gone after a time that is known beforehand.

use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::logging;
use crate::node::Node;

/// Once it no longer goes on answering, requests that run have so long to be answered, and work so long to be finished. Connections have as
/// long in `signoff_front`.
const FINISH: Duration = Duration::from_secs(10);
/// After that, so long for giving work back, should the store not answer.
const GIVE_BACK: Duration = Duration::from_secs(5);

/// The exit code of a server that did not come to its end in time.
const CUT_SHORT: i32 = 1;

/// The signals that tell a server to stop, from the moment on at which this is made.
pub(crate) struct StopSignals(watch::Receiver<u32>);

impl StopSignals {
    /// Listens for SIGINT and SIGTERM.
    ///
    /// # Errors
    /// What the system says.
    pub(crate) fn listen() -> std::io::Result<Self> {
        let (count, counted) = watch::channel(0);
        let mut signals = Signals::listen()?;
        tokio::spawn(async move {
            loop {
                signals.next().await;
                count.send_modify(|count| *count += 1);
            }
        });
        Ok(Self(counted))
    }

    /// Ready when so many signals have come.
    pub(crate) async fn at_least(&self, wanted: u32) {
        let mut counted = self.0.clone();
        if counted.wait_for(|count| *count >= wanted).await.is_err() {
            // The receiver is gone, so none will come.
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(unix)]
struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

#[cfg(not(unix))]
struct Signals;

#[cfg(not(unix))]
impl Signals {
    #[expect(clippy::unnecessary_wraps, reason = "it can fail elsewhere")]
    fn listen() -> std::io::Result<Self> {
        Ok(Self)
    }

    async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Ends the server. `drain` is how long it goes on answering; a second signal ends that, and has work given back at
/// once; a third one ends the process on the spot.
pub(crate) async fn leave(
    node: Node,
    drain: Duration,
    signals: &StopSignals,
    stop: watch::Sender<bool>,
    mut servers: JoinSet<()>,
) {
    let limit = drain + FINISH + GIVE_BACK;
    end_after(limit);
    node.drain();
    logging::tell(&draining(drain, limit));
    tokio::select! {
        () = sleep(drain) => {}
        () = signals.at_least(2) => {}
    }
    logging::tell("stopping: running requests and work are finished first");
    stop.send_replace(true);
    let answered = async { while servers.join_next().await.is_some() {} };
    let patience = async {
        tokio::select! {
            () = sleep(FINISH) => {}
            () = signals.at_least(2) => {}
        }
    };
    tokio::select! {
        _ = async { tokio::join!(answered, node.stop(patience)) } => {}
        () = signals.at_least(3) => {
            logging::tell("stopped at the third signal: what was being done is done again elsewhere");
            logging::end();
            std::process::exit(CUT_SHORT);
        }
    }
    logging::tell("stopped");
}

fn draining(drain: Duration, limit: Duration) -> String {
    let answers = if drain.is_zero() {
        String::new()
    } else {
        format!("requests are answered for another {drain:?}; ")
    };
    format!(
        "draining: no new work is taken; {answers}gone in {limit:?} at the latest, a second signal hurries"
    )
}

/// Ends the process after `limit`, even if all else hangs: it is a thread of its own.
fn end_after(limit: Duration) {
    let watch = std::thread::Builder::new().name("limit".to_owned()).spawn(move || {
        std::thread::sleep(limit);
        logging::tell(&format!(
            "stopped after {limit:?} with something still running: it is done again elsewhere"
        ));
        logging::end();
        std::process::exit(CUT_SHORT);
    });
    if let Err(error) = watch {
        tracing::warn!(%error, "nobody watches that the server ends in time");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_does_not_go_on_answering_does_not_say_so() {
        let seconds = Duration::from_secs;
        assert_eq!(
            draining(Duration::ZERO, seconds(15)),
            "draining: no new work is taken; gone in 15s at the latest, a second signal hurries"
        );
        assert!(
            draining(seconds(5), seconds(20)).contains("; requests are answered for another 5s; gone in 20s")
        );
    }
}
