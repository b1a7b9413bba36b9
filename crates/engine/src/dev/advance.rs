//! One advance of a publisher's clock at a time, also where several nodes could advance it.
//!
//! On a shared store the clock that stands still is an entry there: every node shows its time, and nobody else moves it.
//! It stands still for a few seconds only, so that a node that dies leaves a clock behind that goes on.

use std::time::Duration;

use signoff_lifecycle::ids::{Micros, Moment, PublisherTime, RealTime};
use signoff_store::StoreError;
use signoff_store::contract::DevKind;
use tokio::sync::watch;

use crate::clock::Set;
use crate::engine::Engine;

/// How long a clock stands still without a word from the node that advances it.
const STILL_FOR: Micros = Micros::from_millis(5000);
/// With less than this left, the word is given.
const RENEW_BEFORE: Micros = Micros::from_millis(2500);
/// How often others are looked after: who advances the clock, and who does the work that is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// A clock that stands still, so that each event happens at its own time however long it takes. It goes on when this is
/// dropped, be it that the advance was given up; on a shared store at the latest when its time is over.
pub(super) enum Turn<'a> {
    /// Nobody else shows the clock.
    Alone(Still<'a>),
    /// All nodes show it.
    Shared(Entry<'a>),
}

impl<'a> Turn<'a> {
    /// Takes the turn, as soon as nobody else has it.
    pub(super) async fn take(engine: &'a Engine, publisher: &'a str) -> Result<Self, StoreError> {
        Ok(match engine.shared.dev.others {
            None => Self::Alone(Still::begin(engine, publisher)),
            Some(_) => Self::Shared(Entry::take(engine, publisher).await?),
        })
    }

    /// Moves the clock to `time`, where it stands still.
    pub(super) async fn move_to(&mut self, time: PublisherTime) -> Result<(), StoreError> {
        match self {
            Self::Alone(still) => still.move_to(time).await,
            Self::Shared(entry) => entry.move_to(time).await,
        }
    }

    /// Lets the clock stand still for longer, if it is time to say so.
    pub(super) async fn renew(&mut self) -> Result<(), StoreError> {
        match self {
            Self::Alone(_) => Ok(()),
            Self::Shared(entry) => entry.renew().await,
        }
    }

    /// Waits until a piece of work was finished, here or maybe elsewhere: others do not tell.
    pub(super) async fn work_finished(&self, finished: &mut watch::Receiver<u64>) {
        // The engine that is borrowed here has the sender.
        match self {
            Self::Alone(_) => {
                let _ = finished.changed().await;
            }
            Self::Shared(_) => {
                let _ = tokio::time::timeout(LOOK_EVERY, finished.changed()).await;
            }
        }
    }

    /// Lets the clock go on.
    pub(super) async fn end(self) -> Result<(), StoreError> {
        match self {
            Self::Alone(_) => Ok(()),
            Self::Shared(entry) => entry.end().await,
        }
    }
}

/// A clock of this node alone that stands still.
pub(super) struct Still<'a> {
    engine: &'a Engine,
    publisher: &'a str,
}

impl<'a> Still<'a> {
    fn begin(engine: &'a Engine, publisher: &'a str) -> Self {
        let clock = &engine.shared.clock;
        clock.stand_still(publisher, clock.now(publisher));
        Self { engine, publisher }
    }

    async fn move_to(&self, time: PublisherTime) -> Result<(), StoreError> {
        let shared = &self.engine.shared;
        let ahead = time.ahead_of(shared.clock.real());
        shared.store.put_dev_state(DevKind::Clock, self.publisher, "", Some(ahead.to_string())).await?;
        shared.clock.stand_still(self.publisher, time);
        Ok(())
    }
}

impl Drop for Still<'_> {
    fn drop(&mut self) {
        self.engine.shared.clock.go_on(self.publisher);
    }
}

/// A clock that stands still by an entry of a shared store.
pub(super) struct Entry<'a> {
    engine: &'a Engine,
    publisher: &'a str,
    body: String,
    /// Until when the clock stands still by it.
    until: RealTime,
}

impl<'a> Entry<'a> {
    async fn take(engine: &'a Engine, publisher: &'a str) -> Result<Self, StoreError> {
        loop {
            if let Some(entry) = Self::try_to_take(engine, publisher).await? {
                return Ok(entry);
            }
            tokio::time::sleep(LOOK_EVERY).await;
        }
    }

