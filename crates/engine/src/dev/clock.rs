//! The test clock: advancing it plays what falls due, in order, each event at its own time.

use std::time::Duration;

use signoff_lifecycle::ids::{Micros, Moment, PublisherTime};
use signoff_store::StoreError;

use super::advance::Turn;
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
    /// This node stops, and does no more of what falls due.
    #[error("this node stops; the clock shows {now:?}")]
    Leaving {
        /// How far the clock came.
        now: PublisherTime,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The last moment that a clock may show: the end of the year 9999 is the end of RFC 3339.
const LAST: PublisherTime = PublisherTime(253_402_300_799_000_000);

impl Engine {
    /// Advances the publisher's clock by `span` and answers what time it is when everything that fell due on
    /// the way has happened.
    ///
    /// # Errors
    /// [`AdvanceError::Pending`] if that takes more than half a minute of real time, [`AdvanceError::Leaving`] if this
    /// node stops.
    pub async fn advance(&self, publisher: &str, span: Micros) -> Result<PublisherTime, AdvanceError> {
        let turn = {
            let mut advancing = self.shared.advancing.lock();
            advancing.entry(publisher.to_owned()).or_default().clone()
        };
        let _turn = turn.lock().await;
        tokio::select! {
            biased;
            played = self.play(publisher, span) => return played,
            () = tokio::time::sleep(PATIENCE) => {}
            // This node does no work any more.
            () = self.shared.leaving.begun() => {
                return Err(AdvanceError::Leaving { now: self.shared.clock.now(publisher) });
            }
        }
        Err(AdvanceError::Pending { pending: self.pending(publisher).await? })
    }

    async fn play(&self, publisher: &str, span: Micros) -> Result<PublisherTime, AdvanceError> {
        let mut turn = Turn::take(self, publisher).await?;
        let target = self.shared.clock.now(publisher).plus(span);
        let played = if target > LAST {
            Err(AdvanceError::TooFar)
        } else {
            self.play_until(&mut turn, publisher, target).await
        };
        turn.end().await?;
        played
    }

    async fn play_until(
        &self,
        turn: &mut Turn<'_>,
        publisher: &str,
        target: PublisherTime,
    ) -> Result<PublisherTime, AdvanceError> {
        let (clock, store) = (&self.shared.clock, &self.shared.store);
        loop {
            self.until_quiet(turn, publisher).await?;
            let next = store.next_due(Some(publisher), &[]).await?;
            let now = clock.now(publisher);
            let Some(next) = next.filter(|next| *next <= target) else {
                if now < target {
                    self.move_to(turn, target).await?;
                }
                self.until_quiet(turn, publisher).await?;
                self.forget_old(publisher).await?;
                self.shared.mail.notify_one();
                return Ok(clock.now(publisher));
            };
            if next > now {
                self.move_to(turn, next).await?;
            }
        }
    }

    /// Waits until everything that is due by now has happened.
    async fn until_quiet(&self, turn: &mut Turn<'_>, publisher: &str) -> Result<(), StoreError> {
        let mut finished = self.shared.finished.subscribe();
        loop {
            finished.mark_unchanged();
            turn.renew().await?;
            let now = self.shared.clock.now(publisher);
            if self.shared.store.due_by(publisher, now).await?.is_empty() {
                return Ok(());
            }
            self.shared.work.notify_one();
            turn.work_finished(&mut finished).await;
        }
    }

    async fn move_to(&self, turn: &mut Turn<'_>, time: PublisherTime) -> Result<(), StoreError> {
        turn.move_to(time).await?;
        self.shared.followers.all_moved();
        self.shared.work.notify_one();
        Ok(())
    }

    async fn pending(&self, publisher: &str) -> Result<Vec<String>, StoreError> {
        let due = self.shared.store.due_by(publisher, self.shared.clock.now(publisher)).await?;
        Ok(due.iter().map(|(offer, work)| format!("{offer}/{} {:?}", work.operation, work.kind)).collect())
    }

    pub(super) async fn load_clocks(&self) -> Result<(), StoreError> {
        let clocks = self.stored_clocks().await?;
        self.shared.clock.put_all(clocks);
        Ok(())
    }
}
