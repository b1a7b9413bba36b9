//! Samples, and the spread of several.

use std::time::Duration;

/// A number of things, to reckon with.
#[expect(clippy::cast_precision_loss, reason = "nothing here is counted to 2^52")]
pub(crate) fn real(count: usize) -> f64 {
    count as f64
}

/// What one measurement saw.
pub(crate) struct Sample {
    /// How long it took.
    pub(crate) elapsed: Duration,
    /// How long each request took.
    pub(crate) latencies: Vec<Duration>,
}

impl Sample {
    /// Nothing yet.
    pub(crate) fn none() -> Self {
        Self { elapsed: Duration::ZERO, latencies: Vec::new() }
    }

    /// Adds what was measured in another stretch of the same kind.
    pub(crate) fn add(&mut self, other: Self) {
        self.elapsed += other.elapsed;
        self.latencies.extend(other.latencies);
    }

    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        real(self.latencies.len()) / self.elapsed.as_secs_f64()
    }

    /// The latency that `percent` of the requests kept within, in milliseconds.
    pub(crate) fn percentile(&mut self, percent: usize) -> f64 {
        if self.latencies.is_empty() {
            return f64::NAN;
        }
        let at = (self.latencies.len() * percent / 100).min(self.latencies.len() - 1);
        let (_, latency, _) = self.latencies.select_nth_unstable(at);
        latency.as_secs_f64() * 1000.0
    }
}

/// Median, least and greatest of several measurements.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) min: f64,
    pub(crate) max: f64,
}

impl Spread {
    pub(crate) fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(values.len() / 2), min: at(0), max: at(values.len().saturating_sub(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_knows_its_rate_and_its_slow_ones() {
        let latencies = (1..=100).rev().map(Duration::from_millis).collect();
        let mut sample = Sample { elapsed: Duration::from_secs(2), latencies };
        assert!((sample.rate() - 50.0).abs() < 1e-9);
        assert!((sample.percentile(50) - 51.0).abs() < 1e-9);
        assert!((sample.percentile(99) - 100.0).abs() < 1e-9);
        assert!(Sample::none().percentile(50).is_nan());
    }

    #[test]
    fn a_spread_is_the_median_between_its_ends() {
        assert_eq!(Spread::of(vec![3.0, 1.0, 2.0]), Spread { median: 2.0, min: 1.0, max: 3.0 });
    }
}
