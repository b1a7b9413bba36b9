//! Spans of time as scenarios and the test clock spell them: a whole number and `ms`, `s`, `m`, `h` or `d`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};
use utoipa::{PartialSchema, ToSchema};

/// The units, the largest first, with their microseconds.
const UNITS: [(&str, u64); 5] =
    [("d", 86_400_000_000), ("h", 3_600_000_000), ("m", 60_000_000), ("s", 1_000_000), ("ms", 1_000)];

/// The longest span: 10 000 years fit into no test, and moments stay far from their limits.
const LONGEST_MICROS: u64 = 3_652_500 * 86_400_000_000;

/// The texts that are spans, as a regular expression for descriptions: no more digits than every span of the unit may
/// have.
pub const PATTERN: &str = "^([0-9]{1,14}ms|[0-9]{1,11}s|[0-9]{1,9}m|[0-9]{1,7}h|[0-9]{1,6}d)$";

/// A span of time, in whole milliseconds.
///
/// ```
/// use signoff_wire::duration::Span;
///
/// let span: Span = "90m".parse()?;
/// assert_eq!(span.micros(), 90 * 60 * 1_000_000);
/// # Ok::<(), signoff_wire::duration::InvalidSpan>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    micros: u64,
}

impl Span {
    /// A span of `micros` microseconds, rounded up to a millisecond.
    pub fn from_micros(micros: u64) -> Self {
        Self { micros: micros.min(LONGEST_MICROS).div_ceil(1_000) * 1_000 }
    }

    /// Its length in microseconds.
    pub fn micros(self) -> u64 {
        self.micros
    }
}

/// The text is no span; names it and shows one that is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSpan {
    /// Not a whole number with a unit.
    #[error("{0:?} is not a duration: write a whole number and ms, s, m, h or d, like 300ms or 3d")]
    Malformed(String),
    /// More than 10 000 years.
    #[error("{0:?} is too long a duration: the longest is 3652500d")]
    TooLong(String),
}

impl FromStr for Span {
    type Err = InvalidSpan;

    fn from_str(text: &str) -> Result<Self, InvalidSpan> {
        let shown = || text.chars().take(64).collect::<String>();
        let digits = text.bytes().take_while(u8::is_ascii_digit).count();
        let (number, unit) = text.split_at(digits);
        let factor = UNITS.iter().find(|(name, _)| *name == unit).map(|(_, factor)| *factor);
        let (Some(factor), false) = (factor, number.is_empty()) else {
            return Err(InvalidSpan::Malformed(shown()));
        };
        number
            .parse::<u64>()
            .ok()
            .and_then(|count| count.checked_mul(factor))
            .filter(|micros| *micros <= LONGEST_MICROS)
            .map(|micros| Self { micros })
            .ok_or_else(|| InvalidSpan::TooLong(shown()))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.micros == 0 {
            return f.write_str("0s");
        }
        let exact = UNITS.iter().find(|(_, factor)| self.micros.is_multiple_of(*factor));
        let (unit, factor) = exact.expect("a span is a whole number of milliseconds");
        write!(f, "{}{unit}", self.micros / factor)
    }
}

impl PartialSchema for Span {
    fn schema() -> RefOr<Schema> {
        let text = "A whole number and `ms`, `s`, `m`, `h` or `d`; at most 3652500d.";
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(text))
            .pattern(Some(PATTERN))
            .examples(["300ms", "3d"])
            .into()
    }
}

impl ToSchema for Span {}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn spans_read_and_print_in_their_largest_unit() {
        for (text, micros, printed) in [
            ("0ms", 0, "0s"),
            ("300ms", 300_000, "300ms"),
            ("5s", 5_000_000, "5s"),
            ("2m", 120_000_000, "2m"),
            ("1h", 3_600_000_000, "1h"),
            ("3d", 259_200_000_000, "3d"),
            ("120s", 120_000_000, "2m"),
            ("90m", 5_400_000_000, "90m"),
            ("0005s", 5_000_000, "5s"),
        ] {
            let span: Span = text.parse().unwrap();
            assert_eq!((span.micros(), span.to_string().as_str()), (micros, printed), "{text}");
        }
    }

    #[test]
    fn anything_else_is_named() {
        for bad in ["", "5", "s", "-5s", "1.5h", "5 s", "5S", "5us", "5sm", "٣s"] {
            let error = bad.parse::<Span>().unwrap_err();
            assert!(matches!(&error, InvalidSpan::Malformed(text) if text == bad), "{error}");
        }
        for long in ["99999999999999999999d", "18446744073709551615ms", "3652501d"] {
            assert_eq!(long.parse::<Span>(), Err(InvalidSpan::TooLong(long.into())));
        }
    }

    #[test]
    fn a_fraction_of_a_millisecond_counts_as_one() {
        assert_eq!(Span::from_micros(1).to_string(), "1ms");
        assert_eq!(Span::from_micros(u64::MAX).to_string(), "3652500d");
    }

    proptest! {
        #[test]
        fn what_the_pattern_describes_is_a_span(text in crate::described(PATTERN)) {
            prop_assert!(text.parse::<Span>().is_ok(), "{}", text);
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = text.parse::<Span>();
        }

        #[test]
        fn what_is_printed_reads_back(micros in 0..=LONGEST_MICROS) {
            let span = Span::from_micros(micros);
            prop_assert_eq!(span.to_string().parse(), Ok(span));
        }
    }
}
