//! The stages of a chore, and how long each took.
#![expect(clippy::disallowed_methods, reason = "it times the stages of a chore")]

use std::process::Command;
use std::time::Instant;

use crate::shell::{Failure, announce, run};

/// Runs stages one after the other and remembers their times.
pub(crate) struct Stages {
    began: Instant,
    took: Vec<(&'static str, f64)>,
}

impl Stages {
    /// No stage has run yet.
    pub(crate) fn new() -> Self {
        Self { began: Instant::now(), took: Vec::new() }
    }

    /// Announces `name` and does `work`; a failure ends the chore.
    pub(crate) fn stage<T>(
        &mut self,
        name: &'static str,
        work: impl FnOnce() -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        announce(name);
        let began = Instant::now();
        let outcome = work()?;
        self.took.push((name, began.elapsed().as_secs_f64()));
        Ok(outcome)
    }

    /// A stage that is one call of a program.
    pub(crate) fn call(&mut self, name: &'static str, command: &mut Command) -> Result<(), Failure> {
        self.stage(name, || run(command))
    }

    /// Prints each stage with its seconds, and their sum.
    pub(crate) fn report(&self) {
        announce("times");
        for line in self.lines() {
            eprintln!("{line}");
        }
    }

    fn lines(&self) -> Vec<String> {
        let total = ("in all", self.began.elapsed().as_secs_f64());
        self.took.iter().chain([&total]).map(|(name, seconds)| format!("{seconds:7.1} s  {name}")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_stage_ends_the_chore_and_is_not_counted() {
        let mut stages = Stages::new();
        assert!(stages.call("good", &mut Command::new("true")).is_ok());
        assert!(stages.call("bad", &mut Command::new("false")).is_err());
        let lines = stages.lines();
        assert_eq!(lines.len(), 2);
        assert!(lines[0].ends_with(" s  good") && lines[1].ends_with(" s  in all"), "{lines:?}");
    }
}
