//! A clock that was ahead and is put right leaves work behind that is due far too late. It is pulled in: at the start, for
//! nobody knows what the clock showed before, and whenever the clock is seen to go back.

use std::time::Duration;

use signoff_lifecycle::Command;
use signoff_lifecycle::command::Reschedule;
use signoff_lifecycle::decision::{Reply, Verdict};
use signoff_lifecycle::ids::{Micros, Timestamp};
use signoff_lifecycle::refusal::Refusal;
use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::sleep::sleep_or_stop;
use crate::usecase::Plain;

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(30);
/// What is due within this time is not worth a look: it is done before long, whatever the clock showed.
const SOON: Micros = Micros::from_millis(60_000);
/// A clock that went back by less, in microseconds, is none that was wrong.
const STEP: i64 = 10_000_000;

impl Engine {
    /// Pulls in what is due too late, now and whenever the clock goes back, until `stop` says so.
    pub(crate) async fn due_times_loop(&self, mut stop: watch::Receiver<bool>) {
        let clock = &self.shared.clock;
        // Ticks never go back: the clock does so if it is less ahead of them than before.
        let ahead = || clock.real().0.saturating_sub(clock.ticks());
        let (mut before, mut look) = (ahead(), true);
        loop {
            if look {
                match self.pull_in_all(&stop).await {
                    Ok(pulled_in) => look = pulled_in.is_none(),
                    // They are looked at later.
                    Err(error) => availability::failed(&error),
                }
            }
            if sleep_or_stop(&mut stop, EVERY).await.is_none() {
                return;
            }
            let now = ahead();
            let back = before.saturating_sub(now);
            if back > STEP {
                tracing::warn!(
                    "the clock went back by {} s; what is due is reckoned from now",
                    back / 1_000_000
                );
                look = true;
            }
            before = now;
        }
    }

    /// The same for all publishers, once; answers how many pieces of work it was, and `None` if it was stopped.
    async fn pull_in_all(&self, stop: &watch::Receiver<bool>) -> Result<Option<u64>, StoreError> {
        let (mut publisher, mut pulled_in) = (None, 0);
        while let Some(next) = self.shared.store.publisher_after(publisher.as_deref()).await? {
            if *stop.borrow() {
                return Ok(None);
            }
            pulled_in += self.pull_in(&next).await?;
            publisher = Some(next);
        }
        // Letters of then are found by the deliverer itself.
        self.shared.mail.notify_one();
        Ok(Some(pulled_in))
    }

    /// Has the publisher's work handed out anew that is due later than its step explains; answers how many pieces.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn pull_in(&self, publisher: &str) -> Result<u64, StoreError> {
        let (store, clock) = (&self.shared.store, &self.shared.clock);
        let mut pulled_in = 0;
        for (offer, work) in store.due_by(publisher, Timestamp(i64::MAX)).await? {
            let present = clock.now(publisher);
            if work.due_at <= present.plus(SOON) {
                continue;
            }
            let command = Command::Reschedule(Reschedule {
                operation: work.operation,
                attempt: work.attempt,
                due_at: work.due_at,
            });
            let mut reschedule = Plain::from(command);
            // Most is due when it should be: nothing is written then.
            match self.dry_run(publisher, &offer, &mut reschedule).await {
                Ok(Verdict::Change(_)) => {}
                Err(EngineError::Store(error)) => return Err(error),
                Ok(Verdict::Already { .. }) | Err(_) => continue,
            }
            match self.execute(publisher, &offer, reschedule).await {
                Ok(done) if matches!(done.reply(), Reply::Recorded) => {
                    pulled_in += 1;
                    tracing::warn!(
                        publisher, offer, operation = %work.operation,
                        "work was due {} s from now, which no step explains: a clock was wrong; it is due as if it began now",
                        work.due_at.since(present).0 / 1_000_000
                    );
                }
                // Somebody was faster.
                Ok(_) | Err(EngineError::Refused(Refusal::StaleResult)) => {}
                Err(EngineError::Store(error)) => return Err(error),
                Err(error) => tracing::warn!(publisher, offer, %error, "work that is due too late stays so"),
            }
        }
        Ok(pulled_in)
    }
}
