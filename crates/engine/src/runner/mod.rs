//! The step runner: claims work that is due, has it done, and brings the result back as a command.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use signoff_lifecycle::command::{Hold, StepResult};
use signoff_lifecycle::ids::{Micros, Moment, OfferKey, PublisherTime};
use signoff_lifecycle::operation::Outstanding;
use signoff_lifecycle::refusal::Refusal;
use signoff_store::contract::{Claim, Claimed, Lease};
use signoff_store::{StoreError, availability};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::engine::Engine;
use crate::error::EngineError;
use crate::operations::CachedOperation;
use crate::usecase::Plain;

mod leaving;

pub(crate) use leaving::Leaving;

/// Without a word from anybody the store is looked at again after this time.
const AT_LEAST_EVERY: Duration = Duration::from_mins(1);
/// So many looks for other nodes' work fall into the time of a lease: it may run out at any time.
pub(crate) const LOOKS_A_LEASE: u32 = 15;
/// After a failure of the store it is asked again after this time.
const AFTER_FAILURE: Duration = Duration::from_millis(200);
/// At most so many third parties are waited for beside the work of our own; more than that take its places.
const WAITED_FOR: usize = 256;

/// Who may be at work at once.
#[derive(Clone)]
struct Places {
    ours: Arc<Semaphore>,
    /// For third parties: one that is slow must not keep a cancel from being carried out.
    theirs: Arc<Semaphore>,
}

impl Places {
    fn new(concurrency: usize) -> Self {
        Self { ours: Arc::new(Semaphore::new(concurrency)), theirs: Arc::new(Semaphore::new(WAITED_FOR)) }
    }

    /// Waits until nobody is at work any more.
    async fn all(&self, concurrency: usize) {
        let all = |places: usize| u32::try_from(places).unwrap_or(u32::MAX);
        let _ours = self.ours.acquire_many(all(concurrency)).await;
        let _theirs = self.theirs.acquire_many(all(WAITED_FOR)).await;
    }
}

/// The place of one piece of work.
struct Place {
    held: OwnedSemaphorePermit,
    theirs: Arc<Semaphore>,
}

impl Place {
    /// Makes room for others while a third party is waited for, if there is any left beside them.
    fn step_aside(&mut self) {
        if let Ok(beside) = self.theirs.clone().try_acquire_owned() {
            self.held = beside;
        }
    }
}

impl Engine {
    /// Does the work that falls due until `stop` says so, then finishes what it began, or gives it back once
    /// [`Engine::release_work`] says so. Beside it, throws away what is over, and looks after clocks that were
    /// put back.
    pub async fn run(&self, stop: watch::Receiver<bool>) {
        tokio::join!(
            self.work(stop.clone()),
            self.run_with_others(stop.clone()),
            self.due_times_loop(stop.clone()),
            self.prune_loop(stop)
        );
    }

