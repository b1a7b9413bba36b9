//! `cargo xtask test`: everything a change must pass, the cheapest check first and the tests last.
//!
//! All steps share the dev profile and the same feature selection (`--workspace`), so that clippy,
//! rustdoc and the tests reuse each other's builds of the dependencies.

use std::process::Command;

use crate::postgres_server::{self, Postgres};
use crate::shell::{Failure, announce, cargo, run as call};
use crate::stages::Stages;
use crate::tools::{self, Tools};
use crate::{arch, generate, model, node};

/// Cases per property with `--all`; the default is 256.
const MANY_CASES: &str = "4096";

/// The crates whose tests need no server, no file and no network.
const PURE: [&str; 5] = ["signoff-definition", "signoff-lifecycle", "signoff-text", "signoff-wire", "xtask"];

/// Their test targets. Targets are named one by one, so that none of `signoff` is built.
const PURE_TARGETS: [&str; 7] = ["--lib", "--bin", "xtask", "--test", "suite", "--test", "growth"];

/// Gives the dependencies the features that they have in the whole workspace, so that `check` and `test` share one
/// build. `signoff` depends on nearly everything; only the tests of the engine and of the simulation ask for
/// tokio's virtual time.
const FEATURES_OF_THE_WORKSPACE: [&str; 4] = ["--package", "signoff", "--features", "tokio/test-util"];

/// Runs every check in order and stops at the first that fails.
pub(crate) fn run(all: bool) -> Result<(), Failure> {
    let mut stages = Stages::new();
    format(&mut stages)?;
    let tools = stages.stage("tools", Tools::prepare)?;
    stages.call("dependencies", tools.deny().args(["--locked", "check", "bans", "licenses", "sources"]))?;
    stages.stage("architecture", arch::run)?;
    lints(&mut stages)?;
    stages.call(
        "documentation",
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;
    stages.stage("generated files", || generate::run(true))?;
    stages.call(
        "examples in the documentation",
        cargo().args(["test", "--workspace", "--doc", "--quiet", "--locked"]),
    )?;
    stages.stage("model", || model::run(false, None))?;
    if all {
        stages.stage("deep model", || model::run(true, None))?;
    }
    let mut command = tests(&tools, all);
    // Built by itself, so that its time is not counted as the tests'.
    stages.call(
        "build of the tests",
        cargo().args(["test", "--workspace", "--no-run", "--quiet", "--locked"]),
    )?;
    let postgres = stages.stage("PostgreSQL", || Ok(Postgres::start()?))?;
    stages.report();
    announce("tests");
    call(command.env(postgres_server::VARIABLE, &postgres.address))
}

/// The quick part of [`run`], for between two changes: what fails most often, in about a minute.
pub(crate) fn check() -> Result<(), Failure> {
    let mut stages = Stages::new();
    format(&mut stages)?;
    stages.stage("architecture", arch::run)?;
    lints(&mut stages)?;
    let pure = PURE.iter().flat_map(|name| ["--package", name]);
    stages.call(
        "tests of the pure crates",
        cargo()
            .args(["test", "--quiet", "--locked"])
            .args(pure)
            .args(PURE_TARGETS)
            .args(FEATURES_OF_THE_WORKSPACE),
    )?;
    stages.report();
    Ok(())
}

fn format(stages: &mut Stages) -> Result<(), Failure> {
    stages.call("format", cargo().args(["fmt", "--all", "--check"]))
}

fn lints(stages: &mut Stages) -> Result<(), Failure> {
    stages.call(
        "lints",
        cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    )
}

/// The test runner. Its summary ends the run, so nothing is printed after it.
fn tests(tools: &Tools, all: bool) -> Command {
    let mut command = cargo();
    if tools.nextest {
        command.args(["nextest", "run", "--workspace", "--locked"]);
        command.args(all.then_some(["--run-ignored", "all"]).iter().flatten());
    } else {
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast", "--locked"]);
        command.args(all.then_some(["--", "--include-ignored"]).iter().flatten());
    }
    if all {
        command.env("PROPTEST_CASES", MANY_CASES);
    }
    command.env(tools::PYTHON_VARIABLE, &tools.python);
    command.env(node::VARIABLE, &tools.node);
    command.env(tools::FUZZ_VARIABLE, &tools.fuzz);
    command.env("PATH", tools::path());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(nextest: bool, all: bool) -> Vec<String> {
        let (deny, python) = ("cargo-deny".into(), "python3".into());
        let tools = Tools { deny, nextest, python, node: "node".into(), fuzz: "python3".into() };
        tests(&tools, all).get_args().map(|it| it.to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn slow_tests_run_only_when_asked_for() {
        for nextest in [true, false] {
            let ordinary = arguments(nextest, false).join(" ");
            let all = arguments(nextest, true).join(" ");
            assert!(!ordinary.contains("ignored"), "{ordinary}");
            assert!(all.contains("ignored"), "{all}");
        }
    }

    #[test]
    fn both_runners_cover_the_workspace_and_see_every_failure() {
        assert!(arguments(true, false).contains(&"--workspace".to_owned()));
        let fallback = arguments(false, false);
        assert!(fallback.contains(&"--workspace".to_owned()));
        assert!(fallback.contains(&"--no-fail-fast".to_owned()));
    }
}
