//! Points in time, one type for each clock: to compare a time on one clock with a time on another does not compile.

use serde::{Deserialize, Serialize};

/// A point in time on one clock: so many microseconds after the clock's zero, or before it.
pub trait Moment: Copy + Ord {
    /// The moment so many microseconds after the clock's zero.
    fn of_micros(micros: i64) -> Self;

    /// The microseconds since the clock's zero.
    fn micros(self) -> i64;

    /// This moment and `span` later; a sum beyond the end of time is the end of time.
    #[must_use]
    fn plus(self, span: Micros) -> Self {
        Self::of_micros(self.micros().saturating_add_unsigned(span.0))
    }

    /// This moment and `span` earlier; a difference before the beginning of time is the beginning of time.
    #[must_use]
    fn minus(self, span: Micros) -> Self {
        Self::of_micros(self.micros().saturating_sub_unsigned(span.0))
    }

    /// How long ago `earlier` was; zero if it is not in the past.
    fn since(self, earlier: Self) -> Micros {
        Micros(u64::try_from(self.micros().saturating_sub(earlier.micros())).unwrap_or(0))
    }
}

/// A point in time on a publisher's clock, which the development mode may move: microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublisherTime(pub i64);

impl Moment for PublisherTime {
    fn of_micros(micros: i64) -> Self {
        Self(micros)
    }

    fn micros(self) -> i64 {
        self.0
    }
}

impl PublisherTime {
    /// When the clock shows this, if it is `ahead` microseconds ahead of real time.
    #[must_use]
    pub fn in_real_time(self, ahead: i64) -> RealTime {
        RealTime(self.0.saturating_sub(ahead))
    }

    /// The microseconds by which a clock that shows this at `real` is ahead of real time; negative if it is behind.
    #[must_use]
    pub fn ahead_of(self, real: RealTime) -> i64 {
        self.0.saturating_sub(real.0)
    }
}

/// A point in real time, which nobody moves: microseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RealTime(pub i64);

impl Moment for RealTime {
    fn of_micros(micros: i64) -> Self {
        Self(micros)
    }

    fn micros(self) -> i64 {
        self.0
    }
}

impl RealTime {
    /// What a publisher's clock shows now if it is `ahead` microseconds ahead of real time.
    #[must_use]
    pub fn on_clock(self, ahead: i64) -> PublisherTime {
        PublisherTime(self.0.saturating_add(ahead))
    }

    /// What the clock of a publisher shows now if the development mode did not set it: the same.
    #[must_use]
    pub fn on_unset_clock(self) -> PublisherTime {
        PublisherTime(self.0)
    }
}

/// A span of time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Micros(pub u64);

impl Micros {
    /// No time at all.
    pub const ZERO: Self = Self(0);

    /// A span of `millis` milliseconds.
    pub const fn from_millis(millis: u64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Whether the span is empty.
    pub fn is_zero(&self) -> bool {
        self.0 == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_saturates() {
        assert_eq!(PublisherTime(i64::MAX).plus(Micros(1)), PublisherTime(i64::MAX));
        assert_eq!(PublisherTime(1).since(PublisherTime(5)), Micros::ZERO);
        assert_eq!(RealTime(i64::MIN).minus(Micros(1)), RealTime(i64::MIN));
        assert_eq!(RealTime(i64::MAX).on_clock(1), PublisherTime(i64::MAX));
        assert_eq!(PublisherTime(i64::MIN).in_real_time(1), RealTime(i64::MIN));
    }

    #[test]
    fn a_clock_that_is_ahead_shows_a_time_earlier() {
        let (real, ahead) = (RealTime(10), 3);
        let shown = real.on_clock(ahead);
        assert_eq!(shown, PublisherTime(13));
        assert_eq!((shown.in_real_time(ahead), shown.ahead_of(real)), (real, ahead));
        assert_eq!(real.on_unset_clock().ahead_of(real), 0);
    }
}
