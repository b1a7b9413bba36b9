//! An exception that nothing needs any more is taken out, so that it does not cover what comes later.

use std::collections::BTreeSet;

use super::files::Source;
use super::graph::Graph;
use super::rules::{ARROWS, ARROWS_OF_TESTS, BANS, Ban, KEPT, PURE, USED_UNSEEN};
use super::scan::hits;

/// One finding for each exception of the tables that excepts nothing.
pub(super) fn check(graph: &Graph, sources: &[Source]) -> Vec<String> {
    let mut findings = bans(BANS, sources);
    findings.extend(arrows("ARROWS", ARROWS, graph));
    findings.extend(arrows("ARROWS_OF_TESTS", ARROWS_OF_TESTS, graph));
    for kept in KEPT {
        let by = kept.by.iter().chain(kept.by_tests_of);
        findings.extend(
            by.filter(|member| !declares(graph, member, kept.outside)).map(|member| {
                format!("{member} may name {} and does not: take it out of KEPT", kept.outside)
            }),
        );
    }
    for pure in PURE {
        let reached = graph.reached(pure.name, pure.may_reach_whole);
        let allowed = pure.may_reach.iter().chain(pure.may_reach_whole);
        let idle = allowed.filter(|name| !reached.contains_key(**name));
        findings.extend(
            idle.map(|name| format!("{} does not reach {name}: take it out of its row in PURE", pure.name)),
        );
    }
    let gone = USED_UNSEEN.iter().filter(|(name, member, _)| !declares(graph, member, name));
    findings.extend(
        gone.map(|(name, member, _)| format!("{member} does not declare {name}: take it out of USED_UNSEEN")),
    );
    findings
}

/// The exceptions of the banned words. One place may stand in several bans; it is needed if one of them needs it.
fn bans(bans: &[Ban], sources: &[Source]) -> Vec<String> {
    let places: BTreeSet<&str> = bans.iter().flat_map(|ban| ban.except).copied().collect();
    let needed = |place: &str| {
        let bans: Vec<&Ban> = bans.iter().filter(|ban| ban.except.contains(&place)).collect();
        sources
            .iter()
            .filter(|source| source.path.starts_with(place))
            .any(|source| bans.iter().any(|ban| hits(ban, source).next().is_some()))
    };
    let idle = places.into_iter().filter(|place| !needed(place));
    idle.map(|place| format!("{place} is excepted from a ban and needs no exception: take it out of BANS"))
        .collect()
}

fn arrows(table: &str, arrows: &[(&str, &[&str])], graph: &Graph) -> Vec<String> {
    let mut findings = Vec::new();
    for (from, allowed) in arrows {
        if !graph.members().any(|(name, _)| name == *from) {
            findings.push(format!("the workspace has no crate {from}: take its row out of {table}"));
            continue;
        }
        let idle = allowed.iter().filter(|to| !declares(graph, from, to));
        findings
            .extend(idle.map(|to| format!("{from} may depend on {to} and does not: take it out of {table}")));
    }
    findings
}

fn declares(graph: &Graph, member: &str, name: &str) -> bool {
    graph.members().any(|(it, declared)| it == member && declared.iter().any(|it| it == name))
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    fn source(path: &str, text: &str) -> Source {
        Source { path: path.to_owned(), text: text.to_owned() }
    }

    fn ban(words: &'static [&'static str], except: &'static [&'static str]) -> Ban {
        Ban { words, within: &[""], except, in_comments: false, in_tests: false, reason: "because" }
    }

    #[test]
    fn a_place_is_needed_if_one_of_its_bans_finds_something_there() {
        let sources = [source("crates/a/src/clock.rs", "let now = clock::now();\n")];
        let both =
            [ban(&["clock::now"], &["crates/a/src/clock.rs"]), ban(&["dice"], &["crates/a/src/clock.rs"])];
        assert_eq!(bans(&both, &sources), Vec::<String>::new());
        assert_eq!(bans(&both[1..], &sources).len(), 1);
    }

    #[test]
    fn a_place_that_is_gone_is_found() {
        let found =
            bans(&[ban(&["clock::now"], &["crates/b/"])], &[source("crates/a/src/lib.rs", "clock::now\n")]);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("crates/b/ is excepted"), "{found:?}");
    }

    #[test]
    fn an_arrow_that_nobody_takes_is_found() {
        let graph = graph(&[("signoff-a", "signoff-b", "normal"), ("signoff-b", "serde", "normal")]);
        assert_eq!(arrows("ARROWS", &[("signoff-a", &["signoff-b"])], &graph), Vec::<String>::new());
        let found =
            arrows("ARROWS", &[("signoff-a", &["signoff-b", "signoff-c"]), ("signoff-d", &[])], &graph);
        assert_eq!(found.len(), 2, "{found:?}");
    }
}
