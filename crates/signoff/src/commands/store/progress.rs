//! How far something with a whole store is: a bar on a terminal, one line a table elsewhere.

use std::io::{IsTerminal, stderr};
use std::sync::{Mutex, PoisonError};

use indicatif::{HumanBytes, HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use signoff_store::upkeep::{Progress, Stage};

use crate::view;

/// What shows it, always on stderr.
pub(super) enum Shown {
    /// Nobody wants to see it.
    Quiet,
    /// A terminal.
    Bar(ProgressBar),
    /// No terminal: a line when a table is done.
    Lines(Mutex<Option<Progress>>),
}

impl Shown {
    pub(super) fn new(quiet: bool) -> Self {
        if quiet {
            return Self::Quiet;
        }
        if !stderr().is_terminal() {
            return Self::Lines(Mutex::new(None));
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let template =
            "{prefix:9} {wide_bar} {percent:>3} %  {human_pos} of {human_len} rows  {msg}  {eta} left";
        let style = ProgressStyle::with_template(template);
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
        Self::Bar(bar)
    }

    /// Called for every page of rows.
    pub(super) fn show(&self, progress: Progress) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => {
                if bar.prefix() != word(progress.stage) {
                    bar.set_prefix(word(progress.stage));
                    bar.reset();
                }
                bar.set_length(progress.of);
                bar.set_position(progress.rows);
                bar.set_message(format!("{} ({})", HumanBytes(progress.bytes), progress.table));
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
    pub(super) fn end(&self) {
        match self {
            Self::Quiet => {}
            Self::Bar(bar) => bar.finish_and_clear(),
            Self::Lines(last) => {
                let last = last.lock().unwrap_or_else(PoisonError::into_inner);
                if let Some(done) = last.as_ref() {
                    view::say(&line(done));
                }
            }
        }
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
