//! Following an operation while showing its steps: bars on a terminal, one line a change elsewhere.

use std::collections::BTreeMap;
use std::time::Duration;

use console::{measure_text_width, truncate_str};
use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use signoff_wire::client::{Client, ClientError, News, Pace, Until, waits_for_sign_off};
use signoff_wire::operation::{OperationDetail, StepView};
use signoff_wire::words::{OperationState, StepStatus, SubmissionType};

use crate::exit::Failure;
use crate::shutdown::StopSignals;
use crate::view::{self, Stream, plain};

/// What shows the steps, always on stderr.
enum Progress {
    /// A terminal: one bar a step.
    Bars { all: MultiProgress, by_step: BTreeMap<String, ProgressBar> },
    /// No terminal: a line whenever a step's status changes.
    Lines { known: BTreeMap<String, StepStatus> },
}

impl Progress {
    fn new() -> Self {
        if Stream::Err.is_terminal() {
            Self::Bars { all: MultiProgress::new(), by_step: BTreeMap::new() }
        } else {
            Self::Lines { known: BTreeMap::new() }
        }
    }

    fn show(&mut self, operation: &OperationDetail<'_>) {
        match self {
            Self::Bars { all, by_step } => {
                let shape = Shape::of(operation, Stream::Err.screen().width);
                for step in &operation.steps {
                    let bar =
                        by_step.entry(step.id.to_string()).or_insert_with(|| all.add(new_bar(step, shape)));
                    bar.set_position(step.progress_percentage.into());
                    bar.set_message(word(step.status));
                }
            }
            Self::Lines { known } => changed_lines(known, operation).iter().for_each(|line| view::say(line)),
        }
    }

    /// Says a sentence between what is shown.
    fn say(&self, sentence: &str) {
        match self {
            Self::Bars { all, .. } => all.suspend(|| view::say(sentence)),
            Self::Lines { .. } => view::say(sentence),
        }
    }

    /// Tells whether the server is there.
    fn tell(&mut self, news: &News<'_>) {
        match news {
            News::State(operation) => self.show(operation),
            News::Away(error) => self.say(&format!("no answer ({error}); asking again for a minute")),
            News::Back => self.say("the server answers again"),
        }
    }

    fn end(self) {
        if let Self::Bars { by_step, .. } = self {
            by_step.values().for_each(ProgressBar::abandon);
        }
    }
}

/// How wide the parts of a line are, so that it fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Shape {
    name: usize,
    /// 0: there is no room for one.
    bar: usize,
}

impl Shape {
    /// The longest word for a status, the percentage and blanks.
    const OTHERS: usize = 16 + 6 + 1;
    const SHORTEST_BAR: usize = 6;
    const LONGEST_BAR: usize = 24;

    /// Names are shown whole if it can be, then comes the bar.
    fn of(operation: &OperationDetail<'_>, width: Option<usize>) -> Self {
        let longest = operation.steps.iter().map(|step| measure_text_width(&name(step))).max().unwrap_or(0);
        let room = width.unwrap_or(80).saturating_sub(Self::OTHERS + 1);
        let bar = room.saturating_sub(longest + 1).min(Self::LONGEST_BAR);
        let bar = if bar < Self::SHORTEST_BAR { 0 } else { bar };
        Self { name: longest.min(room).max(1), bar }
    }

    fn template(self) -> String {
        let Self { name, bar } = self;
        let bar = if bar == 0 { String::new() } else { format!("{{bar:{bar}}} ") };
        format!("{{prefix:{name}!}} {bar}{{pos:>3}}% {{msg}}")
    }
}

fn name(step: &StepView<'_>) -> String {
    plain(if step.step_name.is_empty() { &step.id } else { &step.step_name })
}

/// The status in as few letters as a line has room for.
fn word(status: StepStatus) -> &'static str {
    match status {
        StepStatus::WaitingForPublisherReview => "waits for you",
        StepStatus::WaitingForApproval => "waits for review",
        other => other.as_str(),
    }
}

