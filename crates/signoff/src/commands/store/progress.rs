//! How far something with a whole store is: a bar on a terminal, one line a table elsewhere.

use std::fmt::Write;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{
    HumanBytes, HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle,
};
use signoff_upkeep::{Progress, Stage};

use crate::view;

/// From so many columns on a bar has room for numbers beside it.
const WIDE: u16 = 100;
/// Before that a guess of how long it takes is none.
const KNOWN_AFTER: Duration = Duration::from_secs(2);

/// What shows it, always on stderr.
pub(super) enum Shown {
    /// It is not shown.
    Quiet,
    /// A terminal, with room for numbers or without.
    Bar { bar: ProgressBar, is_wide: bool },
    /// No terminal, or one that cannot go back in a line: a line when a table is done.
    Lines(Mutex<Option<Progress>>),
}

impl Shown {
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        if bar.is_hidden() {
            return Self::Lines(Mutex::new(None));
        }
        // Drawn once there is something to show.
        bar.set_draw_target(ProgressDrawTarget::hidden());
        let is_wide = view::terminal_width().is_none_or(|width| width >= WIDE);
        let template = if is_wide {
            "{prefix:9} {wide_bar} {percent:>3} %  {human_pos} of {human_len} rows  {msg}{left}"
        } else {
            "{prefix:9} {wide_bar} {percent:>3} %  {msg:11}{left}"
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.set_style(style.with_key("left", left));
        Self::Bar { bar, is_wide }
    }

    /// Called for every page of rows.
    pub(super) fn show(&self, progress: Progress) {
        match self {
            Self::Quiet => {}
            Self::Bar { bar, is_wide } => {
                bar.set_length(progress.of);
                bar.set_position(progress.rows);
                bar.set_message(if *is_wide {
                    format!("{} ({})", HumanBytes(progress.bytes), progress.table)
                } else {
                    progress.table.to_owned()
                });
                let before = bar.prefix();
                if before != word(progress.stage) {
                    bar.set_prefix(word(progress.stage));
                    bar.reset_elapsed();
                    bar.reset_eta();
                }
                if before.is_empty() {
                    bar.set_draw_target(ProgressDrawTarget::stderr());
                }
            }
            Self::Lines(last) => {
                let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
                let before = last.replace(progress);
                if let Some(done) =
                    before.filter(|before| (before.stage, before.table) != (progress.stage, progress.table))
                {
                    view::say(&line(&done));
                }
            }
        }
    }

    /// All is done.
    pub(super) fn end(self) {
        if let Self::Lines(last) = &self
            && let Some(done) = last.lock().unwrap_or_else(PoisonError::into_inner).as_ref()
        {
            view::say(&line(done));
        }
    }
}

impl Drop for Shown {
    /// What is printed next begins a line, also after an interruption.
    fn drop(&mut self) {
        if let Self::Bar { bar, .. } = self {
            bar.finish_and_clear();
        }
    }
}

/// How long it will take, once that can be said.
fn left(state: &ProgressState, text: &mut dyn Write) {
    if state.elapsed() >= KNOWN_AFTER {
        // What is written to is memory.
        let _ = write!(text, "  {:#} left", HumanDuration(state.eta()));
    }
}

fn word(stage: Stage) -> &'static str {
    match stage {
        Stage::Copying => "copying",
        Stage::Verifying => "verifying",
        Stage::Checking => "checking",
    }
}

fn line(progress: &Progress) -> String {
    let Progress { stage, table, rows, of, bytes } = *progress;
    let (rows, of, bytes) = (HumanCount(rows), HumanCount(of), HumanBytes(bytes));
    format!("{} {table}: {rows} of {of} rows, {bytes}", word(stage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_tells_the_table_and_how_far_it_is() {
        let progress =
            Progress { stage: Stage::Copying, table: "offer", rows: 1200, of: 34567, bytes: 2_500_000 };
        assert_eq!(line(&progress), "copying offer: 1,200 of 34,567 rows, 2.38 MiB");
    }
}
