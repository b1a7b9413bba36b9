//! `cargo xtask model`: runs the configurations, and prints what was walked and which rules held.
//!
//! `--deep` runs the larger ones, `--only TEXT` those whose name holds the text. Stops at the first configuration
//! that breaks a rule and ends with 1, with the way there on standard error.
#![expect(clippy::disallowed_methods, reason = "it tells how long a run took, and nothing depends on it")]

use std::num::NonZeroUsize;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use comfy_table::{Table, presets};
use signoff_model::Run;
use signoff_model::configuration::{Configuration, deep, ordinary};
use signoff_model::rules::Rule;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_deep = arguments.iter().any(|argument| argument == "--deep");
    let only =
        arguments.iter().position(|argument| argument == "--only").and_then(|at| arguments.get(at + 1));
    let threads = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    let mut runs = Vec::new();
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["configuration", "of", "steps", "states", "depth", "stored", "decisions", "seconds"]);
    let mut configurations = if is_deep { deep() } else { ordinary() };
    configurations.retain(|configuration| only.is_none_or(|part| configuration.name.contains(part)));
    for configuration in configurations {
        eprintln!("{} ({})", configuration.name, configuration.size());
        let start = Instant::now();
        let run = configuration.run(None, threads);
        table.add_row(row(&configuration, &run, start.elapsed()));
        let is_broken = !run.broken.is_empty();
        runs.push(run);
        if is_broken {
            break;
        }
    }
    println!("{table}\n\n{}", rules(&runs));
    for (rule, story) in runs.iter().flat_map(|run| &run.broken) {
        eprintln!("\nbroken: {}\n{story}", rule.says());
    }
    let never = if is_deep || only.is_some() { Vec::new() } else { Run::never_seen(&runs) };
    for words in &never {
        eprintln!("never seen: {words}");
    }
    if runs.iter().all(|run| run.broken.is_empty()) && never.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn row(configuration: &Configuration, run: &Run, took: Duration) -> [String; 8] {
    [
        configuration.name.clone(),
        configuration.size(),
        run.steps.to_string(),
        run.states.to_string(),
        run.depth.to_string(),
        run.stored.to_string(),
        run.decisions.to_string(),
        format!("{:.1}", took.as_secs_f64()),
    ]
}

/// Each rule, where it was looked at, how often, and whether it held.
fn rules(runs: &[Run]) -> Table {
    let sum = |of: fn(&Run) -> usize| runs.iter().map(of).sum::<usize>();
    let (decisions, steps) = (sum(|run| run.decisions), sum(|run| run.steps));
    let drains = 3 * sum(|run| run.stored);
    let mut table = Table::new();
    table.load_style(presets::ASCII_MARKDOWN);
    table.set_header(["rule", "looked at on", "holds"]);
    for rule in Rule::ALL {
        let at = match rule {
            Rule::CanceledAtOnce | Rule::CancellationUndoes | Rule::AnswersLast | Rule::ToldOnce => {
                format!("{decisions} decisions, {steps} steps")
            }
            Rule::EverythingEnds => format!("{drains} drains"),
            _ => format!("{decisions} decisions"),
        };
        let broken = runs.iter().any(|run| run.broken.iter().any(|(broken, _)| *broken == rule));
        table.add_row([rule.says().to_owned(), at, if broken { "NO" } else { "yes" }.to_owned()]);
    }
    table
}
