//! The test clock: advancing it plays what falls due, in order, each event at its own time.

use std::time::Duration;

use signoff_lifecycle::ids::{Micros, Timestamp};
use signoff_store::StoreError;
use signoff_store::contract::LabKind;

use crate::clock::Clock;
use crate::engine::Engine;

/// How long an advance waits for what is due to have happened.
const PATIENCE: Duration = Duration::from_secs(30);

/// Why the clock did not get there.
#[derive(Debug, thiserror::Error)]
pub enum AdvanceError {
    /// The time is beyond what a clock can show.
    #[error("the clock cannot go that far")]
    TooFar,
    /// Something that was due has not happened yet.
    #[error("not yet done: {}", .pending.join(", "))]
    Pending {
        /// What, as `offer/operation kind`.
        pending: Vec<String>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The last moment that a clock may show: the end of the year 9999 is the end of RFC 3339.
const LAST: Timestamp = Timestamp(253_402_300_799_000_000);

/// A clock that stands still, so that each event happens at its own time however long it takes; it goes on when
/// this ends, be it that the advance was given up.
struct Still<'a> {
    clock: &'a Clock,
    publisher: &'a str,
}

impl<'a> Still<'a> {
    fn from_now_on(clock: &'a Clock, publisher: &'a str) -> Self {
        clock.stand_still(publisher, clock.now(publisher));
        Self { clock, publisher }
    }
}

impl Drop for Still<'_> {
    fn drop(&mut self) {
        self.clock.go_on(self.publisher);
    }
}

impl Engine {
    /// Advances the publisher's clock by `span` and answers what time it is when everything that fell due on
    /// the way has happened.
    ///
    /// # Errors
    /// [`AdvanceError::Pending`] if that takes more than half a minute of real time, or this node stops.
    pub async fn advance(&self, publisher: &str, span: Micros) -> Result<Timestamp, AdvanceError> {
        let turn = {
            let mut advancing = self.shared.advancing.lock();
            advancing.entry(publisher.to_owned()).or_default().clone()
        };
        let _turn = turn.lock().await;
        let target = self.shared.clock.now(publisher).plus(span);
        if target > LAST {
            return Err(AdvanceError::TooFar);
        }
        tokio::select! {
            biased;
            played = self.play(publisher, target) => return played,
            () = tokio::time::sleep(PATIENCE) => {}
            // Nobody here does what falls due any more.
            () = self.shared.leaving.begun() => {}
        }
        Err(AdvanceError::Pending { pending: self.pending(publisher).await? })
    }

    async fn play(&self, publisher: &str, target: Timestamp) -> Result<Timestamp, AdvanceError> {
        let (clock, store) = (&self.shared.clock, &self.shared.store);
        let _still = Still::from_now_on(clock, publisher);
        loop {
            self.settled(publisher).await?;
            let next = store.next_due(Some(publisher), &[]).await?;
            let now = clock.now(publisher);
            let Some(next) = next.filter(|next| *next <= target) else {
                if now < target {
                    self.move_to(publisher, target).await?;
                }
                self.settled(publisher).await?;
                self.forget_old(publisher).await?;
                self.shared.mail.notify_one();
                return Ok(clock.now(publisher));
            };
            if next > now {
                self.move_to(publisher, next).await?;
            }
        }
    }

    /// Waits until everything that is due by now has happened.
    async fn settled(&self, publisher: &str) -> Result<(), StoreError> {
        let mut finished = self.shared.finished.subscribe();
        loop {
            finished.mark_unchanged();
            let now = self.shared.clock.now(publisher);
            if self.shared.store.due_by(publisher, now).await?.is_empty() {
                return Ok(());
            }
            self.shared.work.notify_one();
            if finished.changed().await.is_err() {
                return Ok(());
            }
        }
    }

    async fn move_to(&self, publisher: &str, time: Timestamp) -> Result<(), StoreError> {
        let ahead = time.0.saturating_sub(self.shared.clock.real().0);
        self.shared.store.put_lab(LabKind::Clock, publisher, "", Some(ahead.to_string())).await?;
        self.shared.clock.stand_still(publisher, time);
        self.shared.followers.all_moved();
        self.shared.work.notify_one();
        Ok(())
    }

    async fn pending(&self, publisher: &str) -> Result<Vec<String>, StoreError> {
        let due = self.shared.store.due_by(publisher, self.shared.clock.now(publisher)).await?;
        Ok(due.iter().map(|(offer, work)| format!("{offer}/{} {:?}", work.operation, work.kind)).collect())
    }

    pub(super) async fn load_clocks(&self) -> Result<(), StoreError> {
        for (publisher, _, body) in self.shared.store.lab_all(LabKind::Clock).await? {
            let ahead =
                body.parse().map_err(|_| StoreError::Corrupt(format!("clock of {publisher}: {body}")))?;
            self.shared.clock.set_ahead(&publisher, ahead);
        }
        Ok(())
    }
}
