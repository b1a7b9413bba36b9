//! The load generator: measures signoff beside what the machine allows, interleaved, in one run.
//!
//! Goals are ratios where the limit can be measured in the same run: the machine may be busy with other things,
//! and then both sides are slower. `docs/performance.md` says how to read the table.
#![expect(clippy::disallowed_methods, reason = "measuring takes the real clock")]

mod bare;
mod bare_durable;
mod cage;
mod client;
mod fill;
mod load;
mod measure;
mod postgres;
#[path = "../../crates/store-postgres/src/testing/postgres_server.rs"]
#[expect(dead_code, reason = "tests need more of it")]
mod postgres_server;
mod raw;
mod report;
mod server;
mod stats;
mod template;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand, ValueEnum};

use crate::report::Row;

/// What can go wrong; it is only ever shown.
type Error = Box<dyn std::error::Error + Send + Sync>;

/// Measures signoff beside its limits on this machine.
#[derive(Parser)]
#[command(name = "signoff-bench")]
struct Cli {
    /// The server's binary, built with `cargo build --release`.
    #[arg(long, default_value = "target/release/signoff")]
    server: PathBuf,
    /// Where stores are put while measuring (and removed afterwards); the binary's folder if not given, because
    /// a temporary folder in memory would make durable writes look free.
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Measure this only. Without, everything is measured but `many` and `starts`, which fill stores of gigabytes.
    #[arg(long)]
    only: Option<Only>,
    /// Operations that run while `many` is measured.
    #[arg(long, default_value_t = 1_000_000)]
    running: usize,
    /// Operations that run in the stores of `starts`.
    #[arg(long, default_value_t = 100_000)]
    live: usize,
    /// Operations altogether in the larger store of `starts` and of the growth: about 1.9 GB a million.
    #[arg(long, global = true, default_value_t = 10_000_000)]
    stored: usize,
    /// One second a measurement: to see that everything works, not to quote.
    #[arg(long, global = true)]
    quick: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Only {
    /// Polls beside a bare handler with the same bytes.
    Polls,
    /// Publishes (and cancels, which come with them) beside raw group commit.
    Publishes,
    /// Cancels (and publishes, which come before them) beside raw group commit.
    Cancels,
    /// How long one publish takes.
    Latency,
    /// The largest documents of the worst kinds beside plain ones.
    Documents,
    /// Memory, and time from start to ready.
    Footprint,
    /// Cancels while ten thousand other operations run and are polled, beside cancels on an idle server.
    Running,
    /// Memory with a million operations that run.
    Many,
    /// Time from start to ready on full stores, after a kill, and with much work overdue.
    Starts,
}

/// Parts of what is measured on PostgreSQL.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum OnPostgres {
    /// Publishes and cancels beside pgbench with an equal transaction for each.
    Publishes,
    /// How long one publish takes, beside one durable round trip.
    Latency,
    /// Two nodes, each held to a quarter of a core, beside one.
    Nodes,
    /// Rates, pages, bytes and starts with many operations stored, beside few.
    Growth,
    /// The same on SQLite.
    SqliteGrowth,
}

#[derive(Subcommand)]
enum Command {
    /// Measures the store for many nodes beside PostgreSQL's own load generator, on a PostgreSQL server of its own.
    Postgres {
        /// Measure this only.
        #[arg(long)]
        only: Option<OnPostgres>,
    },
    /// Serves one reply for every request: the limit of polling.
    #[command(hide = true)]
    Bare { head: PathBuf, body: PathBuf },
    /// Takes publishes and cancels, and writes what a real server wrote: the limit of both.
    #[command(hide = true)]
    BareDurable { samples: PathBuf, offer: String },
}

/// How a run is made.
pub(crate) struct Plan {
    server: PathBuf,
    folder: PathBuf,
    rounds: usize,
    time: Duration,
    offers: usize,
}

impl Plan {
    fn of(cli: &Cli) -> Result<Self, Error> {
        let server = cli.server.canonicalize().map_err(|error| {
            format!(
                "--server {}: {error}; build it with `cargo build --release -p signoff`",
                cli.server.display()
            )
        })?;
        let beside = server.parent().map(Path::to_owned).unwrap_or_default();
        let folder = cli.dir.clone().unwrap_or(beside);
        let (rounds, time, offers) =
            if cli.quick { (3, Duration::from_secs(1), 4_000) } else { (3, Duration::from_secs(4), 16_000) };
        Ok(Self { server, folder, rounds, time, offers })
    }
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = match &cli.command {
        Some(Command::Bare { head, body }) => bare::serve(head, body),
        Some(Command::BareDurable { samples, offer }) => bare_durable::serve(samples, offer),
        Some(Command::Postgres { only }) => on_postgres(&cli, *only),
        None => measure_all(&cli),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

/// One thread generates all load: the other cores are the server's.
fn measured(rows: impl Future<Output = Result<Vec<Row>, Error>>) -> Result<(), Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    print!("{}", report::table(&runtime.block_on(rows)?));
    Ok(())
}

fn on_postgres(cli: &Cli, only: Option<OnPostgres>) -> Result<(), Error> {
    let plan = Plan::of(cli)?;
    let wanted = |one: OnPostgres| only.is_none_or(|only| only == one);
    measured(async {
        let mut rows: Vec<Row> = Vec::new();
        if wanted(OnPostgres::Publishes) {
            rows.extend(measure::postgres::publishes::run(&plan).await?);
        }
        if wanted(OnPostgres::Latency) {
            rows.extend(measure::postgres::latency::run(&plan).await?);
        }
        if wanted(OnPostgres::Nodes) {
            rows.extend(measure::postgres::nodes::run(&plan).await?);
        }
        if wanted(OnPostgres::Growth) {
            rows.extend(measure::growth::postgres(&plan, cli.stored).await?);
        }
        if wanted(OnPostgres::SqliteGrowth) {
            rows.extend(measure::growth::sqlite(&plan, cli.stored).await?);
        }
        Ok(rows)
    })
}

fn measure_all(cli: &Cli) -> Result<(), Error> {
    let plan = Plan::of(cli)?;
    let wanted = |one: &[Only]| cli.only.is_none_or(|only| one.contains(&only));
    measured(async {
        let mut rows: Vec<Row> = Vec::new();
        if wanted(&[Only::Footprint]) {
            rows.extend(measure::footprint::run(&plan).await?);
        }
        if wanted(&[Only::Polls]) {
            rows.extend(measure::polls::run(&plan).await?);
        }
        if wanted(&[Only::Publishes, Only::Cancels]) {
            rows.extend(measure::writes::run(&plan).await?);
        }
        if wanted(&[Only::Latency]) {
            rows.extend(measure::latency::run(&plan).await?);
        }
        if wanted(&[Only::Documents]) {
            rows.extend(measure::documents::run(&plan).await?);
        }
        if wanted(&[Only::Running]) {
            rows.extend(measure::running::run(&plan).await?);
        }
        if cli.only == Some(Only::Many) {
            rows.extend(measure::full::running(&plan, cli.running).await?);
        }
        if cli.only == Some(Only::Starts) {
            rows.extend(measure::full::starts(&plan, cli.live, cli.stored).await?);
        }
        Ok(rows)
    })
}
