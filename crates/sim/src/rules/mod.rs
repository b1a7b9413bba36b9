//! The rules that never bend, held against every committed state in its turn. They are written from the design, not
//! from the code; the numbers are the design's.

pub(crate) mod effects;
mod letters;
mod life;
mod seen;
mod slots;
mod work;

use signoff_lifecycle::operation::{Kind, Operation, Standing};
use signoff_store::contract::Change;
use signoff_store::memory::Tables;

pub(crate) use letters::at_the_end as letters_at_the_end;
pub(crate) use seen::Seen;

use crate::counts::Counts;

/// What one commit may break. `seen` is what was before, `tables` is what is stored now.
pub(crate) fn check(
    seen: &mut Seen,
    change: &Change,
    tables: &Tables,
    counts: &mut Counts,
) -> Result<(), String> {
    life::check(seen, change)?;
    slots::check(seen, change)?;
    work::check(seen, change, tables)?;
    effects::check(seen, change, tables)?;
    letters::expect(seen, change, counts);
    letters::check(seen, change, tables)
}

/// `Err(what)` unless it holds.
pub(crate) fn hold(holds: bool, what: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what()) }
}

/// An operation's kind in a word.
pub(crate) fn kind(operation: &Operation) -> &'static str {
    match operation.kind() {
        Kind::Publish => "publish",
        Kind::GoLive => "golive",
        Kind::Cancel { .. } => "cancel",
    }
}

/// An operation's phase in a word.
pub(crate) fn phase(operation: &Operation) -> &'static str {
    word(operation.standing())
}

/// Where an operation stands, in a word.
pub(crate) fn word(standing: Standing) -> &'static str {
    match standing {
        Standing::Running => "running",
        Standing::Canceling => "canceling",
        Standing::Undoing => "undoing",
        Standing::Completed => "completed",
        Standing::Failed => "failed",
        Standing::Canceled => "canceled",
    }
}
