//! The promises (docs/promises.md) as checks: written from the promises and the contract, not from the code.
//!
//! A check panics with what it saw. The tests of the lifecycle run the checks as they are; the model asks
//! [`breach_of`], which answers the rule that was broken. To add a check, add a row to [`decision::CHECKS`] or to
//! [`answer::CHECKS`].
#![expect(clippy::unwrap_used, reason = "a check may panic: that is how it says that a rule is broken")]

pub mod answer;
pub mod decision;
mod force;
mod quiet;
mod slots;
mod undo;

use signoff_lifecycle::Command;
use signoff_lifecycle::decision::{Decision, Verdict};
use signoff_lifecycle::ids::PublisherTime;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::refusal::Refusal;

/// A promise, by its number; the last one is what the promises are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Rule {
    /// 1.
    OneRuns,
    /// 2.
    EndsOnce,
    /// 3.
    CanceledAtOnce,
    /// 4.
    CancellationUndoes,
    /// 5.
    PointOfNoReturn,
    /// 6.
    SlotsSwitch,
    /// 7.
    WorkIsFenced,
    /// 8.
    AnswersLast,
    /// 9.
    ToldOnce,
    /// 10.
    SameAnswer,
    /// Liveness.
    EverythingEnds,
}

impl Rule {
    /// All of them, in the order of the design.
    pub const ALL: [Self; 11] = [
        Self::OneRuns,
        Self::EndsOnce,
        Self::CanceledAtOnce,
        Self::CancellationUndoes,
        Self::PointOfNoReturn,
        Self::SlotsSwitch,
        Self::WorkIsFenced,
        Self::AnswersLast,
        Self::ToldOnce,
        Self::SameAnswer,
        Self::EverythingEnds,
    ];

    /// Number and words, short.
    pub fn says(self) -> &'static str {
        match self {
            Self::OneRuns => "1 at most one operation of an offer runs",
            Self::EndsOnce => "2 every operation ends once, and then nothing of it changes",
            Self::CanceledAtOnce => "3 after a 200 the target is canceled and nothing of it is applied",
            Self::CancellationUndoes => {
                "4 after a 202 a cancellation undoes all in reverse, and names what is left"
            }
            Self::PointOfNoReturn => "5 past the point of no return a cancel is refused, visibly so",
            Self::SlotsSwitch => "6 slots change in the switch and at sign-off alone",
            Self::WorkIsFenced => "7 a stale result is refused, and work that is waited for is due",
            Self::AnswersLast => "8 what was answered is recorded, and stays",
            Self::ToldOnce => "9 one transition, one notification",
            Self::SameAnswer => "10 the same cancel gets the same answer and changes nothing twice",
            Self::EverythingEnds => "liveness: a fair drain ends every operation",
        }
    }
}

/// A command that was decided: what the checks look at.
pub struct Answered<'a> {
    /// The offer as it was.
    pub before: Option<&'a Aggregate>,
    /// What was sent.
    pub command: &'a Command,
    /// What came of it.
    pub answer: &'a Result<Verdict, Refusal>,
    /// When.
    pub now: PublisherTime,
}

/// A command that changes something: what the checks look at.
pub struct Taken<'a> {
    /// The offer as it was.
    pub before: Option<&'a Aggregate>,
    /// What was sent.
    pub command: &'a Command,
    /// What came of it.
    pub decision: &'a Decision,
    /// When.
    pub now: PublisherTime,
}

/// A rule that was broken, and what was seen.
#[derive(Clone, Debug)]
pub struct Breach {
    /// The rule.
    pub rule: Rule,
    /// The words of the check.
    pub words: String,
}

/// Every rule that one decision can break by itself.
///
/// # Panics
/// If a rule is broken.
pub fn of_a_decision(before: Option<&Aggregate>, command: &Command, decision: &Decision, now: PublisherTime) {
    let taken = Taken { before, command, decision, now };
    for (_, check) in decision::CHECKS {
        check(&taken);
    }
}

/// The first rule that an answer breaks, if it breaks any.
pub fn breach_of(answered: &Answered<'_>) -> Option<Breach> {
    let Answered { before, command, answer, now } = answered;
    let of_answer = answer::CHECKS.iter().find_map(|(rule, check)| quiet::breach(*rule, || check(answered)));
    of_answer.or_else(|| match answer {
        Ok(Verdict::Change(decision)) => {
            let taken = Taken { before: *before, command, decision, now: *now };
            decision::CHECKS.iter().find_map(|(rule, check)| quiet::breach(*rule, || check(&taken)))
        }
        Ok(Verdict::Already { .. }) | Err(_) => None,
    })
}
