//! One seed is one history.

use std::process::Command;

use signoff_sim::play;

#[test]
fn a_seed_gives_the_same_history_again() {
    for seed in 0..150 {
        let (first, second) = (play(seed, None), play(seed, None));
        let differs = first.lines.iter().zip(&second.lines).position(|(one, other)| one != other);
        let at = differs.unwrap_or(first.lines.len().min(second.lines.len()));
        assert!(
            first.lines == second.lines,
            "seed {seed} goes apart at line {at}:\n{:?}\n{:?}",
            first.lines.get(at),
            second.lines.get(at)
        );
        assert_eq!(first.counts, second.counts, "seed {seed}");
    }
}

#[test]
fn and_in_another_process() {
    let seeds = 0..40;
    let mut other = Command::new(env!("CARGO_BIN_EXE_signoff-sim"));
    other.args(seeds.clone().flat_map(|seed| ["--seed".to_owned(), seed.to_string()]));
    let printed = other.output().unwrap();
    assert!(printed.status.success(), "{printed:?}");
    let here: String = seeds.map(|seed| play(seed, None).to_string()).collect();
    assert!(String::from_utf8(printed.stdout).unwrap() == here, "the histories of two processes differ");
}
