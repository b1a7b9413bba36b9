//! Who holds which letter of the outbox, in memory like the leases and for the same reason.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};

use super::Elapsed;

/// So long a letter is kept from others; sending one takes less.
const HELD_FOR: Duration = Duration::from_mins(1);

pub struct LetterHolds {
    until: Mutex<HashMap<i64, Duration>>,
    elapsed: Elapsed,
}

/// The holds, which do not change while this is kept.
pub struct Holds<'a> {
    until: MutexGuard<'a, HashMap<i64, Duration>>,
    now: Duration,
}

impl LetterHolds {
    pub(super) fn on(elapsed: Elapsed) -> Self {
        Self { until: Mutex::default(), elapsed }
    }

    /// Stops the holds from changing. The claimer of letters reads the rows after this call: a letter whose hold
    /// ended before is then read as it was recorded, and one that is recorded meanwhile still counts as held.
    pub fn lock(&self) -> Holds<'_> {
        let now = (self.elapsed)();
        let mut until = self.until.lock();
        until.retain(|_, end| *end > now);
        Holds { until, now }
    }

    /// Gives the letter free. Called after what became of it is committed.
    pub fn free(&self, letter: i64) {
        self.until.lock().remove(&letter);
    }

    pub fn clear(&self) {
        self.until.lock().clear();
    }
}

impl Holds<'_> {
    /// How many letters are held.
    pub fn count(&self) -> usize {
        self.until.len()
    }

    /// Holds the letter, unless somebody does.
    pub fn take(&mut self, letter: i64) -> bool {
        if self.until.contains_key(&letter) {
            return false;
        }
        self.until.insert(letter, self.now + HELD_FOR);
        true
    }

    /// How long somebody still holds the letter; zero if nobody does.
    pub fn left(&self, letter: i64) -> Duration {
        self.until.get(&letter).map_or(Duration::ZERO, |end| end.saturating_sub(self.now))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    /// Holds for which no time passes.
    fn holds() -> LetterHolds {
        LetterHolds::on(Arc::new(|| Duration::ZERO))
    }

    #[test]
    fn a_letter_has_one_holder_until_it_is_freed() {
        let holds = holds();
        assert!(holds.lock().take(1));
        assert!(!holds.lock().take(1));
        assert!(holds.lock().take(2));
        assert_eq!(holds.lock().left(3), Duration::ZERO);
        assert!(holds.lock().left(1) > Duration::ZERO);
        holds.free(1);
        assert!(holds.lock().take(1));
        holds.clear();
        assert_eq!(holds.lock().count(), 0);
    }

    #[test]
    fn a_hold_ends_by_itself() {
        let holds = holds();
        holds.until.lock().insert(1, Duration::ZERO);
        assert_eq!(holds.lock().count(), 0);
        assert!(holds.lock().take(1));
    }
}