    async fn try_to_take(engine: &'a Engine, publisher: &'a str) -> Result<Option<Self>, StoreError> {
        let shared = &engine.shared;
        let _one = shared.dev.changing.lock().await;
        let stored = shared.store.dev_state(DevKind::Clock, publisher, "").await?;
        let set = stored.as_deref().map_or(Ok(Set::Ahead(0)), |body| read(publisher, body))?;
        let real = shared.clock.real();
        // One that would stand still for longer was set by a clock that was ahead.
        let stands = |until: RealTime| until > real && until.since(real) <= STILL_FOR;
        if matches!(set, Set::Still { until, .. } if stands(until)) {
            return Ok(None);
        }
        let swapped = swap(engine, publisher, stored.as_deref(), set.now(real)).await?;
        Ok(swapped.map(|(body, until)| Self { engine, publisher, body, until }))
    }

    async fn move_to(&mut self, time: PublisherTime) -> Result<(), StoreError> {
        let _one = self.engine.shared.dev.changing.lock().await;
        let swapped = swap(self.engine, self.publisher, Some(&self.body), time).await?;
        (self.body, self.until) = swapped.ok_or_else(lost)?;
        Ok(())
    }

    async fn renew(&mut self) -> Result<(), StoreError> {
        let clock = &self.engine.shared.clock;
        if self.until.since(clock.real()) >= RENEW_BEFORE {
            return Ok(());
        }
        self.move_to(clock.now(self.publisher)).await
    }

    async fn end(self) -> Result<(), StoreError> {
        let shared = &self.engine.shared;
        let _one = shared.dev.changing.lock().await;
        let ahead = shared.clock.ahead_of(self.publisher);
        let next = Some(ahead.to_string());
        if !shared.store.swap_dev_state(DevKind::Clock, self.publisher, "", Some(&self.body), next).await? {
            return Err(lost());
        }
        shared.clock.set_ahead(self.publisher, ahead);
        Ok(())
    }
}

/// Lets the clock stand still at `time`, if its entry is as `present` says; answers the entry, and until when it counts.
async fn swap(
    engine: &Engine,
    publisher: &str,
    present: Option<&str>,
    time: PublisherTime,
) -> Result<Option<(String, RealTime)>, StoreError> {
    let shared = &engine.shared;
    let until = shared.clock.real().plus(STILL_FOR);
    let set = Set::Still { time, until };
    let body = write(set, shared.clock.new_id());
    if !shared.store.swap_dev_state(DevKind::Clock, publisher, "", present, Some(body.clone())).await? {
        return Ok(None);
    }
    shared.clock.put(publisher, set);
    Ok(Some((body, until)))
}

fn lost() -> StoreError {
    StoreError::Unavailable("the clock was set by somebody else meanwhile".to_owned())
}

/// A clock as its entry: how far it is ahead, or where and until when it stands still, and by whose word.
fn write(set: Set, word: impl std::fmt::Display) -> String {
    match set {
        Set::Ahead(ahead) => ahead.to_string(),
        Set::Still { time, until } => format!("still {} {} {word}", time.0, until.0),
    }
}

/// The clock that the entry stands for.
pub(super) fn read(publisher: &str, body: &str) -> Result<Set, StoreError> {
    let corrupt = || StoreError::Corrupt(format!("clock of {publisher}: {body}"));
    let number = |word: Option<&str>| word.and_then(|word| word.parse().ok()).ok_or_else(corrupt);
    let mut words = body.split(' ');
    match words.next() {
        Some("still") => {
            let (time, until) = (number(words.next())?, number(words.next())?);
            Ok(Set::Still { time: PublisherTime(time), until: RealTime(until) })
        }
        ahead => number(ahead).map(Set::Ahead),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let still = Set::Still { time: PublisherTime(7), until: RealTime(-3) };
        for set in [Set::Ahead(0), Set::Ahead(-5), still] {
            assert_eq!(read("contoso", &write(set, "word")).unwrap(), set);
        }
        for body in ["", "soon", "still", "still 7", "still 7 x word"] {
            assert!(matches!(read("contoso", body), Err(StoreError::Corrupt(_))), "{body}");
        }
    }
}
