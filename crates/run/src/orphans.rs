//! The first process of a container inherits every orphan below it and has to wait for each, or they stay as zombies. So
//! has a process that took this on itself (`PR_SET_CHILD_SUBREAPER`, which lasts beyond an `exec`).

use std::io;

use rustix::process::{WaitOptions, WaitStatus, getpid, wait};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// Children that this process did not start.
pub(crate) struct Orphans {
    ended: Signal,
}

impl Orphans {
    /// Begins to listen for ends, where orphans come to this process. COMMAND must start later.
    pub(crate) fn listen() -> Option<Self> {
        let inherits = getpid().is_init() || is_subreaper();
        let ended = inherits.then(|| signal(SignalKind::child()))?;
        ended
            .inspect_err(|error| tracing::warn!(%error, "orphans will not be waited for"))
            .ok()
            .map(|ended| Self { ended })
    }

    /// Waits until the child with the number `command` has ended, and for every other that ends meanwhile; the exit
    /// code is 128 + n when signal n ended it. No other child of ours may be waited for meanwhile.
    pub(crate) async fn wait_for(&mut self, command: u32) -> io::Result<i32> {
        loop {
            while let Some((id, status)) = wait(WaitOptions::NOHANG)? {
                if u32::try_from(id.as_raw_pid()) == Ok(command) {
                    return Ok(code(status));
                }
            }
            self.ended.recv().await;
        }
    }
}

fn code(status: WaitStatus) -> i32 {
    status.exit_status().or_else(|| status.terminating_signal().map(|signal| 128 + signal)).unwrap_or(1)
}

#[cfg(target_os = "linux")]
fn is_subreaper() -> bool {
    rustix::process::child_subreaper().is_ok_and(|set| set.is_some())
}

#[cfg(not(target_os = "linux"))]
fn is_subreaper() -> bool {
    false
}
