//! Every dependency that we declare has its reason in writing.

use std::collections::BTreeSet;

use super::graph::Graph;
use super::rules::{ARROWS, DECISIONS};

/// One finding for each outside crate that the table of decisions does not name.
pub(super) fn check(graph: &Graph, decisions: &str) -> Vec<String> {
    let declared: BTreeSet<&str> =
        graph.members().flat_map(|(_, declared)| declared.iter().map(String::as_str)).collect();
    declared
        .into_iter()
        .filter(|name| !ARROWS.iter().any(|(ours, _)| ours == name))
        .filter(|name| !decisions.contains(&format!("`{name}`")))
        .map(|name| format!("{name} has no line in {DECISIONS}: say what it is for and why this one"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    #[test]
    fn a_dependency_without_a_reason_is_found() {
        let graph = graph(&[
            ("signoff-engine", "tokio", "normal"),
            ("signoff-engine", "insta", "dev"),
            ("signoff-engine", "signoff-store", "normal"),
        ]);
        assert_eq!(check(&graph, "| `tokio` | … |\n| `insta` | … |"), Vec::<String>::new());
        let findings = check(&graph, "| `tokio` | … |\n| `insta-cmd` | … |");
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("insta has no line"), "{findings:?}");
    }
}
