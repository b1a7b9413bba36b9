//! What validation finds.

use jiff::Timestamp;
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
    pub(crate) fn size(&self) -> usize {
        /// A sentence without its arguments, and what frames it.
        const FRAME: usize = 200;
        FRAME + self.target.len() + self.detail.length()
    }
}

/// What the checks of a definition came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// What was found, in the order of the definition's parts; at most [`MOST_FINDINGS`] of either level.
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
    pub(crate) fn blames_a_signature(&self) -> bool {
        self.omitted_errors > 0 || self.of(Level::Error).any(|finding| finding.detail.is_about_a_signature())
    }
}

/// Collects findings in the order in which they are found.
#[derive(Debug, Default)]
pub(super) struct Findings {
    report: Report,
    errors: Kept,
    warnings: Kept,
    until: Option<Timestamp>,
}

/// How many findings of a level are kept, and what they come to.
#[derive(Debug, Default)]
struct Kept {
    count: usize,
    bytes: usize,
    full: bool,
}

impl Findings {
    pub(super) fn error(&mut self, target: &str, detail: FindingText) {
        self.add(Level::Error, target, || detail);
    }

    pub(super) fn warning(&mut self, target: &str, detail: FindingText) {
        self.add(Level::Warning, target, || detail);
    }

    /// Adds a finding whose words take some work, unless it is only counted.
    pub(super) fn add(&mut self, level: Level, target: &str, detail: impl FnOnce() -> FindingText) {
        let (kept, omitted) = match level {
            Level::Error => (&mut self.errors, &mut self.report.omitted_errors),
            Level::Warning => (&mut self.warnings, &mut self.report.omitted_warnings),
        };
        if !kept.full {
            let finding = Finding { level, target: target.to_owned(), detail: detail() };
            kept.count += 1;
            kept.bytes += finding.size();
            kept.full = kept.count > MOST_FINDINGS || kept.bytes > MOST_FINDING_BYTES;
            if !kept.full {
                return self.report.findings.push(finding);
            }
        }
        *omitted += 1;
    }

    /// What was looked at is otherwise from `time` on.
    pub(super) fn holds_until(&mut self, time: Timestamp) {
        self.until = Some(self.until.map_or(time, |until| until.min(time)));
    }

    /// What was found, and until when it is so; `None`: for as long as the definition stays.
    pub(super) fn finish(self) -> (Report, Option<Timestamp>) {
        (self.report, self.until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(count: usize, target: &str) -> Report {
        let mut findings = Findings::default();
        for _ in 0..count {
            findings.error(target, FindingText::MissingPlan);
        }
        findings.warning(target, FindingText::MissingPlan);
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
}
