//! What validation finds.

use std::collections::{BTreeMap, HashMap};

use jiff::Timestamp;
use serde_json::Value;
use signoff_text::FindingText;

/// The most findings of one level that are kept; what is beyond is counted.
pub const MOST_FINDINGS: usize = 200;
/// The most bytes that the findings of one level may come to; what is beyond is counted.
pub const MOST_FINDING_BYTES: usize = 256 * 1024;

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
    /// dots, escaped where they do not print, positions in brackets from 0.
    pub target: String,
    /// What it is and what helps.
    pub detail: FindingText,
}

impl Finding {
    /// About how many bytes it takes in a reply, and in memory.
    pub fn size(&self) -> usize {
        /// A sentence without its arguments, and what frames it.
        const FRAME: usize = 200;
        FRAME + self.target.len() + self.detail.length()
    }
}

/// What the checks of a definition came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was found, in the order of the document; at most [`MOST_FINDINGS`] of either level.
    pub findings: Vec<Finding>,
    /// How many errors there are beyond those.
    pub omitted_errors: usize,
    /// How many warnings there are beyond those.
    pub omitted_warnings: usize,
}

impl Report {
    /// The findings of one level.
    pub fn of(&self, level: Level) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.level == level)
    }

    /// Whether the definition can be published as it is.
    pub fn is_fit(&self) -> bool {
        self.of(Level::Error).next().is_none()
    }

    /// Whether a signature is all, or a part, of what is wrong: that of an image that was published already is not.
    pub fn blames_a_signature(&self) -> bool {
        self.omitted_errors > 0 || self.of(Level::Error).any(|finding| finding.detail.is_about_a_signature())
    }
}

/// Where a finding stands in the document that is checked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'a> {
    document: &'a Value,
    nearest: &'a Value,
}

impl<'a> Place<'a> {
    /// The place of a whole document.
    pub(super) fn of(document: &'a Value) -> Self {
        Self { document, nearest: document }
    }

    /// The place of `value`, which is a part of the same document; `None`: of something that is missing here, which
    /// stands before all that is not.
    pub(super) fn below(self, value: Option<&'a Value>) -> Self {
        Self { nearest: value.unwrap_or(self.nearest), ..self }
    }
}

/// Collects findings, and keeps of each level those that come first in the document, whatever the order in which they
/// are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    errors: Kept,
    warnings: Kept,
    /// How many were found, kept or not.
    count: usize,
    /// The position of each value, by its address. They are counted when something is found: most documents are in order.
    positions: Option<HashMap<*const Value, usize>>,
    until: Option<Timestamp>,
}

/// The position of the nearest value, and which finding it was: of one place, what is found first comes first.
type Rank = (usize, usize);

/// The findings of a level that are kept, and what they come to.
#[derive(Debug, Default)]
struct Kept {
    findings: BTreeMap<Rank, Finding>,
    bytes: usize,
    omitted: usize,
    /// The first one that is not kept.
    end: Option<Rank>,
}

impl Findings {
    /// Adds a finding; its words are not made if it is only counted.
    pub(super) fn add(
        &mut self,
        level: Level,
        place: Place<'_>,
        target: &str,
        detail: impl FnOnce() -> FindingText,
    ) {
        let positions = self.positions.get_or_insert_with(|| positions(place.document));
        let position = positions.get(&std::ptr::from_ref(place.nearest)).copied().unwrap_or_default();
        let rank = (position, self.count);
        self.count += 1;
        let kept = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        kept.add(rank, || Finding { level, target: target.to_owned(), detail: detail() });
    }

    /// What was looked at is otherwise from `time` on.
    pub(super) fn holds_until(&mut self, time: Timestamp) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }

    /// What was found, and until when it is so; `None`: for as long as the definition stays.
    pub(super) fn finish(self) -> (Report, Option<Timestamp>) {
        let (omitted_errors, omitted_warnings) = (self.errors.omitted, self.warnings.omitted);
        let mut all = self.errors.findings;
        all.extend(self.warnings.findings);
        (Report { findings: all.into_values().collect(), omitted_errors, omitted_warnings }, self.until)
    }
}

impl Kept {
    fn add(&mut self, rank: Rank, finding: impl FnOnce() -> Finding) {
        if self.end.is_some_and(|end| end < rank) {
            self.omitted += 1;
            return;
        }
        let finding = finding();
        self.bytes += finding.size();
        self.findings.insert(rank, finding);
        while self.findings.len() > MOST_FINDINGS || self.bytes > MOST_FINDING_BYTES {
            let Some((rank, last)) = self.findings.pop_last() else { break };
            self.bytes -= last.size();
            self.omitted += 1;
            self.end = Some(rank);
        }
    }
}

/// The position of every value of a document, as it is read from its beginning.
fn positions(document: &Value) -> HashMap<*const Value, usize> {
    let mut positions = HashMap::new();
    let mut ahead = vec![document];
    while let Some(value) = ahead.pop() {
        positions.insert(std::ptr::from_ref(value), positions.len());
        match value {
            Value::Array(items) => ahead.extend(items.iter().rev()),
            Value::Object(members) => ahead.extend(members.values().rev()),
            _ => {}
        }
    }
    positions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: usize, target: &str) -> Report {
        let (document, mut findings) = (Value::Null, Findings::default());
        let mut add = |level| findings.add(level, Place::of(&document), target, || FindingText::MissingPlan);
        for _ in 0..count {
            add(Level::Error);
        }
        add(Level::Warning);
        findings.finish().0
    }

    #[test]
    fn so_many_are_kept_and_the_others_counted() {
        for (count, omitted) in [(MOST_FINDINGS, 0), (MOST_FINDINGS + 1, 1), (MOST_FINDINGS + 1000, 1000)] {
            let report = found(count, "definition");
            assert_eq!((report.of(Level::Error).count(), report.omitted_errors), (count - omitted, omitted));
            assert_eq!((report.of(Level::Warning).count(), report.omitted_warnings), (1, 0));
        }
    }

    #[test]
    fn so_many_bytes_are_kept_and_the_others_counted() {
        let report = found(100, &"x".repeat(10_000));
        let size = report.findings[0].size();
        assert_eq!(report.of(Level::Error).count(), MOST_FINDING_BYTES / size);
        assert_eq!(report.omitted_errors, 100 - MOST_FINDING_BYTES / size);
    }

    #[test]
    fn the_first_ones_of_the_document_are_kept_in_whatever_order_they_are_found() {
        let document: Value = (0..2 * MOST_FINDINGS).map(|_| Value::Null).collect();
        let items = document.as_array().unwrap();
        for found in [
            (0..items.len()).collect::<Vec<_>>(),
            (0..items.len()).rev().collect(),
            (0..items.len()).map(|at| at * 7 % items.len()).collect(),
        ] {
            let mut findings = Findings::default();
            for at in found {
                let place = Place::of(&document).below(Some(&items[at]));
                findings.add(Level::Error, place, &at.to_string(), || FindingText::MissingPlan);
            }
            let report = findings.finish().0;
            let targets: Vec<&str> = report.findings.iter().map(|finding| finding.target.as_str()).collect();
            let expected: Vec<String> = (0..MOST_FINDINGS).map(|at| at.to_string()).collect();
            assert_eq!(targets, expected);
            assert_eq!(report.omitted_errors, MOST_FINDINGS);
        }
    }
}
