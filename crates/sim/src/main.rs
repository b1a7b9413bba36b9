//! `cargo xtask sim`: plays seeds and says what came of them.

use std::process::ExitCode;
use std::thread;

use clap::Parser;
use signoff_sim::{Batch, Bug, play, play_many};

/// Plays histories of a signoff node from seeds, with faults, and checks what came of them.
#[derive(Parser)]
#[command(name = "cargo xtask sim")]
struct Cli {
    /// Play this one seed and print its history; may be given more than once
    #[arg(long)]
    seed: Vec<u64>,
    /// How many seeds to play
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// How many threads play
    #[arg(long, default_value_t = 2)]
    threads: u64,
    /// Plant a fault in the store, to see it found
    #[arg(long)]
    bug: Option<Bug>,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let wrong = if cli.seed.is_empty() { play_all(&cli) } else { show(&cli) };
    if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

/// Prints the histories that were asked for; answers whether something is wrong.
fn show(cli: &Cli) -> bool {
    let mut wrong = false;
    for seed in &cli.seed {
        let history = play(*seed, cli.bug);
        print!("{history}");
        wrong |= history.wrong.is_some();
    }
    wrong
}

/// Plays all seeds and prints what happened how often; answers whether something is wrong.
fn play_all(cli: &Cli) -> bool {
    let batch = play_on_threads(cli);
    print!("{}", batch.counts);
    match &batch.wrong {
        Some(history) => print!("{history}"),
        None => println!("{} seeds from {} on: nothing is wrong", batch.seeds, cli.from),
    }
    batch.wrong.is_some()
}

/// Each thread plays its part of the seeds.
fn play_on_threads(cli: &Cli) -> Batch {
    let threads = cli.threads.clamp(1, cli.seeds.max(1));
    let each = cli.seeds.div_ceil(threads);
    thread::scope(|scope| {
        let parts = (0..threads).map(|part| {
            let from = cli.from.saturating_add(part * each);
            let seeds = each.min(cli.seeds.saturating_sub(part * each));
            scope.spawn(move || play_many(from, seeds, cli.bug))
        });
        let mut all = Batch::default();
        for part in parts.collect::<Vec<_>>() {
            let batch = part.join().expect("a history that panics is a fault of the simulation");
            all.seeds += batch.seeds;
            all.counts.take_in(batch.counts);
            all.wrong = all.wrong.or(batch.wrong);
        }
        all
    })
}
