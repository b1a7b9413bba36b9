//! Moments on the wire: RFC 3339 in UTC with seven fractional digits, and ticks (contract, "Shapes").
//!
//! Inside, a moment is an `i64` of microseconds since 1970-01-01T00:00:00Z.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;

/// Ticks of 100 ns between 0001-01-01 and 1970-01-01.
const TICKS_AT_EPOCH: i64 = 621_355_968_000_000_000;

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(7));

/// Prints microseconds since the epoch, for example `2018-03-28T22:27:13.8363870Z`.
///
/// A moment outside the years -9999 to 9999 prints as the nearest one inside.
pub fn rfc3339(micros: i64) -> String {
    let nearest = if micros < 0 { Timestamp::MIN } else { Timestamp::MAX };
    PRINTER.timestamp_to_string(&Timestamp::from_microsecond(micros).unwrap_or(nearest))
}

/// The text is no moment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a time as RFC 3339 spells it, like 2018-03-28T22:27:13.8363870Z")]
pub struct InvalidTime(String);

/// Reads an RFC 3339 time with any offset; digits finer than a microsecond are cut off.
pub fn parse_rfc3339(text: &str) -> Result<i64, InvalidTime> {
    text.parse::<Timestamp>()
        .map(Timestamp::as_microsecond)
        .map_err(|_| InvalidTime(text.chars().take(64).collect()))
}

/// The `version` of an operation: ticks of 100 ns since 0001-01-01, for microseconds since the epoch.
pub fn ticks(micros: i64) -> i64 {
    micros.saturating_mul(10).saturating_add(TICKS_AT_EPOCH)
}

/// Microseconds since the epoch, for ticks; the inverse of [`ticks`] up to a microsecond.
pub fn from_ticks(ticks: i64) -> i64 {
    ticks.saturating_sub(TICKS_AT_EPOCH).div_euclid(10)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_moment_of_the_reference() {
        let micros = parse_rfc3339("2018-03-28T22:27:13.8363879Z").unwrap();
        assert_eq!(micros, 1_522_276_033_836_387);
        assert_eq!(rfc3339(micros), "2018-03-28T22:27:13.8363870Z");
        assert_eq!(ticks(micros), 636_578_728_338_363_870);
        assert_eq!(rfc3339(0), "1970-01-01T00:00:00.0000000Z");
    }

    #[test]
    fn offsets_are_understood_and_nonsense_is_not() {
        assert_eq!(parse_rfc3339("1970-01-01T01:00:00+01:00"), Ok(0));
        for bad in ["", "yesterday", "2018-03-28", "2018-03-28T22:27:13", "2018-13-28T22:27:13Z"] {
            assert!(parse_rfc3339(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn printing_never_panics(micros: i64) {
            rfc3339(micros);
            ticks(micros);
            from_ticks(micros);
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = parse_rfc3339(&text);
        }

        #[test]
        fn what_is_printed_reads_back(micros in -62_000_000_000_000_000_i64..253_000_000_000_000_000) {
            prop_assert_eq!(parse_rfc3339(&rfc3339(micros)), Ok(micros));
            prop_assert_eq!(from_ticks(ticks(micros)), micros);
        }
    }
}
