//! The dependency graph, as `cargo metadata` tells it.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use serde_json::Value;

/// Packages, what our own declare, and what everything resolved to.
pub(super) struct Graph {
    names: BTreeMap<String, String>,
    members: BTreeMap<String, Vec<String>>,
    /// What each of our own declares for its tests alone.
    for_tests: BTreeMap<String, BTreeSet<String>>,
    resolved: BTreeMap<String, Vec<String>>,
}

impl Graph {
    /// Reads the output of `cargo metadata --format-version 1`.
    pub(super) fn read(metadata: &str) -> Result<Self, String> {
        let metadata: Value =
            serde_json::from_str(metadata).map_err(|error| format!("cargo metadata is not JSON: {error}"))?;
        let members: BTreeSet<&str> = strings(&metadata["workspace_members"]).collect();
        let mut graph = Self {
            names: BTreeMap::new(),
            members: BTreeMap::new(),
            for_tests: BTreeMap::new(),
            resolved: BTreeMap::new(),
        };
        for package in list(&metadata["packages"]) {
            let (id, name) = (text(&package["id"])?, text(&package["name"])?);
            graph.names.insert(id.to_owned(), name.to_owned());
            if members.contains(id) {
                let dependencies = list(&package["dependencies"]);
                let built_in: BTreeSet<&str> = dependencies
                    .iter()
                    .filter(|it| it["kind"] != "dev")
                    .filter_map(|it| it["name"].as_str())
                    .collect();
                let declared = dependencies.iter().map(|it| text(&it["name"]).map(str::to_owned));
                let for_tests = dependencies.iter().filter_map(|it| it["name"].as_str());
                let for_tests = for_tests.filter(|it| !built_in.contains(it)).map(str::to_owned);
                graph.for_tests.insert(name.to_owned(), for_tests.collect());
                graph.members.insert(name.to_owned(), declared.collect::<Result<_, _>>()?);
            }
        }
        for node in list(&metadata["resolve"]["nodes"]) {
            let reached =
                list(&node["deps"]).iter().filter(|edge| is_built_in(edge)).map(|edge| text(&edge["pkg"]));
            let reached = reached.map(|id| id.map(str::to_owned)).collect::<Result<_, _>>()?;
            graph.resolved.insert(text(&node["id"])?.to_owned(), reached);
        }
        if graph.members.is_empty() || graph.resolved.is_empty() {
            return Err("cargo metadata names no members or no resolved packages".to_owned());
        }
        Ok(graph)
    }

    /// Our own packages with the packages that each declares, in dependencies of any kind.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.members.iter().map(|(name, declared)| (name.as_str(), declared.as_slice()))
    }

    /// Whether `member` declares `name` for its tests alone.
    pub(super) fn is_for_tests(&self, member: &str, name: &str) -> bool {
        self.for_tests.get(member).is_some_and(|names| names.contains(name))
    }

    /// Everything that `from` reaches over normal and build dependencies, each package by name
    /// with the names on a shortest way to it. What lies behind `whole` alone is left out.
    pub(super) fn reached(&self, from: &str, whole: &[&str]) -> BTreeMap<&str, Vec<&str>> {
        let mut ways: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let start = self.names.iter().filter(|(_, name)| *name == from).map(|(id, _)| id.as_str());
        let mut waiting: VecDeque<(&str, Vec<&str>)> = start.map(|id| (id, Vec::new())).collect();
        let mut seen = BTreeSet::new();
        while let Some((id, way)) = waiting.pop_front() {
            if !seen.insert(id) {
                continue;
            }
            let name = self.names.get(id).map_or(id, String::as_str);
            let way: Vec<&str> = way.into_iter().chain([name]).collect();
            if !whole.contains(&name) {
                for next in self.resolved.get(id).into_iter().flatten() {
                    waiting.push_back((next, way.clone()));
                }
            }
            ways.entry(name).or_insert(way);
        }
        ways.remove(from);
        ways
    }
}

/// Whether the edge counts for the built crate: tests alone may bring what they like.
fn is_built_in(edge: &Value) -> bool {
    list(&edge["dep_kinds"]).iter().any(|kind| kind["kind"] != "dev")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn strings(value: &Value) -> impl Iterator<Item = &str> {
    list(value).iter().filter_map(Value::as_str)
}

fn text(value: &Value) -> Result<&str, String> {
    value.as_str().ok_or_else(|| format!("cargo metadata has {value} where a string is due"))
}

/// Graphs made up for tests.
#[cfg(test)]
pub(super) mod made_up {
    use serde_json::json;

    use super::*;

    /// A graph of `(from, to, kind)`, kind as cargo spells it (`normal`, `dev`, `build`). Whatever has
    /// an arrow from it and begins with `signoff` is a member.
    pub(in crate::arch) fn graph(arrows: &[(&str, &str, &str)]) -> Graph {
        let names: BTreeSet<&str> = arrows.iter().flat_map(|(from, to, _)| [*from, *to]).collect();
        let of = |name: &str| arrows.iter().filter(|it| it.0 == name).copied().collect::<Vec<_>>();
        let kind = |kind: &str| if kind == "normal" { Value::Null } else { json!(kind) };
        let package = |name: &&str| {
            let declared: Vec<Value> =
                of(name).iter().map(|it| json!({"name": it.1, "kind": kind(it.2)})).collect();
            json!({"id": format!("{name}@1"), "name": name, "dependencies": declared})
        };
        let node = |name: &&str| {
            let deps: Vec<Value> = of(name)
                .iter()
                .map(|it| json!({"pkg": format!("{}@1", it.1), "dep_kinds": [{"kind": kind(it.2)}]}))
                .collect();
            json!({"id": format!("{name}@1"), "deps": deps})
        };
        let ours = names.iter().filter(|name| name.starts_with("signoff")).map(|name| format!("{name}@1"));
        let metadata = json!({
            "workspace_members": ours.collect::<Vec<_>>(),
            "packages": names.iter().map(package).collect::<Vec<_>>(),
            "resolve": {"nodes": names.iter().map(node).collect::<Vec<_>>()},
        });
        Graph::read(&metadata.to_string()).unwrap()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_go_over_normal_and_build_dependencies() {
        let graph = made_up::graph(&[
            ("signoff-a", "x", "normal"),
            ("x", "y", "build"),
            ("y", "z", "dev"),
            ("signoff-a", "w", "dev"),
        ]);
        let reached = graph.reached("signoff-a", &[]);
        assert_eq!(reached.keys().copied().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!(reached["y"], ["signoff-a", "x", "y"]);
    }

    #[test]
    fn what_lies_behind_a_package_that_is_taken_whole_is_left_out_unless_another_way_leads_there() {
        let graph = made_up::graph(&[
            ("signoff-a", "x", "normal"),
            ("x", "y", "normal"),
            ("x", "z", "normal"),
            ("signoff-a", "b", "normal"),
            ("b", "z", "normal"),
        ]);
        let reached = graph.reached("signoff-a", &["x"]);
        assert_eq!(reached.keys().copied().collect::<Vec<_>>(), ["b", "x", "z"]);
        assert_eq!(reached["z"], ["signoff-a", "b", "z"]);
    }

    #[test]
    fn metadata_without_a_graph_is_an_error() {
        assert!(Graph::read("{}").is_err());
        assert!(Graph::read("nonsense").is_err());
    }
}
