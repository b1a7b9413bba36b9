//! `cargo xtask model`: every state of the modelled system, and the rules that never bend (`docs/proof.md`).

use crate::shell::{Failure, cargo, run as call};

/// Runs the configurations that run on every change, or with `deep` the larger ones.
pub(crate) fn run(deep: bool) -> Result<(), Failure> {
    let mut command = cargo();
    command.args(["run", "--quiet", "--locked", "--package", "signoff-model"]);
    command.args(deep.then_some(["--", "--deep"]).iter().flatten());
    call(&mut command)
}
