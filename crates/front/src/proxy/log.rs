//! What passed through the proxy, for the report at the end.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::target::Target;

/// Different entries kept; beyond that a client is scanning, and only what is known already is counted.
const MAX_ENTRIES: usize = 1000;

/// What happened to a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Event {
    /// Turned away: offline, or a port of the portal that the private server does not answer.
    Refused,
    /// Passed on to the host that was asked for.
    Tunnelled,
    /// Could not be reached.
    Unreachable,
    /// A portal host, but the client does not trust the private authority, since it looks for authorities elsewhere: it
    /// said so, or ended the TLS handshake when it had seen the certificate.
    Distrusted,
    /// A portal host, and the TLS handshake failed for another reason.
    HandshakeFailed,
    /// A portal host, and the client ended the connection after the handshake without a request. Some do so when they do
    /// not trust the authority (Node), others have opened one connection too many.
    Unused,
}

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What happened.
    pub event: Event,
    /// To which `host:port`.
    pub target: String,
    /// How often.
    pub count: u64,
    /// The reason that was given last, for events that have one.
    pub reason: Option<String>,
}

/// A log that its clones share.
#[derive(Clone, Debug, Default)]
pub struct ProxyLog(Arc<Mutex<Seen>>);

type Seen = BTreeMap<(Event, String), (u64, Option<String>)>;

impl ProxyLog {
    /// Everything so far, by event, then by target.
    pub fn entries(&self) -> Vec<Entry> {
        let seen = self.0.lock();
        seen.iter()
            .map(|((event, target), (count, reason))| Entry {
                event: *event,
                target: target.clone(),
                count: *count,
                reason: reason.clone(),
            })
            .collect()
    }

    pub(crate) fn record(&self, event: Event, target: &Target, reason: Option<String>) {
        let key = (event, target.to_string());
        let mut seen = self.0.lock();
        if seen.len() >= MAX_ENTRIES && !seen.contains_key(&key) {
            return;
        }
        let (count, last) = seen.entry(key).or_default();
        *count += 1;
        *last = reason;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeats_are_counted_and_the_number_of_entries_is_bounded() {
        let log = ProxyLog::default();
        let at = |port| Target { host: "host".to_owned(), port };
        for port in 0..2000 {
            log.record(Event::Tunnelled, &at(port), None);
        }
        log.record(Event::Tunnelled, &at(7), Some("why".to_owned()));
        let entries = log.entries();
        assert_eq!(entries.len(), MAX_ENTRIES);
        let seventh = entries.iter().find(|entry| entry.target == "host:7");
        let expected = Entry {
            event: Event::Tunnelled,
            target: "host:7".to_owned(),
            count: 2,
            reason: Some("why".to_owned()),
        };
        assert_eq!(seventh, Some(&expected));
    }
}
