//! How often something may be done in a while: counts per node and caller, in memory that is bounded.

use std::collections::HashMap;
use std::hash::Hash;

use parking_lot::Mutex;
use signoff_lifecycle::ids::{Micros, Moment};

/// So many of those who did something are remembered; of more, those who did least are forgotten.
pub const REMEMBERED: usize = 10_000;

/// At most `most` at once and so many more in each `window`, for each key. It is the generic cell rate algorithm: of
/// each key it keeps the time at which all that was taken is paid back.
pub(crate) struct Quota<K, T> {
    most: u32,
    window: Micros,
    paid_at: Mutex<HashMap<K, T>>,
}

impl<K: Eq + Hash + Clone, T: Moment> Quota<K, T> {
    /// `most` of at least one.
    pub(crate) fn new(most: u32, window: Micros) -> Self {
        Self { most: most.max(1), window, paid_at: Mutex::default() }
    }

    /// How many there may be in a window.
    pub(crate) fn most(&self) -> u32 {
        self.most
    }

    /// Takes `count` at `now`.
    ///
    /// # Errors
    /// How long to wait until there are so many; nothing is taken then.
    pub(crate) fn take(&self, key: &K, count: u32, now: T) -> Result<(), Micros> {
        let mut all = self.paid_at.lock();
        let owed = self.owed(&all, key, now);
        let paid_at = owed.plus(self.price(count));
        let behind = paid_at.since(now);
        if behind > self.window {
            if let Some(known) = all.get_mut(key) {
                *known = owed;
            }
            return Err(Micros(behind.0 - self.window.0));
        }
        Self::keep(&mut all, key, paid_at, now);
        Ok(())
    }

    /// Takes `count` although there may not be so many: the next ones wait for longer.
    pub(crate) fn charge(&self, key: &K, count: u32, now: T) {
        let mut all = self.paid_at.lock();
        let paid_at = self.owed(&all, key, now).plus(self.price(count));
        Self::keep(&mut all, key, paid_at, now);
    }

    /// Gives back what was taken for nothing.
    pub(crate) fn release(&self, key: &K, count: u32) {
        if let Some(paid_at) = self.paid_at.lock().get_mut(key) {
            *paid_at = paid_at.minus(self.price(count));
        }
    }

    fn price(&self, count: u32) -> Micros {
        Micros(self.window.0 * u64::from(count) / u64::from(self.most))
    }

    /// When all is paid back that was taken so far: within a window, for any charge and any setting of the clock.
    fn owed(&self, all: &HashMap<K, T>, key: &K, now: T) -> T {
        all.get(key).copied().unwrap_or(now).clamp(now, now.plus(self.window))
    }

    fn keep(all: &mut HashMap<K, T>, key: &K, paid_at: T, now: T) {
        if all.len() >= REMEMBERED && !all.contains_key(key) {
            all.retain(|_, paid_at| *paid_at > now);
        }
        if all.len() >= REMEMBERED && !all.contains_key(key) {
            // A quarter at once, so that it is seldom done.
            let mut times: Vec<T> = all.values().copied().collect();
            let quarter = times.len() / 4;
            let (_, least, _) = times.select_nth_unstable(quarter);
            let least = *least;
            all.retain(|_, paid_at| *paid_at > least);
        }
        all.insert(key.clone(), paid_at);
    }
}

#[cfg(test)]
mod tests {
    use signoff_engine::clock::Ticks;

    use super::*;

    const MINUTE: Micros = Micros(60_000_000);

    fn at(seconds: i64) -> Ticks {
        Ticks(seconds * 1_000_000)
    }

    fn seconds(wait: Result<(), Micros>) -> Option<u64> {
        wait.err().map(|wait| wait.0 / 1_000_000)
    }

    #[test]
    fn as_many_as_said_at_once_and_then_one_after_the_other() {
        let quota = Quota::new(6, MINUTE);
        assert!((0..6).all(|_| quota.take(&"ann", 1, at(0)).is_ok()));
        assert_eq!(seconds(quota.take(&"ann", 1, at(0))), Some(10));
        assert_eq!(seconds(quota.take(&"ann", 2, at(0))), Some(20));
        assert_eq!(seconds(quota.take(&"bob", 7, at(0))), Some(10), "never so many at once");
        assert_eq!(quota.take(&"bob", 6, at(0)), Ok(()), "each has their own");
        assert_eq!(quota.take(&"ann", 1, at(10)), Ok(()));
        assert_eq!(seconds(quota.take(&"ann", 1, at(10))), Some(10));
        assert_eq!(quota.take(&"ann", 6, at(70)), Ok(()));
    }

    #[test]
    fn what_was_taken_for_nothing_comes_back() {
        let quota = Quota::new(6, MINUTE);
        quota.take(&"ann", 6, at(0)).unwrap();
        quota.release(&"ann", 2);
        assert_eq!(quota.take(&"ann", 2, at(0)), Ok(()));
        assert_eq!(seconds(quota.take(&"ann", 1, at(0))), Some(10));
        quota.release(&"nobody", 1);
    }

    #[test]
    fn what_cannot_be_refused_is_paid_back_first() {
        let quota = Quota::new(6, MINUTE);
        quota.charge(&"ann", u32::MAX, at(0));
        assert_eq!(seconds(quota.take(&"ann", 1, at(9))), Some(10));
        assert_eq!(quota.take(&"ann", 1, at(19)), Ok(()), "no longer than a window");
        assert_eq!(seconds(quota.take(&"ann", 1, at(19))), Some(10));
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let quota = Quota::new(6, MINUTE);
        quota.take(&"ann", 6, at(1_000_000)).unwrap();
        assert_eq!(seconds(quota.take(&"ann", 1, at(0))), Some(10));
        assert_eq!(quota.take(&"ann", 1, at(10)), Ok(()));
    }

    #[test]
    fn who_did_least_is_forgotten_first_and_memory_is_bounded() {
        let most = REMEMBERED;
        let quota = Quota::new(6, MINUTE);
        quota.take(&0, 6, at(0)).unwrap();
        for stranger in 1..most {
            quota.take(&stranger, 1, at(0)).unwrap();
        }
        assert_eq!(quota.paid_at.lock().len(), most);
        for stranger in most..2 * most {
            quota.take(&stranger, 1, at(0)).unwrap();
            assert!(quota.paid_at.lock().len() <= most, "{stranger}");
        }
        assert!(quota.take(&0, 1, at(0)).is_err(), "who did most is remembered");
        quota.take(&(2 * most), 1, at(3600)).unwrap();
        quota.take(&(2 * most + 1), 1, at(3600)).unwrap();
    }
}
