//! What is said when the command has ended: calls that nothing answered, hosts that were not reached.

use signoff_server::proxy::{Entry, Event};

use crate::view;

/// Prints the report to standard error; nothing to report prints nothing.
pub(super) fn print(unknown: &[(String, u64)], hosts: &[Entry]) {
    for line in lines(unknown, hosts) {
        view::say(&line);
    }
}

fn lines(unknown: &[(String, u64)], hosts: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    if !unknown.is_empty() {
        lines.push("signoff: the command called what this server does not know:".to_owned());
        lines.extend(unknown.iter().map(|(call, count)| format!("  {count} x {call}")));
    }
    let noteworthy = hosts.iter().filter(|entry| entry.event != Event::Tunnelled);
    for entry in noteworthy {
        let what = match entry.event {
            Event::Refused => "refused",
            Event::Unreachable => "could not be reached",
            Event::HandshakeFailed => "was not trusted by the command (does it read a CA bundle of its own?)",
            _ => "was passed through",
        };
        let times = if entry.count == 1 { String::new() } else { format!(" ({} times)", entry.count) };
        lines.push(format!("signoff: {} {what}{times}", entry.target));
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_calls_are_listed_with_their_number() {
        let unknown = [("GET /api/nothing".to_owned(), 2)];
        assert_eq!(
            lines(&unknown, &[]),
            ["signoff: the command called what this server does not know:", "  2 x GET /api/nothing"]
        );
        assert!(lines(&[], &[]).is_empty());
    }
}
