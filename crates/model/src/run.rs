//! A run of the checker, and what came of it.

use std::num::NonZeroUsize;

use stateright::{Checker, HasDiscoveries, Model};

use crate::configuration::Configuration;
use crate::explain::story;
use crate::fault::Fault;
use crate::rules::Rule;
use crate::seen;
use crate::system::System;

/// What came of a run.
pub struct Run {
    /// Steps that were taken from one state to another.
    pub steps: usize,
    /// Different states.
    pub states: usize,
    /// Actions on the longest of the shortest ways to a state.
    pub depth: usize,
    /// Different things that the store held of an offer.
    pub stored: usize,
    /// Pairs of such a thing and a command: so often was something decided, and the rules held against it.
    pub decisions: usize,
    seen: u32,
    /// The rules that were broken, each with a shortest way there, in words.
    pub broken: Vec<(Rule, String)>,
}

impl Configuration {
    /// Walks every state. With a bug in it, what follows a broken rule is not looked at.
    pub fn run(&self, fault: Option<Fault>, threads: usize) -> Run {
        let checker = self.check(fault, threads, HasDiscoveries::All, None);
        let found = checker.discoveries();
        let broken = Rule::ALL.into_iter().filter(|rule| found.contains_key(rule.says()));
        let broken = broken.map(|rule| (rule, self.way_to(rule, fault))).collect();
        let memo = &checker.model().memo;
        let (stored, decisions) = memo.sizes();
        Run {
            steps: checker.state_count(),
            states: checker.unique_state_count(),
            depth: checker.max_depth(),
            stored,
            decisions,
            seen: memo.seen(),
            broken,
        }
    }

    /// A shortest way on which the rule is broken, in words. The checker keeps the last one that it finds, so it is asked
    /// for shorter ones until there is none.
    fn way_to(&self, rule: Rule, fault: Option<Fault>) -> String {
        let (mut text, mut longest) = (String::new(), None);
        loop {
            let checker = self.check(fault, 1, HasDiscoveries::AnyOf([rule.says()].into()), longest);
            let Some(path) = checker.discovery(rule.says()) else { return text };
            longest = NonZeroUsize::new(path.clone().into_states().len());
            text = story(checker.model(), path);
        }
    }

    /// `longer`: ways of so many states are not looked at.
    fn check(
        &self,
        fault: Option<Fault>,
        threads: usize,
        until: HasDiscoveries,
        longer: Option<NonZeroUsize>,
    ) -> impl Checker<System> {
        let builder = self.system(fault).checker().threads(threads).finish_when(until);
        // Zero is no bound.
        builder.target_max_depth(longer.map_or(0, NonZeroUsize::get)).spawn_bfs().join()
    }
}

impl Run {
    /// What this run and `others` never saw of what there is to see.
    pub fn never_seen(runs: &[Self]) -> Vec<&'static str> {
        let all = runs.iter().fold(0, |all, run| all | run.seen);
        seen::ALL.iter().filter(|(what, _)| all & what == 0).map(|(_, words)| *words).collect()
    }
}
