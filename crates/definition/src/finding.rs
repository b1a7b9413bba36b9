//! What validation finds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use signoff_text::FindingText;

use crate::place::Place;

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

/// Collects findings, and keeps of each level those that come first in the document, whatever the order in which they
/// are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    errors: Kept,
    warnings: Kept,
    /// How many were found, kept or not.
    count: usize,
    until: Option<Timestamp>,
}

/// The positions on the way to the nearest value, and which finding it was: of one place, what is found first comes first.
type Rank = (Vec<usize>, usize);

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
    /// Adds a finding; its path and its words are not made if it is only counted.
    pub(super) fn add(&mut self, level: Level, place: &Place<'_>, detail: impl FnOnce() -> FindingText) {
        let kept = match level {
            Level::Error => &mut self.errors,
            Level::Warning => &mut self.warnings,
        };
        kept.add(place, self.count, || Finding { level, target: place.path(), detail: detail() });
        self.count += 1;
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
    fn add(&mut self, place: &Place<'_>, number: usize, finding: impl FnOnce() -> Finding) {
        // Of one place, what is found later comes later.
        if self.end.as_ref().is_some_and(|(end, _)| place.compare(end).is_ge()) {
            self.omitted += 1;
            return;
        }
        let finding = finding();
        self.bytes += finding.size();
        self.findings.insert((place.positions(), number), finding);
        while self.findings.len() > MOST_FINDINGS || self.bytes > MOST_FINDING_BYTES {
            let Some((rank, last)) = self.findings.pop_last() else { break };
            self.bytes -= last.size();
            self.omitted += 1;
            self.end = Some(rank);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// Adds a finding some levels below `place`, where nothing is, so that `name` stands in its path four times.
    fn add_below(findings: &mut Findings, level: Level, place: &Place<'_>, name: &str) {
        let first = place.member(name, None, false);
        let second = first.member(name, None, false);
        let third = second.member(name, None, false);
        findings.add(level, &third.member(name, None, false), || FindingText::MissingPlan);
    }

    fn found(count: usize, name: &str) -> Report {
        let (place, mut findings) = (Place::root("definition"), Findings::default());
        for _ in 0..count {
            add_below(&mut findings, Level::Error, &place, name);
        }
        add_below(&mut findings, Level::Warning, &place, name);
        findings.finish().0
    }

    #[test]
    fn so_many_are_kept_and_the_others_counted() {
        for (count, omitted) in [(MOST_FINDINGS, 0), (MOST_FINDINGS + 1, 1), (MOST_FINDINGS + 1000, 1000)] {
            let report = found(count, "title");
            assert_eq!((report.of(Level::Error).count(), report.omitted_errors), (count - omitted, omitted));
            assert_eq!((report.of(Level::Warning).count(), report.omitted_warnings), (1, 0));
        }
    }

    #[test]
    fn so_many_bytes_are_kept_and_the_others_counted() {
        let report = found(150, &"\u{202e}".repeat(80));
        let size = report.findings[0].size();
        assert_eq!(report.of(Level::Error).count(), MOST_FINDING_BYTES / size);
        assert_eq!(report.omitted_errors, 150 - MOST_FINDING_BYTES / size);
    }

    proptest! {
        #[test]
        fn the_first_ones_of_the_document_are_kept_in_whatever_order_they_are_found(
            found in prop::collection::vec((0..30_usize, prop::option::of(0..4_usize), 0..80_usize), 0..600),
        ) {
            let document: Value = (0..30).map(|_| json!({"b": 1, "c": 2, "a": 3})).collect();
            let (root, names) = (Place::root("list"), ["b", "c", "a", "missing"]);
            let unprintable = |length| "\u{202e}".repeat(length);
            let mut findings = Findings::default();
            for (index, member, length) in &found {
                let (item, members) = (root.item(*index), document[*index].as_object());
                let Some(member) = member else {
                    add_below(&mut findings, Level::Error, &item, &unprintable(*length));
                    continue;
                };
                let place = item.member(names[*member], members, *member < 3);
                add_below(&mut findings, Level::Error, &place, &unprintable(*length));
            }
            let report = findings.finish().0;

            // What is missing stands where the item does, and what is found first comes first.
            let mut expected = found.clone();
            expected.sort_by_key(|(index, member, _)| (*index, member.filter(|member| *member < 3)));
            let expected = expected.iter().map(|(index, member, length)| {
                let member = member.map_or_else(String::new, |member| format!(".{}", names[member]));
                let below = format!(".{}", r"\u{202e}".repeat(*length)).repeat(4);
                let target = format!("list[{index}]{member}{below}");
                Finding { level: Level::Error, target, detail: FindingText::MissingPlan }
            });
            let mut bytes = 0;
            let expected: Vec<_> = expected
                .take(MOST_FINDINGS)
                .take_while(|finding| {
                    bytes += finding.size();
                    bytes <= MOST_FINDING_BYTES
                })
                .collect();
            prop_assert_eq!(report.omitted_errors, found.len() - expected.len());
            prop_assert_eq!(report.findings, expected);
        }
    }
}
