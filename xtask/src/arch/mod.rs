//! `cargo xtask arch`: what holds the architecture up, checked rather than remembered.
//!
//! [`rules`] holds the tables. [`graph`] reads what cargo knows about dependencies; [`edges`], [`purity`],
//! [`decisions`] and [`unused`] judge it. [`files`] walks the sources; [`scan`], [`exempt`] and [`size`] judge them;
//! [`citations`] and [`named_tests`] follow what sources and documents cite; [`unmade`] looks for words that no code says, [`idle`] for exceptions
//! that nothing needs.

mod citations;
mod decisions;
mod edges;
mod exempt;
mod files;
mod graph;
mod idle;
mod log_lines;
mod named_tests;
mod purity;
mod rules;
mod scan;
mod size;
mod unmade;
mod unused;

use crate::shell::{Failure, cargo, output, root};

/// Runs every rule and reports all findings at once.
pub(crate) fn run() -> Result<(), Failure> {
    let metadata =
        output(cargo().args(["metadata", "--format-version", "1", "--all-features", "--locked", "--quiet"]))?;
    let graph = graph::Graph::read(&metadata)?;
    let sources = files::sources(root())?;

    let decisions = std::fs::read_to_string(root().join(rules::DECISIONS))
        .map_err(|error| format!("{} cannot be read: {error}", rules::DECISIONS))?;

    let workspace = std::fs::read_to_string(root().join("Cargo.toml"))
        .map_err(|error| format!("Cargo.toml cannot be read: {error}"))?;

    let operations = std::fs::read_to_string(root().join(rules::OPERATIONS))
        .map_err(|error| format!("{} cannot be read: {error}", rules::OPERATIONS))?;

    let mut findings = edges::check(&graph);
    findings.extend(purity::check(&graph));
    findings.extend(decisions::check(&graph, &decisions));
    findings.extend(unused::check(&graph, &sources, &workspace));
    findings.extend(sources.iter().flat_map(scan::check));
    findings.extend(size::check(&sources));
    findings.extend(unmade::check(&sources));
    findings.extend(idle::check(&graph, &sources));
    findings.extend(log_lines::check(&sources, &operations));
    let documents = citations::Documents::read(root())?;
    findings.extend(citations::check(&documents, &sources, root()));
    findings.extend(named_tests::check(&documents, &sources));
    if findings.is_empty() {
        eprintln!("{} crates and {} files keep the rules", graph.members().count(), sources.len());
        return Ok(());
    }
    for finding in &findings {
        eprintln!("  {finding}");
    }
    let count = findings.len();
    let what = if count == 1 { "finding" } else { "findings" };
    Err(Failure::Said(format!(
        "{count} {what} against the architecture; the rules are in xtask/src/arch/rules.rs"
    )))
}
