//! Which crate names which.

use super::graph::Graph;
use super::rules::{ARROWS, ARROWS_OF_TESTS, KEPT, Kept};

/// One finding for each forbidden arrow and each crate without a row in the table.
pub(super) fn check(graph: &Graph) -> Vec<String> {
    let mut findings = Vec::new();
    for (member, declared) in graph.members() {
        let Some((_, allowed)) = ARROWS.iter().find(|(name, _)| *name == member) else {
            findings.push(format!("{member} has no row in ARROWS: say which crates of ours it may name"));
            continue;
        };
        for name in declared {
            // A crate's tests may name the crate itself, to switch on what it has for tests.
            let of_tests =
                ARROWS_OF_TESTS.iter().any(|(of, may)| *of == member && may.contains(&name.as_str()));
            let in_tests = (member == name.as_str() || of_tests) && graph.is_for_tests(member, name);
            if ARROWS.iter().any(|(ours, _)| ours == name) && !allowed.contains(&name.as_str()) && !in_tests {
                findings.push(format!("{member} depends on {name}: arrows go down only"));
            }
            let may = |kept: &Kept| {
                kept.by.contains(&member)
                    || kept.by_tests_of.contains(&member) && graph.is_for_tests(member, name)
            };
            for kept in KEPT.iter().filter(|kept| kept.outside == name && !may(kept)) {
                findings.push(format!(
                    "{member} depends on {name}, which only {} may: {}",
                    kept.by.join(" and "),
                    kept.reason
                ));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    #[test]
    fn arrows_down_are_fine() {
        let graph = graph(&[
            ("signoff-engine", "signoff-store", "normal"),
            ("signoff-store", "signoff-lifecycle", "normal"),
            ("signoff-store-sqlite", "rusqlite", "normal"),
            ("signoff-portal", "axum", "normal"),
            ("signoff-lifecycle", "serde", "normal"),
        ]);
        assert_eq!(check(&graph), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_up_is_found_in_every_kind_of_dependency() {
        for kind in ["normal", "dev", "build"] {
            let graph =
                graph(&[("signoff-store", "signoff-engine", kind), ("signoff-engine", "serde", "normal")]);
            let findings = check(&graph);
            assert_eq!(findings, ["signoff-store depends on signoff-engine: arrows go down only"], "{kind}");
        }
    }

    #[test]
    fn only_the_tests_of_a_crate_may_name_it() {
        for (kind, findings) in [("dev", 0), ("normal", 1)] {
            let graph = graph(&[("signoff-store", "signoff-store", kind)]);
            assert_eq!(check(&graph).len(), findings, "{kind}");
        }
    }

    #[test]
    fn tests_of_the_engine_may_run_on_a_store() {
        for (kind, findings) in [("dev", 0), ("normal", 1)] {
            let graph = graph(&[
                ("signoff-engine", "signoff-store-sqlite", kind),
                ("signoff-store-sqlite", "serde", "normal"),
            ]);
            assert_eq!(check(&graph).len(), findings, "{kind}");
        }
    }

    #[test]
    fn leaves_know_nobody() {
        let graph = graph(&[
            ("signoff-wire", "signoff-lifecycle", "normal"),
            ("signoff-lifecycle", "serde", "normal"),
        ]);
        assert_eq!(check(&graph).len(), 1);
    }

    #[test]
    fn sql_outside_the_store_is_found() {
        let findings = check(&graph(&[("signoff-server", "rusqlite", "dev")]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].contains("signoff-store") && findings[0].contains("SQL"), "{findings:?}");
    }

    #[test]
    fn the_bench_may_measure_sqlite_and_axum() {
        let graph = graph(&[("signoff-bench", "rusqlite", "normal"), ("signoff-bench", "axum", "normal")]);
        assert_eq!(check(&graph), Vec::<String>::new());
    }

    #[test]
    fn tests_of_the_client_may_serve() {
        let normal = ("signoff-wire", "serde", "normal");
        let in_tests = graph(&[("signoff-wire", "axum", "dev"), normal]);
        assert_eq!(check(&in_tests), Vec::<String>::new());
        let built_in = graph(&[("signoff-wire", "axum", "dev"), ("signoff-wire", "axum", "normal"), normal]);
        assert!(!check(&built_in).is_empty());
    }

    #[test]
    fn a_crate_without_a_row_is_found() {
        let findings = check(&graph(&[("signoff-new", "serde", "normal")]));
        assert_eq!(findings.len(), 1);
        assert!(findings[0].starts_with("signoff-new has no row"), "{findings:?}");
    }
}