    async fn work(&self, mut stop: watch::Receiver<bool>) {
        let places = Places::new(self.shared.settings.concurrency);
        self.shared.leaving.stay();
        while !*stop.borrow_and_update() {
            // While it looks, every commit must wake it: it may have looked past the new work.
            self.shared.next_look.store(i64::MAX, Ordering::SeqCst);
            let pause = match self.claim_due(&places, &stop).await {
                Ok(pause) => {
                    availability::answered();
                    pause
                }
                Err(error) => {
                    availability::failed(&error);
                    AFTER_FAILURE
                }
            };
            let next =
                self.shared.clock.real().plus(Micros(u64::try_from(pause.as_micros()).unwrap_or(u64::MAX)));
            self.shared.next_look.store(next.0, Ordering::SeqCst);
            // In this order every time: a simulation plays the same history again.
            tokio::select! {
                biased;
                // The sender was dropped: shut down.
                told = stop.changed() => if told.is_err() { break },
                () = self.shared.work.notified() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
        self.shared.leaving.finish();
        places.all(self.shared.settings.concurrency).await;
        self.shared.leaving.tell();
    }

    /// Wakes the runner if it would sleep beyond `due`, on the publisher's clock. Most work is due long after the
    /// runner looks next, and looking costs.
    pub(crate) fn wake_runner(&self, publisher: &str, due: PublisherTime) {
        let due = due.in_real_time(self.shared.clock.ahead_of(publisher));
        if due.0 < self.shared.next_look.load(Ordering::SeqCst) {
            self.shared.work.notify_one();
        }
    }

    /// Starts what is due; answers how long nothing else will be.
    async fn claim_due(&self, places: &Places, stop: &watch::Receiver<bool>) -> Result<Duration, StoreError> {
        loop {
            if *stop.borrow() {
                return Ok(Duration::ZERO);
            }
            let free = places.ours.available_permits();
            if free == 0 {
                // A task that finishes wakes us.
                return Ok(AT_LEAST_EVERY);
            }
            let (claimed, clocks) = self.claim(free).await?;
            if claimed.is_empty() {
                return self.until_next(&clocks).await;
            }
            for piece in claimed {
                // No more are claimed than there are places, and nobody else takes any.
                let Ok(held) = places.ours.clone().acquire_owned().await else { return Ok(AFTER_FAILURE) };
                let mut place = Place { held, theirs: places.theirs.clone() };
                let engine = self.clone();
                tokio::spawn(async move {
                    engine.do_piece(piece, &mut place).await;
                    drop(place);
                    engine.shared.finished.send_modify(|count| *count += 1);
                    engine.shared.work.notify_one();
                });
            }
        }
    }

    /// Leases work that is due, `limit` pieces at most; answers the clocks that were set by then, too.
    async fn claim(&self, limit: usize) -> Result<(Vec<Claimed>, Vec<(String, PublisherTime)>), StoreError> {
        let (store, clock) = (&self.shared.store, &self.shared.clock);
        loop {
            self.refresh().await?;
            let (epoch, clocks) = (self.clock_epoch(), clock.clocks());
            let claim = Claim {
                now: clock.real(),
                clocks: clocks.clone(),
                lease_for: self.shared.settings.lease_for,
                limit,
            };
            let claimed = store.claim(claim).await?;
            if !claimed.is_empty() {
                self.refresh().await?;
            }
            if self.clock_epoch() == epoch {
                return Ok((claimed, clocks));
            }
            // By the clocks as another node set them meanwhile, some of it may not be due.
            for piece in &claimed {
                self.release_lease(&piece.lease).await;
            }
        }
    }

    async fn until_next(&self, clocks: &[(String, PublisherTime)]) -> Result<Duration, StoreError> {
        let (store, clock) = (&self.shared.store, &self.shared.clock);
        let ahead: Vec<String> = clocks.iter().map(|(publisher, _)| publisher.clone()).collect();
        let mut pause = self.shared.pace.look_for_work.clamp(AFTER_FAILURE, AT_LEAST_EVERY);
        if let Some(due) = store.next_due(None, &ahead).await? {
            pause = pause.min(clock.until(due, 0));
        }
        for publisher in &ahead {
            if let Some(due) = store.next_due(Some(publisher), &[]).await? {
                pause = pause.min(clock.until(due, clock.ahead_of(publisher)));
            }
        }
        Ok(pause)
    }

    async fn do_piece(&self, piece: Claimed, place: &mut Place) {
        let Claimed { offer, lease, .. } = piece;
        let key = OfferKey::new(&lease.publisher, offer);
        match self.work_on(&key, &lease, place).await {
            Ok(Some(())) => self.shared.leaving.count_finished(),
            Ok(None) => {
                tracing::info!(operation = %lease.operation, attempt = lease.attempt, "work is given back");
                self.release_lease(&lease).await;
                self.shared.leaving.count_given_back();
            }
            Err(EngineError::Refused(Refusal::StaleResult) | EngineError::Store(StoreError::Fenced)) => {
                tracing::info!(operation = %lease.operation, attempt = lease.attempt, "a late result was refused");
                self.release_lease(&lease).await;
            }
            Err(error) => {
                match &error {
                    EngineError::Store(error) => availability::failed(error),
                    error => tracing::warn!(
                        operation = %lease.operation, attempt = lease.attempt, %error,
                        "work could not be recorded"
                    ),
                }
                tokio::time::sleep(AFTER_FAILURE).await;
                self.release_lease(&lease).await;
            }
        }
    }

    async fn release_lease(&self, lease: &Lease) {
        if let Err(error) = self.shared.store.release(lease).await {
            tracing::debug!(%error, "a lease could not be given back and will run out");
        }
    }

    /// `None`: the work is to be given back undone.
    async fn work_on(
        &self,
        key: &OfferKey,
        lease: &Lease,
        place: &mut Place,
    ) -> Result<Option<()>, EngineError> {
        let (cached, outstanding) = self.waiting_for(lease).await?.ok_or(Refusal::StaleResult)?;
        let operation = &cached.operation;
        if operation.holds() {
            let hold = Hold { operation: lease.operation, attempt: lease.attempt };
            self.execute(key, Plain::under(lease.clone(), hold)).await?;
            return Ok(Some(()));
        }
        if operation.asks_a_third_party() {
            place.step_aside();
            // A task that waits for a place may have ours.
            self.shared.work.notify_one();
        }
        let work = self.shared.executors.execute(key, operation, outstanding, lease);
        let Some(outcome) = self.while_held(lease, work).await? else { return Ok(None) };
        // The clock may have been moved at another node since.
        self.refresh().await?;
        let result = StepResult { operation: lease.operation, attempt: lease.attempt, outcome };
        self.execute(key, Plain::under(lease.clone(), result)).await?;
        Ok(Some(()))
    }

    /// The operation and the work that it waits for, if that is this piece.
    async fn waiting_for(
        &self,
        lease: &Lease,
    ) -> Result<Option<(Arc<CachedOperation>, Outstanding)>, StoreError> {
        let cached = self.operation(&lease.publisher, lease.operation).await?;
        Ok(cached.and_then(|cached| {
            let outstanding = cached.operation.head().outstanding?;
            (outstanding.attempt == lease.attempt).then_some((cached, outstanding))
        }))
    }

    /// Does the work and makes the lease last meanwhile. `None`: it must be given back. What was begun is dropped
    /// then, as in a crash.
    ///
    /// # Errors
    /// [`StoreError::Fenced`] as soon as somebody else has the work; what was begun is dropped, too.
    async fn while_held<T>(
        &self,
        lease: &Lease,
        work: impl Future<Output = T>,
    ) -> Result<Option<T>, StoreError> {
        let lease_for = self.shared.settings.lease_for;
        let mut work = pin!(work);
        let mut giving_back = pin!(self.shared.leaving.giving_back());
        loop {
            tokio::select! {
                biased;
                done = &mut work => return Ok(Some(done)),
                () = &mut giving_back => return Ok(None),
                () = tokio::time::sleep(lease_for / 3) => self.shared.store.renew(lease, lease_for).await?,
            }
        }
    }
}

#[cfg(test)]
mod tests;
