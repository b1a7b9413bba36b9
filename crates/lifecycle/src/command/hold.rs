//! Holding a scripted step before its result, and letting it go on.

use super::awaited::Awaited;
use super::{Decide, existing};
use crate::decision::Verdict;
use crate::ids::{Micros, OperationId, PublisherTime};
use crate::offer::{Aggregate, Course};
use crate::operation::{Outstanding, Submission};
use crate::refusal::Refusal;
use crate::transition::{Tracked, Transition};

/// A scripted step reached the point where its scenario holds it. Work that [`Submission::holds`] does not speak of
/// is due again at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The operation.
    pub operation: OperationId,
    /// The number of the work that is held.
    pub attempt: u32,
}

impl Decide for Hold {
    type Reply = ();

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let mut awaited = Awaited::of(course, self.operation, self.attempt)?;
        let mut transition = Transition::new(offer, now, present);
        transition.finish_work(self.operation, self.attempt);
        match &mut awaited {
            Awaited::Run(target, _) if target.holds() => {
                let held = target.head.outstanding.map(|work| Outstanding { held: true, ..work });
                target.head.outstanding = held;
            }
            // Released in the meantime, or never to be held: a hold would have no release.
            _ => awaited.reissue(&mut transition, Micros::ZERO),
        }
        Ok(awaited.finish(transition))
    }
}

/// Lets a held step go on; one that is not held yet will not be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    /// The step.
    pub step: String,
}

impl Decide for Release {
    type Reply = ();

    fn decide(self, state: Option<Aggregate>, present: PublisherTime) -> Result<Verdict<()>, Refusal> {
        let state = existing(state)?;
        let now = state.at(present);
        let Aggregate { offer, course } = state;
        let running = |course: &Course| course.target().is_running();
        let Some(course) = course.filter(running) else { return Err(Refusal::NoRunningOperation) };
        if course.target().step(&self.step).is_none() {
            return Err(Refusal::no_step(self.step, &course.target().steps));
        }
        if course.target().released.contains(&self.step) {
            return Ok(Verdict::already(Aggregate { offer, course: Some(course) }, ()));
        }
        let (target, cancellation) = course.into_parts();
        let held = held_work(&target, &self.step);
        let mut target = Tracked::unchanged(target);
        let mut transition = Transition::new(offer, now, present);
        target.released.push(self.step);
        if let Some(Outstanding { index, what, .. }) = held {
            transition.issue(&mut target.head, index, what, Micros::ZERO);
        }
        Ok(transition.finish(target, cancellation.map(Tracked::unchanged), ()))
    }
}

/// The work that is held, if it is that of the step.
fn held_work(target: &Submission, step: &str) -> Option<Outstanding> {
    let outstanding = target.head.outstanding.filter(|outstanding| outstanding.held)?;
    (target.steps.get(outstanding.index)?.plan.id == step).then_some(outstanding)
}
