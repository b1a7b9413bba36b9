//! Force and kill: their limits, and what they must say.

use signoff_lifecycle::Command;
use signoff_lifecycle::command::StopLevel;
use signoff_lifecycle::note::Note;
use signoff_lifecycle::offer::Aggregate;
use signoff_lifecycle::operation::{Phase, UndoState};

/// Cancel ruleS 5 and 8 bind force, too; undoing is given up by force and kill alone, and both say who did it.
pub(super) fn check(before: Option<&Aggregate>, command: &Command, next: &Aggregate) {
    let level = match command {
        Command::Cancel(cancel) => cancel.level,
        _ => StopLevel::Cancel,
    };
    let earlier = before.and_then(|before| before.target());
    let past =
        earlier.filter(|target| target.phase == Phase::Running && target.point_of_no_return().is_some());
    let stopped = matches!(command, Command::Cancel(_)) && past.is_some();
    assert!(!stopped || level == StopLevel::Kill, "only the operator gets past a point of no return");
    for operation in next.operations() {
        let given_up: Vec<_> = operation
            .undo()
            .iter()
            .filter(|undo| matches!(undo.state, UndoState::GivenUp { .. }))
            .map(|undo| undo.plan.id.clone())
            .collect();
        let says = operation.head().notes.iter().any(|note| match &note.note {
            Note::Forced { given_up: named, .. } | Note::Killed { given_up: named, .. } => *named == given_up,
            _ => false,
        });
        assert!(given_up.is_empty() || says, "{operation:?}");
        let was_given_up = before.and_then(|before| before.operation(operation.head().id)) == Some(operation);
        assert!(given_up.is_empty() || was_given_up || level != StopLevel::Cancel, "{command:?}");
    }
}
