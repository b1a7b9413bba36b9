//! The world: what steps made and is there, independent of what the store says.

use signoff_lifecycle::decision::Decision;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::Phase;
use signoff_lifecycle::plan::CancelPolicy;

use crate::rules::Rule;

/// No offer of the model has more leftovers.
pub(crate) const MOST_LEFTOVERS: usize = 6;

/// What is there of one offer: bits by step, and by the place of a leftover in the offer's list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct World {
    /// What the steps of the newest publish or golive made.
    pub(crate) made: u8,
    /// What of the recorded leftovers is there.
    pub(crate) left: u8,
}

/// Where a leftover's artifact was before the commit.
#[derive(Clone, Copy, Debug)]
enum From {
    Left(u8),
    Made(u8),
}

/// What a commit says about the world.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Turn {
    /// Another operation is the newest publish or golive.
    starts: bool,
    /// The newest publish or golive ends, and nothing of these steps may be there but what is named as left.
    ends: Option<(Rule, u8)>,
    /// Steps that are named as left.
    named: u8,
    /// Leftovers that are recorded as removed.
    removed: u8,
    /// The leftovers as they then are.
    leftovers: [Option<From>; MOST_LEFTOVERS],
}

fn bit(place: usize) -> u8 {
    u32::try_from(place).ok().and_then(|place| 1_u8.checked_shl(place)).unwrap_or(0)
}

/// What `decision` says about the world.
pub(crate) fn turn(before: &Aggregate, decision: &Decision) -> Turn {
    let next = &decision.next;
    let mut turn = Turn::default();
    let target = before.target();
    let id = next.target().map(|target| target.head.id);
    turn.starts = id != target.map(|target| target.head.id);
    let place = |step: &str| next.target()?.steps.iter().position(|candidate| candidate.plan.id == step);
    let (old, new) = (&before.offer.leftovers, &next.offer.leftovers);
    for (at, leftover) in new.iter().enumerate().take(MOST_LEFTOVERS) {
        let known = old.iter().position(|candidate| candidate == leftover);
        turn.leftovers[at] = match known {
            Some(place) => Some(From::Left(bit(place))),
            None => place(&leftover.step).map(|place| From::Made(bit(place))),
        };
        if let (None, Some(place)) = (known, place(&leftover.step)) {
            turn.named |= bit(place);
        }
    }
    turn.removed = old
        .iter()
        .enumerate()
        .filter(|(_, leftover)| !new.contains(leftover))
        .fold(0, |removed, (place, _)| removed | bit(place));
    turn.ends = ends(before, next);
    turn
}

fn ends(before: &Aggregate, next: &Aggregate) -> Option<(Rule, u8)> {
    let target = next.target()?;
    let ran = before.target().is_some_and(|old| old.head.id == target.head.id && old.is_running());
    let rule = match target.phase {
        Phase::Canceled { .. } if next.cancellation().is_none() => Rule::CanceledAtOnce,
        Phase::Canceled { .. } | Phase::Failed { .. } => Rule::CancellationUndoes,
        _ => return None,
    };
    // A step that may be interrupted has nothing to undo, by its plan.
    let undone = target.steps.iter().enumerate();
    let undone = undone.filter(|(_, step)| step.plan.cancel != CancelPolicy::Interrupt);
    ran.then(|| (rule, undone.fold(0, |steps, (place, _)| steps | bit(place))))
}

impl World {
    /// The world as the books then see it; the rule that it breaks.
    pub(crate) fn turned(self, turn: &Turn) -> Result<Self, (Rule, &'static str)> {
        if let Some((rule, steps)) = turn.ends
            && self.made & steps & !turn.named != 0
        {
            return Err((rule, "it ended, and something of it is there that nobody names"));
        }
        if self.left & turn.removed != 0 {
            return Err((Rule::CancellationUndoes, "a leftover is recorded as removed, and is there"));
        }
        let is_there = |from: &From| match *from {
            From::Left(bit) => self.left & bit != 0,
            From::Made(bit) => self.made & bit != 0,
        };
        let leftovers = turn.leftovers.iter().enumerate();
        let left = leftovers
            .filter(|(_, from)| from.as_ref().is_some_and(is_there))
            .fold(0, |left, (place, _)| left | bit(place));
        let over = turn.starts || turn.ends.is_some();
        Ok(Self { made: if over { 0 } else { self.made }, left })
    }

    /// A step makes what it makes.
    pub(crate) fn make(&mut self, step: u8) {
        self.made |= bit(step.into());
    }

    /// An undo removes it.
    pub(crate) fn remove(&mut self, step: u8) {
        self.made &= !bit(step.into());
    }
}
