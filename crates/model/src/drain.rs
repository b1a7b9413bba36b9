//! Liveness: from what is stored, with everything volatile lost, a fair run of the work that is due ends everything.

use signoff_lifecycle::decision::Verdict;
use signoff_lifecycle::operation::StepState;

use crate::call::{Call, Outcome, Pipeline, Which};
use crate::essence::NOW;
use crate::fault::{self, Fault};
use crate::job;
use crate::rules::{Answered, Breach, Rule, breach_of};
use crate::store::Stored;

/// More than any operation of a configuration takes.
const TURNS: usize = 200;

/// How work goes from here on.
const COURSES: [Outcome; 3] = [Outcome::Done, Outcome::Transient, Outcome::Permanent];

/// The breach, if under some course something never ends, or no publish could follow.
pub(crate) fn breach(stored: &Stored, pipeline: &Pipeline, fault: Option<Fault>) -> Option<Breach> {
    COURSES.into_iter().find_map(|course| {
        let drain = Drain { stored: stored.clone(), pipeline, fault };
        let Err(Stuck::For(words)) = drain.run(course) else { return None };
        Some(Breach { rule: Rule::EverythingEnds, words: format!("when all work ends {course:?}: {words}") })
    })
}

/// Why a drain came to no end.
enum Stuck {
    /// These words say why.
    For(String),
    /// A rule was broken on the way. The walk comes there, too, and says which.
    Broken,
}

impl From<String> for Stuck {
    fn from(words: String) -> Self {
        Self::For(words)
    }
}

struct Drain<'a> {
    stored: Stored,
    pipeline: &'a Pipeline,
    fault: Option<Fault>,
}

impl Drain<'_> {
    fn run(mut self, course: Outcome) -> Result<(), Stuck> {
        for _ in 0..TURNS {
            if !self.stored.rows().any(|row| row.is_running()) {
                return self.send(Call::Publish);
            }
            let call = self.next(course)?;
            self.send(call)?;
        }
        Err(format!("it does not end: {:?}", self.stored.aggregate.target()).into())
    }

    /// What comes next: work that is due, or else the person that is waited for.
    fn next(&self, course: Outcome) -> Result<Call, String> {
        let aggregate = &self.stored.aggregate;
        for of in [Which::Target, Which::Cancellation] {
            let due = crate::call::operation(aggregate, of).is_some_and(|it| self.stored.is_due(it));
            if let Some(job) = job::of(aggregate, of).filter(|_| due) {
                // After the switch nothing fails for ever, and a held step waits for its release.
                let outcome = match job.kind {
                    _ if job.holds => Outcome::Held,
                    // A third party that does not answer is waited for until its deadline.
                    _ if job.does == job::Does::Ask && course == Outcome::Transient => Outcome::Overdue,
                    job::JobKind::Propagate => Outcome::Done,
                    job::JobKind::Run | job::JobKind::Undo => course,
                };
                return Ok(Call::Result { of, waited_for: true, outcome });
            }
        }
        let target = aggregate.target().filter(|target| target.is_running());
        let target = target.ok_or("nobody moves it on")?;
        if target.head.outstanding.is_some_and(|outstanding| outstanding.held) {
            return Ok(Call::Release);
        }
        let open = target.steps.iter().find(|step| step.is_open()).ok_or("nobody moves it on")?;
        match (&open.state, course) {
            (StepState::WaitingForSignoff { .. }, _) => Ok(Call::GoLive),
            (StepState::WaitingForApproval { .. }, Outcome::Permanent) => Ok(Call::Reject),
            (StepState::WaitingForApproval { .. }, _) => Ok(Call::Approve),
            _ => Err(format!("the work of {} is not due, and nobody moves it on", open.plan.id)),
        }
    }

    fn send(&mut self, call: Call) -> Result<(), Stuck> {
        let before = &call.given(&self.stored.aggregate);
        let command = call.command(before, self.pipeline);
        let answer = fault::decide(self.fault, before, &command);
        let answered = Answered { before: Some(before), command: &command, answer: &answer, now: NOW };
        if breach_of(&answered).is_some() {
            return Err(Stuck::Broken);
        }
        match answer {
            Ok(Verdict::Change(decision)) => {
                self.stored = self.stored.written(&decision).map_err(|_| Stuck::Broken)?;
                Ok(())
            }
            Ok(Verdict::Already { .. }) => Err(format!("{call:?} changed nothing").into()),
            Err(refusal) => Err(format!("{call:?} was refused: {refusal:?}").into()),
        }
    }
}
