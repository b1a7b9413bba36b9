//! Requests that may be sent again without being carried out twice: the headers of the OASIS specification
//! "Repeatable Requests" 1.0.

use jiff::Timestamp;
use jiff::fmt::rfc2822::{DateTimeParser, DateTimePrinter};
use uuid::Uuid;

/// The request header with the id that the sender gave the request.
pub const REQUEST_ID: &str = "Repeatability-Request-ID";
/// The request header that says when the request was first sent.
pub const FIRST_SENT: &str = "Repeatability-First-Sent";
/// The header of the reply: [`ACCEPTED`] or [`REJECTED`].
pub const RESULT: &str = "Repeatability-Result";

/// However often the request comes, it is carried out at most once.
pub const ACCEPTED: &str = "accepted";
/// Nothing was done, because of the headers themselves.
pub const REJECTED: &str = "rejected";

/// The longest id, in characters.
pub const LONGEST_ID: usize = 100;

/// What [`request_id`] takes, as a regular expression for descriptions.
pub const ID_PATTERN: &str = "^[!-~]{1,100}$";
/// The form of an IMF-fixdate, for descriptions. The day of the week must be right as well.
pub const FIXDATE_PATTERN: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), [0-3][0-9] (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \
                                   [0-9]{4} [0-2][0-9]:[0-5][0-9]:[0-5][0-9] GMT$";

/// What a sender says of a request that they may send again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repeatability {
    /// The id; best a random GUID.
    pub id: String,
    /// When the request is first sent, in microseconds since the epoch.
    pub first_sent: i64,
}

/// Reads an id: 1 to 100 visible ASCII characters. A GUID is the same in either letter case.
pub fn request_id(text: &str) -> Option<String> {
    let visible = !text.is_empty() && text.len() <= LONGEST_ID && text.bytes().all(|b| b.is_ascii_graphic());
    let guid = if text.len() == 36 { Uuid::try_parse(text).ok() } else { None };
    visible.then(|| guid.map_or_else(|| text.to_owned(), |guid| guid.to_string()))
}

/// Prints microseconds since the epoch as an IMF-fixdate, for example `Sun, 06 Nov 1994 08:49:37 GMT`.
///
/// A moment outside the years 0 to 9999 prints as the epoch.
pub fn fixdate(micros: i64) -> String {
    let moment = Timestamp::from_microsecond(micros).unwrap_or_default();
    DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&moment)
        .unwrap_or_else(|_| "Thu, 01 Jan 1970 00:00:00 GMT".to_owned())
}

/// Reads an IMF-fixdate to the letter: no other form of a date, and the right day of the week.
pub fn parse_fixdate(text: &str) -> Option<i64> {
    let micros = DateTimeParser::new().parse_timestamp(text).ok()?.as_microsecond();
    // The parser takes every date of a mail; what it read must print as it came.
    (fixdate(micros) == text).then_some(micros)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_visible_and_short() {
        for good in ["1", "~", "a b".replace(' ', "-").as_str(), &"x".repeat(100)] {
            assert_eq!(request_id(good).as_deref(), Some(good));
        }
        for bad in ["", " ", "a b", "a\tb", "é", "\u{7f}", &"x".repeat(101)] {
            assert_eq!(request_id(bad), None, "{bad:?}");
        }
        let guid = "5A63DEB5-925b-4ee0-938B-7c86fbf287c5";
        assert_eq!(request_id(guid), Some(guid.to_lowercase()), "a GUID has no letter case");
        assert_eq!(request_id("ABC").as_deref(), Some("ABC"), "another text has");
    }

    #[test]
    fn the_date_of_the_specification() {
        assert_eq!(parse_fixdate("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000_000));
        assert_eq!(fixdate(784_111_777_999_999), "Sun, 06 Nov 1994 08:49:37 GMT");
        for bad in [
            "",
            "now",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 +0000",
            "Sun, 06 Nov 1994 09:49:37 +0100",
            "Sun, 06 Nov 1994 08:49 GMT",
            "sun, 06 nov 1994 08:49:37 gmt",
            "06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            " Sun, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "1994-11-06T08:49:37Z",
        ] {
            assert_eq!(parse_fixdate(bad), None, "{bad:?}");
        }
    }

    proptest! {
        #[test]
        fn what_the_pattern_describes_is_an_id(text in crate::described(ID_PATTERN)) {
            prop_assert!(request_id(&text).is_some(), "{}", text);
        }

        #[test]
        fn printing_never_panics(micros: i64) {
            fixdate(micros);
        }

        #[test]
        fn reading_never_panics(text in ".{0,40}") {
            let _ = (parse_fixdate(&text), request_id(&text));
        }

        #[test]
        fn what_is_printed_reads_back(seconds in 0_i64..253_402_300_800) {
            let micros = seconds * 1_000_000;
            prop_assert_eq!(parse_fixdate(&fixdate(micros)), Some(micros));
        }
    }
}
