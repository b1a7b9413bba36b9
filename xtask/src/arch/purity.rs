//! The lifecycle crate reaches nothing but the allow-list.

use super::graph::Graph;
use super::rules::{PURE, PURE_MAY_REACH};

/// One finding for each package that the pure crate must not reach, with the way to it.
pub(super) fn check(graph: &Graph) -> Vec<String> {
    if !graph.members().any(|(name, _)| name == PURE) {
        return vec![format!("the workspace has no crate {PURE}, so its purity cannot be checked")];
    }
    graph
        .reached(PURE)
        .into_iter()
        .filter(|(_, way)| leaves_the_list_at_its_end(way))
        .map(|(name, way)| {
            format!(
                "{PURE} must stay pure, but reaches {name} ({}). It may reach only {}; a package without input, \
                 output, clock and randomness can be added to PURE_MAY_REACH",
                way.join(" → "),
                PURE_MAY_REACH.join(", ")
            )
        })
        .collect()
}

/// Whether the last package of the way is the first that is not allowed: what lies behind it goes when it goes.
fn leaves_the_list_at_its_end(way: &[&str]) -> bool {
    way.iter().skip(1).position(|name| !PURE_MAY_REACH.contains(name)) == way.len().checked_sub(2)
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    #[test]
    fn serde_and_what_tests_bring_are_fine() {
        let graph = graph(&[
            ("signoff-lifecycle", "serde", "normal"),
            ("serde", "serde_derive", "normal"),
            ("serde_derive", "syn", "normal"),
            ("signoff-lifecycle", "proptest", "dev"),
            ("proptest", "rand", "normal"),
        ]);
        assert_eq!(check(&graph), Vec::<String>::new());
    }

    #[test]
    fn a_direct_dependency_is_found() {
        for forbidden in ["tokio", "rusqlite", "rand", "jiff", "some-new-crate"] {
            let findings = check(&graph(&[("signoff-lifecycle", forbidden, "normal")]));
            assert_eq!(findings.len(), 1, "{forbidden}: {findings:?}");
            assert!(findings[0].contains(&format!("signoff-lifecycle → {forbidden}")), "{findings:?}");
        }
    }

    #[test]
    fn a_dependency_of_a_dependency_is_found_with_the_way_to_it() {
        let findings =
            check(&graph(&[("signoff-lifecycle", "serde", "normal"), ("serde", "getrandom", "normal")]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("signoff-lifecycle → serde → getrandom"), "{findings:?}");
    }

    #[test]
    fn what_a_forbidden_package_brings_is_not_told_again() {
        let arrows =
            [("signoff-lifecycle", "tokio", "normal"), ("tokio", "mio", "normal"), ("mio", "libc", "normal")];
        let findings = check(&graph(&arrows));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("(signoff-lifecycle → tokio)"), "{findings:?}");
    }

    #[test]
    fn a_missing_crate_is_no_pass() {
        assert_eq!(check(&graph(&[("signoff-core", "tokio", "normal")])).len(), 1);
    }
}
