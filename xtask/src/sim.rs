//! `cargo xtask sim`: plays seeds in the simulation (`crates/sim`) and says how long it took.
#![expect(clippy::disallowed_methods, reason = "how long a run takes is what people want to know")]

use std::time::Instant;

use crate::shell::{Failure, announce, cargo, run as call};

/// Plays one seed and shows its history, or many and shows what happened how often.
pub(crate) fn run(seed: Option<u64>, seeds: u64, from: u64, bug: Option<&str>) -> Result<(), Failure> {
    call(cargo().args(["build", "--quiet", "--locked", "--package", "signoff-sim"]))?;
    let mut play = cargo();
    play.args(["run", "--quiet", "--locked", "--package", "signoff-sim", "--"]);
    match seed {
        Some(seed) => play.args(["--seed".to_owned(), seed.to_string()]),
        None => play.args([format!("--seeds={seeds}"), format!("--from={from}")]),
    };
    play.args(bug.map(|bug| format!("--bug={bug}")));
    let start = Instant::now();
    let played = call(&mut play);
    announce(&format!("took {:.1} s", start.elapsed().as_secs_f64()));
    played
}
