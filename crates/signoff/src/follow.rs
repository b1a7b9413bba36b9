//! Following an operation while showing its steps: bars on a terminal, one line a change elsewhere.

use std::collections::BTreeMap;
use std::io::{IsTerminal, stderr};
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use signoff_wire::client::{Client, Pace, Until, waits_for_sign_off};
use signoff_wire::operation::{OperationDetail, StepView};
use signoff_wire::words::{OperationState, StepStatus, SubmissionType};

use crate::exit::Failure;
use crate::view::{self, plain};

/// What shows the steps, always on stderr.
enum Progress {
    /// A terminal: one bar a step.
    Bars { all: MultiProgress, by_step: BTreeMap<String, ProgressBar> },
    /// No terminal: a line whenever a step's status changes.
    Lines { known: BTreeMap<String, StepStatus> },
}

impl Progress {
    fn new() -> Self {
        if stderr().is_terminal() {
            Self::Bars { all: MultiProgress::new(), by_step: BTreeMap::new() }
        } else {
            Self::Lines { known: BTreeMap::new() }
        }
    }

    fn show(&mut self, operation: &OperationDetail<'_>) {
        match self {
            Self::Bars { all, by_step } => {
                for step in &operation.steps {
                    let bar = by_step.entry(step.id.to_string()).or_insert_with(|| all.add(new_bar(step)));
                    bar.set_position(step.progress_percentage.into());
                    bar.set_message(step.status.as_str());
                }
            }
            Self::Lines { known } => changed_lines(known, operation).iter().for_each(|line| view::say(line)),
        }
    }

    fn end(self) {
        if let Self::Bars { by_step, .. } = self {
            by_step.values().for_each(ProgressBar::abandon);
        }
    }
}

/// A bar that does not show before it has its place among the others.
fn new_bar(step: &StepView<'_>) -> ProgressBar {
    let style = ProgressStyle::with_template(template(view::terminal_width()))
        .expect("the templates are valid, as the test of them shows");
    let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::hidden()).with_style(style);
    bar.set_prefix(plain(if step.step_name.is_empty() { &step.id } else { &step.step_name }));
    bar
}

/// Lines that fit: names are cut, and narrow terminals get numbers only.
fn template(width: Option<u16>) -> &'static str {
    match width {
        Some(width) if width < 76 => "{prefix:14!} {pos:>3}% {msg}",
        _ => "{prefix:28!} {bar:16} {pos:>3}% {msg}",
    }
}

/// One line for every step whose status is not the known one; remembers the new ones.
fn changed_lines(known: &mut BTreeMap<String, StepStatus>, operation: &OperationDetail<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    for step in &operation.steps {
        let before = known.insert(step.id.to_string(), step.status).unwrap_or(StepStatus::NotStarted);
        if before != step.status {
            lines.push(format!("{}: {}", plain(&step.id), step.status));
        }
    }
    lines
}

/// Follows the operation at `location` and returns its last state, whatever that is.
pub(crate) async fn follow(
    client: &Client,
    location: &str,
    first_pause: Option<Duration>,
    until: Until,
) -> Result<OperationDetail<'static>, Failure> {
    follow_until(client, location, first_pause, |operation| until.reached(operation)).await
}

/// The same, until `reached` says yes to a state.
pub(crate) async fn follow_until(
    client: &Client,
    location: &str,
    first_pause: Option<Duration>,
    reached: impl Fn(&OperationDetail<'static>) -> bool,
) -> Result<OperationDetail<'static>, Failure> {
    let mut progress = Progress::new();
    let show = |operation: &OperationDetail<'static>| progress.show(operation);
    let last = client.watch_until(location, first_pause, reached, Pace::default(), show).await;
    progress.end();
    Ok(last?)
}

/// Whether the followed operation ended as its kind should: completed, or waiting for sign-off.
pub(crate) fn ended_well(operation: &OperationDetail<'_>) -> Result<(), Failure> {
    match operation.status {
        OperationState::Completed | OperationState::Succeeded => Ok(()),
        OperationState::Running if waits_for_sign_off(operation) => Ok(()),
        state => Err(Failure::Ended(verdict(operation, state))),
    }
}

/// Whether a cancel did what it should: its target is canceled, or the cancellation completed.
pub(crate) fn canceled_well(operation: &OperationDetail<'_>) -> Result<(), Failure> {
    match (operation.submission_type, operation.status) {
        (_, OperationState::Canceled)
        | (SubmissionType::Cancel, OperationState::Completed | OperationState::Succeeded) => Ok(()),
        (_, state) => Err(Failure::Ended(verdict(operation, state))),
    }
}

fn verdict(operation: &OperationDetail<'_>, state: OperationState) -> String {
    let mut verdict = format!("{} {} is {state}", operation.submission_type, operation.id);
    if let Some(error) = &operation.error {
        verdict = format!("{verdict}: {}", plain(&error.message));
    }
    if let Some(reason) = &operation.cancellation_reason {
        verdict = format!("{verdict}: {}", plain(reason));
    }
    verdict
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn operation(kind: &str, status: &str, step: &str) -> OperationDetail<'static> {
        serde_json::from_value(json!({
            "id": "00000000-0000-0000-0000-000000000007", "submissionType": kind, "status": status,
            "publishingVersion": 1, "offerVersion": 1, "cancellationRequestState": "canCancel",
            "steps": [{"id": "displaycertify", "status": "complete"}, {"id": "publisher-signoff", "status": step}],
            "error": {"code": "X", "message": "no \u{1b}[31mimage"},
        }))
        .unwrap()
    }

    #[test]
    fn endings_table() {
        for (kind, status, step, well, canceled) in [
            ("publish", "completed", "complete", true, false),
            ("publish", "succeeded", "waitingForPublisherReview", true, false),
            ("publish", "running", "waitingForPublisherReview", true, false),
            ("publish", "running", "inProgress", false, false),
            ("publish", "failed", "blocked", false, false),
            ("publish", "canceled", "canceled", false, true),
            ("cancel", "completed", "complete", true, true),
            ("cancel", "failed", "blocked", false, false),
        ] {
            let operation = operation(kind, status, step);
            let got = (ended_well(&operation).is_ok(), canceled_well(&operation).is_ok());
            assert_eq!(got, (well, canceled), "{kind} {status} {step}");
        }
        let failed = ended_well(&operation("publish", "failed", "blocked")).unwrap_err().to_string();
        assert_eq!(failed, "publish 00000000-0000-0000-0000-000000000007 is failed: no  [31mimage");
    }

    #[test]
    fn a_line_is_printed_once_for_every_change() {
        let mut known = BTreeMap::new();
        let first = operation("publish", "running", "notStarted");
        assert_eq!(changed_lines(&mut known, &first), ["displaycertify: complete"]);
        assert!(changed_lines(&mut known, &first).is_empty());
        let second = operation("publish", "running", "waitingForPublisherReview");
        assert_eq!(changed_lines(&mut known, &second), ["publisher-signoff: waitingForPublisherReview"]);
    }

    #[test]
    fn the_templates_of_bars_are_valid() {
        for width in [None, Some(46), Some(80)] {
            ProgressStyle::with_template(template(width)).unwrap();
        }
        let operation = operation("publish", "running", "notStarted");
        assert_eq!(new_bar(&operation.steps[0]).prefix(), "displaycertify");
    }
}
