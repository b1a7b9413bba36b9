//! A dependency that no source names, and a row of the workspace's table that no crate takes, are waste.

use super::files::Source;
use super::graph::Graph;
use super::rules::USED_UNSEEN;
use super::scan::contains;

/// The manifest with the table of versions.
const TABLE_BEGINS: &str = "[workspace.dependencies]";

/// One finding for each dependency that no source of its crate names, and for each unused row of the workspace's table.
pub(super) fn check(graph: &Graph, sources: &[Source], workspace: &str) -> Vec<String> {
    let mut findings = Vec::new();
    for (member, declared) in graph.members() {
        let Some(folder) = folder_of(member, sources) else {
            findings.push(format!("{member} has no manifest among the sources"));
            continue;
        };
        let ours: Vec<&Source> =
            sources.iter().filter(|it| it.path.starts_with(&folder) && is_rust(&it.path)).collect();
        let unseen = |name: &str| USED_UNSEEN.iter().any(|(crate_, of, _)| *crate_ == name && *of == member);
        for name in declared.iter().filter(|name| !unseen(name)) {
            if !ours.iter().any(|source| names(source, name)) {
                findings
                    .push(format!("{member} declares {name}, and no source of it names that: take it out"));
            }
        }
    }
    let taken = |name: &str| graph.members().any(|(_, declared)| declared.iter().any(|it| it == name));
    findings.extend(rows(workspace).filter(|name| !taken(name)).map(|name| {
        format!("{name} stands in the workspace's table, and no crate takes it: take the row out")
    }));
    findings
}

/// The folder of a package, with a slash at its end.
fn folder_of(member: &str, sources: &[Source]) -> Option<String> {
    let line = format!("name = \"{member}\"");
    let manifest = sources.iter().find(|source| {
        source.path.ends_with("/Cargo.toml") && source.text.lines().any(|it| it.trim() == line)
    })?;
    Some(manifest.path.trim_end_matches("Cargo.toml").to_owned())
}

fn is_rust(path: &str) -> bool {
    std::path::Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

fn names(source: &Source, dependency: &str) -> bool {
    let name = dependency.replace('-', "_");
    source.text.lines().any(|line| !line.trim_start().starts_with("//") && contains(line, &name))
}

/// The names in the workspace's table of dependencies.
fn rows(workspace: &str) -> impl Iterator<Item = &str> {
    let table = workspace.lines().skip_while(|line| *line != TABLE_BEGINS).skip(1);
    table
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once(" = "))
        .map(|(it, _)| it)
}

#[cfg(test)]
mod tests {
    use super::super::graph::made_up::graph;
    use super::*;

    const TABLE: &str =
        "[workspace]\nmembers = []\n\n[workspace.dependencies]\nserde = \"1\"\n\n[profile.dev]\ndebug = 0\n";

    fn sources(text: &str) -> Vec<Source> {
        let manifest = "[package]\nname = \"signoff-a\"\n";
        [
            ("crates/a/Cargo.toml", manifest),
            ("crates/a/src/lib.rs", text),
            ("crates/b/src/lib.rs", "use serde;\n"),
        ]
        .map(|(path, text)| Source { path: path.to_owned(), text: text.to_owned() })
        .into()
    }

    #[test]
    fn a_dependency_is_used_where_its_crate_names_it() {
        let graph = graph(&[("signoff-a", "serde", "normal")]);
        for text in ["use serde::Serialize;\n", "fn a() { serde::ser(); }\n"] {
            assert_eq!(check(&graph, &sources(text), TABLE), Vec::<String>::new());
        }
        for text in ["// serde is not used\n", "use serde_json::Value;\n", ""] {
            let found = check(&graph, &sources(text), TABLE);
            assert_eq!(found.len(), 1, "{text}");
            assert!(found[0].starts_with("signoff-a declares serde"), "{found:?}");
        }
    }

    #[test]
    fn a_dash_is_an_underscore_in_code() {
        let graph = graph(&[("signoff-a", "http-body-util", "dev")]);
        let table = TABLE.replace("serde", "http-body-util");
        assert_eq!(check(&graph, &sources("use http_body_util::Full;\n"), &table), Vec::<String>::new());
    }

    #[test]
    fn a_row_that_no_crate_takes_is_found() {
        let graph = graph(&[("signoff-a", "serde", "normal")]);
        let table = TABLE.replace("serde = \"1\"", "serde = \"1\"\ncalamine = \"1\"");
        let found = check(&graph, &sources("use serde;\n"), &table);
        assert_eq!(found.len(), 1);
        assert!(found[0].starts_with("calamine stands"), "{found:?}");
    }

    #[test]
    fn a_crate_without_a_manifest_is_found() {
        let found = check(&graph(&[("signoff-z", "serde", "normal")]), &sources("use serde;\n"), TABLE);
        assert_eq!(found, ["signoff-z has no manifest among the sources"]);
    }
}
