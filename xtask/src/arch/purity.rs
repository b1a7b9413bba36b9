//! Crates that must stay pure reach nothing but what their rows allow.

use super::graph::Graph;
use super::rules::{PURE, Pure};

/// One finding for each package that a pure crate must not reach, with the way to it.
pub(super) fn check(graph: &Graph) -> Vec<String> {
    PURE.iter().flat_map(|pure| check_one(graph, pure)).collect()
}

fn check_one(graph: &Graph, pure: &Pure) -> Vec<String> {
    let Pure { name: crate_name, may_reach, may_reach_whole } = pure;
    if !graph.members().any(|(name, _)| name == *crate_name) {
        return vec![format!("the workspace has no crate {crate_name}, so its purity cannot be checked")];
    }
    graph
        .reached(crate_name, may_reach_whole)
        .into_iter()
        .filter(|(_, way)| leaves_the_lists_at_its_end(pure, way))
        .map(|(name, way)| {
            format!(
                "{crate_name} must stay pure, but reaches {name} ({}). It may reach only {}; a package without \
                 input, output, clock and randomness can be added to its row in PURE",
                way.join(" → "),
                [*may_reach, *may_reach_whole].concat().join(", ")
            )
        })
        .collect()
}

/// Whether the last package of the way is the first that is not allowed: what lies behind it goes when it goes.
fn leaves_the_lists_at_its_end(pure: &Pure, way: &[&str]) -> bool {
    let is_allowed = |name: &&str| pure.may_reach.contains(name) || pure.may_reach_whole.contains(name);
    way.iter().skip(1).position(|name| !is_allowed(name)) == way.len().checked_sub(2)
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    const ROW: Pure = Pure {
        name: "signoff-lifecycle",
        may_reach: &["serde", "serde_derive", "syn"],
        may_reach_whole: &["parser"],
    };

    fn check(graph: &Graph) -> Vec<String> {
        check_one(graph, &ROW)
    }

    #[test]
    fn what_the_row_allows_and_what_tests_bring_is_fine() {
        let graph = graph(&[
            ("signoff-lifecycle", "serde", "normal"),
            ("serde", "serde_derive", "normal"),
            ("serde_derive", "syn", "normal"),
            ("signoff-lifecycle", "parser", "normal"),
            ("parser", "tables", "normal"),
            ("signoff-lifecycle", "proptest", "dev"),
            ("proptest", "rand", "normal"),
        ]);
        assert_eq!(check(&graph), Vec::<String>::new());
    }

    #[test]
    fn the_crates_of_the_table_are_each_checked() {
        let built = [("signoff-lifecycle", "tokio", "normal"), ("signoff-definition", "reqwest", "normal")];
        let findings = super::check(&graph(&built));
        assert_eq!(findings.len(), 2, "{findings:?}");
        assert!(findings[1].contains("signoff-definition → reqwest"), "{findings:?}");
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