/// A bar that does not show before it has its place among the others.
fn new_bar(step: &StepView<'_>, shape: Shape) -> ProgressBar {
    let style = ProgressStyle::with_template(&shape.template())
        .expect("the templates are valid, as the test of them shows");
    let bar = ProgressBar::with_draw_target(Some(100), ProgressDrawTarget::hidden()).with_style(style);
    bar.set_prefix(truncate_str(&name(step), shape.name, "…").into_owned());
    bar
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

/// What is followed, in the words of the command line.
pub(crate) struct Followed {
    /// Like `the publish of vm`.
    pub(crate) what: String,
    /// The command that follows it again.
    pub(crate) watch: String,
    /// The command that stops it, if there is one.
    pub(crate) stop: Option<String>,
}

impl Followed {
    /// How to go on by hand, one line each.
    fn by_hand(&self) -> String {
        let stop = self.stop.as_ref().map(|stop| format!("\n  stop it:   {stop}")).unwrap_or_default();
        format!("\n  watch it:  {}{stop}", self.watch)
    }

    fn interrupted(&self) -> Failure {
        Failure::Interrupted(format!(
            "no longer watching; {} goes on at the server{}",
            self.what,
            self.by_hand()
        ))
    }

    fn lost(&self, error: ClientError) -> Failure {
        if !error.is_passing() {
            return error.into();
        }
        let hint = format!("{} was accepted, and goes on when the server does{}", self.what, self.by_hand());
        Failure::Unwatched { error, hint }
    }
}

/// Follows the operation at `location` and returns its last state, good or bad. Ctrl-C ends the following alone.
pub(crate) async fn follow(
    client: &Client,
    location: &str,
    first_pause: Option<Duration>,
    until: Until,
    followed: &Followed,
) -> Result<OperationDetail<'static>, Failure> {
    let signals = StopSignals::listen()?;
    let ended = tokio::select! {
        ended = watch_until(client, location, first_pause, |operation| until.reached(operation)) => ended,
        () = signals.at_least(1) => return Err(followed.interrupted()),
    };
    ended.map_err(|error| followed.lost(error))
}

/// The same, until `reached` says yes to a state; signals are the caller's.
pub(crate) async fn follow_until(
    client: &Client,
    location: &str,
    first_pause: Option<Duration>,
    reached: impl Fn(&OperationDetail<'static>) -> bool,
) -> Result<OperationDetail<'static>, Failure> {
    Ok(watch_until(client, location, first_pause, reached).await?)
}

async fn watch_until(
    client: &Client,
    location: &str,
    first_pause: Option<Duration>,
    reached: impl Fn(&OperationDetail<'static>) -> bool,
) -> Result<OperationDetail<'static>, ClientError> {
    let mut progress = Progress::new();
    let tell = |news: News<'_>| progress.tell(&news);
    let last = client.watch_until(location, first_pause, reached, Pace::default(), tell).await;
    progress.end();
    last
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
    fn names_are_whole_where_there_is_room_and_no_line_is_too_long() {
        let mut operation = operation("publish", "running", "notStarted");
        operation.steps[0].step_name = "Packaging and Lead Generation Registration".into();
        let shape = |width| Shape::of(&operation, width);
        assert_eq!(shape(Some(80)), Shape { name: 42, bar: 13 });
        assert_eq!(shape(None), shape(Some(80)));
        assert_eq!(shape(Some(70)), Shape { name: 42, bar: 0 });
        assert_eq!(shape(Some(60)).name, 36);
        for width in [10, 46, 60, 70, 80, 200] {
            ProgressStyle::with_template(&shape(Some(width)).template()).unwrap();
        }
        let bar = new_bar(&operation.steps[0], shape(Some(60)));
        assert_eq!(bar.prefix(), "Packaging and Lead Generation Regis…");
        for status in
            [StepStatus::WaitingForPublisherReview, StepStatus::WaitingForApproval, StepStatus::InProgress]
        {
            assert!(word(status).len() <= 16);
        }
    }
}
