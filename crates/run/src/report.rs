//! The report when the command has ended: the calls that reached the server, and those that did not.

use signoff_server::proxy::{Entry, Event};
use signoff_server::{Action, Counts};

/// The longest call or host that is shown, in characters.
const SHOWN_CHARS: usize = 200;
/// So many other hosts are named.
const HOSTS_SHOWN: usize = 5;

/// What a run came to.
#[derive(Default)]
pub struct Report {
    /// What reached the server.
    pub counts: Counts,
    /// Calls that nothing answered.
    pub unknown: Vec<(String, u64)>,
    /// What the proxy saw.
    pub hosts: Vec<Entry>,
    /// Why programs in Java do not reach the server, if so.
    pub java: Option<String>,
    /// The version of a Node that heeds no proxy.
    pub node: Option<String>,
}

impl Report {
    /// Whether the command did not do what it was run for: it called nothing, or something in it did not trust the server.
    pub fn is_doubtful(&self) -> bool {
        self.counts.calls == 0 || self.of(Event::Distrusted).next().is_some()
    }

    /// The report, line by line.
    pub fn lines(&self) -> Vec<String> {
        let mut lines = vec![format!("signoff: {}", self.summary())];
        if !self.unknown.is_empty() {
            lines.push("signoff: the command called what this server does not know:".to_owned());
            lines.extend(self.unknown.iter().map(|(call, count)| format!("  {count} x {}", shortened(call))));
        }
        for entry in &self.hosts {
            let what = match entry.event {
                Event::Refused => "was refused",
                Event::Unreachable => "could not be reached",
                Event::Distrusted => {
                    "was not trusted by the command (does it read a CA bundle of its own? docs/clients.md)"
                }
                Event::HandshakeFailed => "got no TLS session",
                Event::Unused if self.counts.calls == 0 => {
                    "was left right after the TLS handshake, as Node does where it does not trust the authority"
                }
                _ => continue,
            };
            let times = if entry.count == 1 { String::new() } else { format!(" ({} times)", entry.count) };
            let why = entry.reason.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            lines.push(format!("signoff: {} {what}{times}{why}", shortened(&entry.target)));
        }
        lines.extend(self.passed_on());
        if let Some(why) = &self.java {
            lines.push(format!("signoff: Java is out of reach, its programs go round this server: {why}"));
        }
        if let Some(version) = &self.node {
            lines.push(format!(
                "signoff: Node {version} is out of reach, it heeds no proxy (22.21 does, and 24): what runs on it goes \
                 round this server"
            ));
        }
        if self.counts.calls == 0 && self.hosts.is_empty() {
            lines.push(
                "signoff: nothing came to the proxy either: the command calls nobody, or it connects directly, which \
                 cannot be seen from here (docs/clients.md has what helps)"
                    .to_owned(),
            );
        }
        lines
    }

    /// `12 calls, 1 publish, 1 cancel (200)`. Publish and golive are accepted in one way, so only other answers are shown.
    fn summary(&self) -> String {
        let Counts { calls, actions } = &self.counts;
        let calls = match calls {
            0 => return "warning: no call of the command reached this server".to_owned(),
            1 => "1 call".to_owned(),
            _ => format!("{calls} calls"),
        };
        let actions = actions.iter().map(|((action, status), count)| {
            let (one, many) = match action {
                Action::Publish => ("publish", "publishes"),
                Action::GoLive => ("golive", "golives"),
                Action::Cancel => ("cancel", "cancels"),
            };
            let noun = if *count == 1 { one } else { many };
            let answer = match (action, status) {
                (Action::Publish | Action::GoLive, Some(202)) => String::new(),
                (_, Some(status)) => format!(" ({status})"),
                (_, None) => " (no answer)".to_owned(),
            };
            format!("{count} {noun}{answer}")
        });
        std::iter::once(calls).chain(actions).collect::<Vec<_>>().join(", ")
    }

    /// The other hosts, named as far as that helps.
    fn passed_on(&self) -> Option<String> {
        let mut others: Vec<&str> = self.of(Event::Tunnelled).map(|entry| entry.target.as_str()).collect();
        let more = others.len().saturating_sub(HOSTS_SHOWN);
        others.truncate(HOSTS_SHOWN);
        let names = others.into_iter().map(shortened).collect::<Vec<_>>().join(", ");
        let more = if more == 0 { String::new() } else { format!(" and {more} more") };
        (!names.is_empty()).then(|| format!("signoff: other hosts were passed on to: {names}{more}"))
    }

    fn of(&self, event: Event) -> impl Iterator<Item = &Entry> {
        self.hosts.iter().filter(move |entry| entry.event == event)
    }
}

/// The beginning of a text that another program wrote.
fn shortened(text: &str) -> String {
    let mut characters = text.chars();
    let mut short: String = characters.by_ref().take(SHOWN_CHARS).collect();
    if characters.next().is_some() {
        short.push('…');
    }
    short
}

#[cfg(test)]
#[path = "report_tests.rs"]
mod tests;
