//! One cell of the table: a step, what happens to it, and when.

use std::fmt;

use crate::world::STEPS;

/// A step of the pipeline; `live` counts twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// One that a publish goes through, by its place in the pipeline.
    Publish(usize),
    /// `live`, up to the switch of the production slot.
    Preparing,
    /// `live`, from the switch on.
    Propagating,
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cause {
    Cancel,
    Failure,
    Crash,
}

/// When it happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    /// The step has not begun; what comes before it has.
    Before,
    /// The step's worker is about to make what the step makes.
    Begun,
    /// The step has done its work, and nobody has recorded that.
    During,
    /// The step is complete, and what comes next has begun.
    After,
    /// A cancellation undoes the step.
    WhileCanceling,
    /// The operation failed in the step and undoes it by itself.
    WhileUndoing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) place: Place,
    pub(super) cause: Cause,
    pub(super) when: When,
}

impl Place {
    /// The step's id.
    pub(super) fn step(self) -> &'static str {
        match self {
            Self::Publish(index) => STEPS[index],
            Self::Preparing | Self::Propagating => "live",
        }
    }

    /// Whether the step makes something that a cancel has to undo.
    pub(super) fn is_undone(self) -> bool {
        matches!(self, Self::Publish(2 | 3) | Self::Preparing)
    }

    /// What comes before it.
    pub(super) fn previous(self) -> Option<Self> {
        match self {
            Self::Publish(index) => index.checked_sub(1).map(Self::Publish),
            Self::Preparing => Some(Self::Publish(4)),
            Self::Propagating => Some(Self::Preparing),
        }
    }

    /// What comes after it.
    pub(super) fn next(self) -> Option<Self> {
        match self {
            Self::Publish(4) => Some(Self::Preparing),
            Self::Publish(index) => Some(Self::Publish(index + 1)),
            Self::Preparing => Some(Self::Propagating),
            Self::Propagating => None,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Publish(_) => write!(f, "`{}`", self.step()),
            Self::Preparing => f.write_str("`live`, before its switch"),
            Self::Propagating => f.write_str("`live`, after its switch"),
        }
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Cancel => "cancel",
            Self::Failure => "failure",
            Self::Crash => "crash",
        })
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Before => "before",
            Self::Begun => "during, before it made anything",
            Self::During => "during",
            Self::After => "after",
            Self::WhileCanceling => "while a cancellation undoes it",
            Self::WhileUndoing => "while a failed operation undoes it",
        })
    }
}

/// Every cell, in the order of the table.
pub(super) fn all() -> Vec<Cell> {
    let places = (0..5).map(Place::Publish).chain([Place::Preparing, Place::Propagating]);
    let mut cells = Vec::new();
    for place in places {
        for cause in [Cause::Cancel, Cause::Failure, Cause::Crash] {
            let whens = [
                When::Before,
                When::Begun,
                When::During,
                When::After,
                When::WhileCanceling,
                When::WhileUndoing,
            ];
            // Only of a step that makes something is there a time before it made it.
            let whens = whens.into_iter().filter(|when| *when != When::Begun || place.is_undone());
            cells.extend(whens.map(|when| Cell { place, cause, when }));
        }
    }
    cells
}

impl Cell {
    /// Why it cannot happen, if it cannot.
    pub(super) fn impossible(self) -> Option<&'static str> {
        let Self { place, cause, when } = self;
        match (place, cause, when) {
            (Place::Propagating, _, When::WhileCanceling | When::WhileUndoing) => {
                Some("nothing undoes a switch")
            }
            (_, _, When::WhileCanceling | When::WhileUndoing) if !place.is_undone() => {
                Some("the step has nothing to undo")
            }
            (Place::Publish(0), Cause::Failure, When::Before)
            | (Place::Propagating, Cause::Failure, When::After) => Some("nothing runs that could fail"),
            _ => None,
        }
    }
}
