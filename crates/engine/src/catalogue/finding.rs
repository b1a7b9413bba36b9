//! What validation finds.

use jiff::Timestamp;
use signoff_text::FindingText;

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// The offer cannot be published as it is: 422 at publish, one `details` entry each.
    Error,
    /// The offer can be published; the first step shows the finding among its messages.
    Warning,
}

/// Something in a definition that should be otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Whether it keeps the offer from being published.
    pub level: Level,
    /// Where it is, such as `definition.plans[0].microsoft-azure-virtualmachines.skuTitle`: members joined by
    /// dots as they are, positions in brackets from 0.
    pub target: String,
    /// What it is and what helps.
    pub detail: FindingText,
}

/// Collects findings in the order in which they are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    found: Vec<Finding>,
    until: Option<Timestamp>,
}

impl Findings {
    pub(super) fn error(&mut self, target: &str, detail: FindingText) {
        self.found.push(Finding { level: Level::Error, target: target.to_owned(), detail });
    }

    pub(super) fn warning(&mut self, target: &str, detail: FindingText) {
        self.found.push(Finding { level: Level::Warning, target: target.to_owned(), detail });
    }

    /// What was looked at is otherwise from `time` on.
    pub(super) fn holds_until(&mut self, time: Timestamp) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }

    /// What was found, and until when it is so; `None`: for as long as the definition stays.
    pub(super) fn finish(self) -> (Vec<Finding>, Option<Timestamp>) {
        (self.found, self.until)
    }
}
