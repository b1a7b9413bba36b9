//! `Prefer: wait=N` (RFC 7240, section 4.3): how long a caller is willing to wait for a change.

/// The header in which a caller says so.
pub const PREFER: &str = "prefer";
/// The header in which a server says what it went by.
pub const PREFERENCE_APPLIED: &str = "preference-applied";
/// The longest wait in seconds; a caller that asks for more gets this. Proxies give a reply up after 60 s, as a rule.
pub const LONGEST_WAIT: u64 = 50;

/// The seconds that the values of `Prefer`, or of `Preference-Applied`, name, at most [`LONGEST_WAIT`].
///
/// Other preferences beside it are passed over. Of several waits the first counts; one that is no whole number of
/// seconds is as good as none.
///
/// ```
/// use signoff_wire::prefer;
///
/// assert_eq!(prefer::wait(["respond-async, wait=10"]), Some(10));
/// assert_eq!(prefer::wait(["wait=soon"]), None);
/// ```
pub fn wait<'a>(values: impl IntoIterator<Item = &'a str>) -> Option<u64> {
    let value = values.into_iter().flat_map(preferences).find_map(|preference| {
        // Parameters may follow.
        let first = split_outside_quotes(preference, ';').next().unwrap_or_default();
        let (name, value) = first.split_once('=').unwrap_or((first, ""));
        name.trim().eq_ignore_ascii_case("wait").then(|| unquoted(value.trim()))
    })?;
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    // More digits than a number can have are more than the longest, too.
    digits.then(|| value.parse().map_or(LONGEST_WAIT, |seconds: u64| seconds.min(LONGEST_WAIT)))
}

/// The value that says so: `wait=N`.
pub fn waiting(seconds: u64) -> String {
    format!("wait={seconds}")
}

fn preferences(value: &str) -> impl Iterator<Item = &str> {
    split_outside_quotes(value, ',').map(str::trim).filter(|preference| !preference.is_empty())
}

/// The parts of `text` between separators that stand in no quoted string.
fn split_outside_quotes(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |character| {
        if escaped {
            escaped = false;
            return false;
        }
        escaped = quoted && character == '\\';
        quoted ^= character == '"';
        character == separator && !quoted
    })
}

/// A word may stand in quotes.
fn unquoted(word: &str) -> &str {
    word.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_among_other_preferences() {
        for (values, expected) in [
            (&["wait=10"][..], Some(10)),
            (&["wait=0"], Some(0)),
            (&["Wait = 7"], Some(7)),
            (&["wait=\"5\""], Some(5)),
            (&["respond-async, wait=10"], Some(10)),
            (&["respond-async", "wait=10; foo=bar"], Some(10)),
            (&["return=minimal; note=\"a, wait=3\", wait=4"], Some(4)),
            (&["note=\"a \\\", wait=3\", wait=4"], Some(4)),
            (&[", ,wait=6,"], Some(6)),
            // The first counts.
            (&["wait=1, wait=2"], Some(1)),
            (&["wait=oops, wait=2"], None),
            // More than the longest is the longest.
            (&["wait=50"], Some(50)),
            (&["wait=51"], Some(50)),
            (&["wait=99999999999999999999999"], Some(50)),
            // What cannot be understood is no preference.
            (&["wait"], None),
            (&["wait="], None),
            (&["wait=-1"], None),
            (&["wait=+1"], None),
            (&["wait=1.5"], None),
            (&["wait=10s"], None),
            (&["await=10"], None),
            (&["return=wait"], None),
            (&[""], None),
            (&[], None),
        ] {
            assert_eq!(wait(values.iter().copied()), expected, "{values:?}");
        }
    }

    #[test]
    fn what_is_said_is_understood() {
        for seconds in [0, 1, 30, LONGEST_WAIT] {
            assert_eq!(wait([waiting(seconds).as_str()]), Some(seconds));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_value_is_too_strange(value in ".{0,80}") {
            assert!(wait([value.as_str()]).is_none_or(|seconds| seconds <= LONGEST_WAIT));
        }
    }
}
