//! What happened in a play, in some lines.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use signoff_lifecycle::ids::Micros;

use crate::crowd::Deeds;

#[derive(Default)]
pub(crate) struct Summary {
    /// What was broken how often.
    pub(crate) broken: BTreeMap<&'static str, usize>,
    /// The disk of the primary that was filled.
    pub(crate) disk: String,
    /// Changes that were repeated until they were answered.
    pub(crate) repeated: usize,
    /// Late results that were refused.
    pub(crate) late: usize,
    /// Answers that are not true any more.
    pub(crate) lost: usize,
}

impl Summary {
    pub(crate) fn show(&self, deeds: &Deeds, lasted: Micros) {
        let list = |counted: &BTreeMap<&'static str, usize>| {
            counted.iter().map(|(what, count)| format!("{what} {count}")).collect::<Vec<_>>().join(", ")
        };
        let mut text = format!("three nodes, a primary and its standby, {} s\n", lasted.0 / 1_000_000);
        let mut line = |name: &str, value: String| {
            // Writing into a string never fails.
            let _ = writeln!(text, "  {name:<28} {value}");
        };
        line("broken", list(&self.broken));
        if !self.disk.is_empty() {
            line("full disk", self.disk.clone());
        }
        line("calls", deeds.calls.to_string());
        line("changes without an answer", deeds.unknown.to_string());
        line("acknowledged", list(&deeds.promised));
        line("repeated until answered", self.repeated.to_string());
        line("late results refused", self.late.to_string());
        line("lost", self.lost.to_string());
        eprint!("{text}");
    }
}
