//! A run of the checker and what came of it, as people read it.

use std::fmt::Write;

use stateright::{Checker, HasDiscoveries, Model, Path};

use crate::configuration::Configuration;
use crate::fault::Fault;
use crate::rules::Rule;
use crate::seen;
use crate::state::State;
use crate::system::{Action, System};

/// What came of a run.
pub struct Run {
    /// Transitions that were taken.
    pub transitions: usize,
    /// Different states.
    pub states: usize,
    /// The longest way that had to be looked at.
    pub depth: usize,
    /// Different things that an offer's store held.
    pub stored: usize,
    /// Different commands on them that were decided, and on which the rules were checked.
    pub decisions: usize,
    /// What was seen; see [`seen::ALL`].
    pub seen: u32,
    /// Which rules were broken, each with the shortest way that was found, in words.
    pub broken: Vec<(Rule, String)>,
}

impl Configuration {
    /// Walks every state; with a bug, until a rule is broken everywhere it can be.
    pub fn run(&self, fault: Option<Fault>, threads: usize) -> Run {
        let system = self.system(fault);
        let checker =
            system.checker().threads(threads).finish_when(HasDiscoveries::All).target_state_count(std::env::var("N").map_or(usize::MAX, |n| n.parse().unwrap())).spawn_bfs().join();
        let found = checker.discoveries();
        let of_rule = |rule: &Rule| {
            let path = found.get(rule.says())?;
            Some((*rule, story(checker.model(), path.clone())))
        };
        let memo = &checker.model().memo;
        if std::env::var("N").is_ok() { for i in 0..memo.sizes().0.min(4000) { if i > memo.sizes().0.min(4000) - 4 { println!("{:#?}", memo.stored(i as u32)); } } }
        let (stored, decisions) = memo.sizes();
        Run {
            transitions: checker.state_count(),
            states: checker.unique_state_count(),
            depth: checker.max_depth(),
            stored,
            decisions,
            seen: memo.seen(),
            broken: Rule::ALL.iter().filter_map(of_rule).collect(),
        }
    }
}

impl Run {
    /// What was seen, in words.
    pub fn sights(&self) -> impl Iterator<Item = &'static str> {
        seen::ALL.iter().filter(|(what, _)| self.seen & what != 0).map(|(_, words)| *words)
    }
}

fn story(system: &System, path: Path<State, Action>) -> String {
    let mut text = String::new();
    for (state, action) in path.into_vec() {
        let _ = writeln!(text, "    {state:?}");
        if let Some(action) = action {
            let _ = writeln!(text, "  {action:?}");
        }
        if let Some(broken) = state.broken {
            let _ = writeln!(text, "  {}: {}", broken.0.says(), system.memo.words(broken));
        }
    }
    text
}
