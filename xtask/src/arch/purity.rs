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
        .filter(|(name, _)| !PURE_MAY_REACH.contains(name))
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
    fn a_renamed_crate_does_not_slip_through() {
        assert_eq!(check(&graph(&[("signoff-core", "tokio", "normal")])).len(), 1);
    }
}
