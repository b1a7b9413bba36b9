//! A clock that was ahead and is put right leaves work behind that is due far too late. It is pulled in: at the start,
//! for nobody knows what the clock showed before, and whenever the clock is seen to go back.

use std::time::Duration;

use signoff_lifecycle::command::Reschedule;
use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::ids::{Micros, Moment, OfferKey, PublisherTime};
use signoff_lifecycle::refusal::Refusal;
use signoff_store::{StoreError, availability};
use tokio::sync::watch;

use crate::engine::Engine;
use crate::error::EngineError;
use crate::sleep::sleep_or_stop;
use crate::usecase::Plain;

/// How often the clock is looked at.
const EVERY: Duration = Duration::from_secs(30);
/// What is due within this time is not worth a look: it is done soon, even if the clock was wrong.
const SOON: Micros = Micros::from_millis(60_000);
/// A clock that went back by less, in microseconds, is none that was wrong.
const STEP: i64 = 10_000_000;

impl Engine {
    /// Pulls in what is due too late, now and whenever the clock goes back, until `stop` says so.
    pub(crate) async fn due_times_loop(&self, mut stop: watch::Receiver<bool>) {
        let clock = &self.shared.clock;
        // Ticks never go back: the clock does so if it is less ahead of them than before.
        let ahead = || clock.ticks().behind(clock.real());
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
        for (offer, work) in store.due_by(publisher, PublisherTime(i64::MAX)).await? {
            let present = clock.now(publisher);
            if work.due_at <= present.plus(SOON) {
                continue;
            }
            let key = OfferKey::new(publisher, &offer);
            let mut reschedule = Plain::new(Reschedule {
                operation: work.operation,
                attempt: work.attempt,
                due_at: work.due_at,
            });
            // Most is due when it should be: nothing is written then.
            match self.dry_run(&key, &mut reschedule).await {
                Ok(Verdict::Change(_)) => {}
                Err(EngineError::Store(error)) => return Err(error),
                Ok(Verdict::Already { .. }) | Err(_) => continue,
            }
            match self.execute(&key, reschedule).await {
                Ok(_) => {
                    pulled_in += 1;
                    tracing::warn!(
                        publisher, offer, operation = %work.operation,
                        "work was due {} s from now, which no step explains: a clock was wrong; it is due as if it began now",
                        work.due_at.since(present).0 / 1_000_000
                    );
                }
                // Somebody was faster.
                Err(EngineError::Refused(Refusal::StaleResult)) => {}
                Err(EngineError::Store(error)) => return Err(error),
                Err(error) => tracing::warn!(publisher, offer, %error, "work that is due too late stays so"),
            }
        }
        Ok(pulled_in)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

    use futures_util::FutureExt as _;
    use signoff_lifecycle::ids::RealTime;
    use signoff_store::testing::CapturedLog;
    use signoff_store_sqlite::SqliteStore;

    use super::*;
    use crate::clock::{Clock, Source, Ticks};
    use crate::testing::put_of_the_sample;
    use crate::{PublishRequest, Settings};

    const START: i64 = 1_772_701_687_000_000;
    const HOUR: i64 = 3_600_000_000;

    /// A machine for which time stands still, and whose clock somebody sets.
    struct Machine {
        ahead: Arc<AtomicI64>,
        looks: AtomicU32,
    }

    impl Source for Machine {
        fn now(&self) -> RealTime {
            RealTime(START + self.ahead.load(Ordering::SeqCst))
        }

        fn ticks(&self) -> Ticks {
            assert!(self.looks.fetch_add(1, Ordering::SeqCst) < 100, "a clock that went back is not seen");
            Ticks(0)
        }

        fn random(&self) -> [u8; 16] {
            Clock::default().new_id().to_bytes()
        }
    }

    async fn publish(engine: &Engine) {
        engine.put(&OfferKey::new("contoso", "a"), put_of_the_sample()).await.unwrap();
        engine.publish(&OfferKey::new("contoso", "a"), PublishRequest::of("ann")).await.unwrap();
    }

    async fn wait(engine: &Engine) -> i64 {
        let due = engine.shared.store.next_due(None, &[]).await.unwrap().unwrap();
        due.ahead_of(engine.shared.clock.real())
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_that_goes_back_while_the_server_runs_is_told_and_work_is_pulled_in() {
        let log = CapturedLog::default();
        let _logs = log.start();
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(SqliteStore::open(&folder.path().join("signoff.db")).unwrap());
        let ahead = Arc::new(AtomicI64::new(2 * HOUR));
        let machine = Machine { ahead: ahead.clone(), looks: AtomicU32::default() };
        let engine = Engine::with_clock(store, Settings::development(), Clock::on(machine));
        publish(&engine).await;
        let (_stop, stopped) = watch::channel(false);
        let mut looking = Box::pin(engine.due_times_loop(stopped));
        // The end of each look is told to the mail.
        let mail = &engine.shared.mail;
        let _earlier = mail.notified().now_or_never();
        let mut look = async || {
            tokio::select! {
                () = &mut looking => panic!("it ended"),
                () = mail.notified() => {}
            }
        };

        look().await;
        assert!(log.lines("a clock was wrong").is_empty(), "it is not known yet: {}", log.text());
        ahead.store(0, Ordering::SeqCst);
        assert!(wait(&engine).await > HOUR);
        look().await;
        assert!(wait(&engine).await < HOUR);
        let told = log.lines("the clock went back by 7200 s; what is due is reckoned from now");
        assert_eq!(told.len(), 1, "{}", log.text());
        let told = log.lines("which no step explains: a clock was wrong; it is due as if it began now");
        assert_eq!(told.len(), 1, "{}", log.text());
        assert!(
            told[0].contains("WARN") && told[0].contains("publisher=\"contoso\" offer=\"a\""),
            "{told:?}"
        );
    }
}
