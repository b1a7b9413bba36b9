//! `cargo xtask model`: every state of the modelled system, and the rules that never bend (`docs/proof/model.md`).

use crate::shell::{Failure, cargo, run as call};

/// Runs the configurations that run on every change, or with `deep` the larger ones; `only` those whose name
/// holds this text.
pub(crate) fn run(deep: bool, only: Option<&str>) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--locked", "--package", "signoff-model"]);
    command.arg("--");
    command.args(deep.then_some("--deep"));
    command.args(only.map(|only| ["--only", only]).iter().flatten());
    call(&mut command)
}
