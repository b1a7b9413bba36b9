//! Times for people.

use signoff_lifecycle::ids::RealTime;
use signoff_wire::time::parse_rfc3339;

/// A time to the second: the rest is for machines.
pub(super) fn exact(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, rest)) if rest.ends_with('Z') => format!("{seconds}Z"),
        _ => time.to_owned(),
    }
}

/// How far the time is from `now`; `None`: it is no time.
pub(super) fn relative(time: &str, now: RealTime) -> Option<String> {
    const SECOND: i64 = 1_000_000;
    let apart = now.0.saturating_sub(parse_rfc3339(time).ok()?);
    let seconds = apart.saturating_abs() / SECOND;
    let span = match seconds {
        0..5 => return Some("just now".to_owned()),
        5..60 => format!("{seconds} s"),
        60..3_600 => format!("{} min", seconds / 60),
        3_600..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    };
    Some(if apart < 0 { format!("in {span}") } else { format!("{span} ago") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_from_the_present() {
        let now = RealTime(parse_rfc3339("2026-11-21T08:00:00Z").unwrap());
        for (time, told) in [
            ("2026-11-21T07:59:58.0000000Z", "just now"),
            ("2026-11-21T07:59:18Z", "42 s ago"),
            ("2026-11-21T07:57:00Z", "3 min ago"),
            ("2026-11-20T08:00:01Z", "23 h ago"),
            ("2026-11-01T08:00:00Z", "20 d ago"),
            ("2026-11-21T10:00:00Z", "in 2 h"),
        ] {
            assert_eq!(relative(time, now).as_deref(), Some(told), "{time}");
        }
        assert_eq!(relative("soon", now), None);
        assert_eq!(exact("2026-11-21T08:00:00.1234567Z"), "2026-11-21T08:00:00Z");
    }
}
