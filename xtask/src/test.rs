//! `cargo xtask test`: everything a change must pass, the cheapest check first and the tests last.
//!
//! All steps share the dev profile and the same feature selection (`--workspace`), so that clippy,
//! rustdoc and the tests reuse each other's builds of the dependencies.

use std::process::Command;

use crate::postgres_server::{self, Postgres};
use crate::shell::{Failure, announce, cargo, run as call};
use crate::tools::{self, Tools};
use crate::{arch, generate, model};

/// Cases per property with `--all`; the default is 256.
const MANY_CASES: &str = "4096";

/// Runs every check in order and stops at the first that fails.
pub(crate) fn run(all: bool) -> Result<(), Failure> {
    step("format", cargo().args(["fmt", "--all", "--check"]))?;

    announce("tools");
    let tools = Tools::prepare()?;

    step("dependencies", tools.deny().args(["--locked", "check", "bans", "licenses", "sources"]))?;

    announce("architecture");
    arch::run()?;

    step(
        "lints",
        cargo().args(["clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"]),
    )?;
    step(
        "documentation",
        cargo()
            .args(["doc", "--workspace", "--no-deps", "--document-private-items", "--locked"])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )?;

    announce("generated files");
    generate::run(true)?;

    step(
        "examples in the documentation",
        cargo().args(["test", "--workspace", "--doc", "--quiet", "--locked"]),
    )?;
    announce("model");
    model::run(false, None)?;
    if all {
        model::run(true, None)?;
    }
    let postgres = Postgres::start()?;
    step("tests", tests(&tools, all).env(postgres_server::VARIABLE, &postgres.address))
}

fn step(name: &str, command: &mut Command) -> Result<(), Failure> {
    announce(name);
    call(command)
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
    command.env("PATH", tools::path());
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arguments(nextest: bool, all: bool) -> Vec<String> {
        let tools = Tools { deny: "cargo-deny".into(), nextest, python: "python3".into() };
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
