//! `signoff store`: what is done with a whole store. The work itself is that of `signoff_upkeep`.

mod backup;
mod check;
mod copy;
mod migrate;
mod progress;

use std::process::ExitCode;

use clap::{Args, Subcommand};
use serde::Serialize;
use signoff_settings::{BadAddress, BadSetting, StoreAddress, bad, caution, with_password};
use signoff_upkeep::{Place, TableReport};

use crate::connection::Connection;
use crate::exit::{Failure, INTERRUPTED};
use crate::shutdown::StopSignals;
use crate::view;

/// Copying, backing up and migrating.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// Copy a store to an empty one of either engine, and compare both sides; an interrupted copy goes on
    Copy(copy::Command),
    /// Look for damage and for what breaks the rules; nothing is written
    Check(check::Command),
    /// Write a store to a new file while servers go on
    Backup(backup::Command),
    /// Run the migrations that wait, or show them
    Migrate(migrate::Command),
}

/// Runs one command to its end.
pub(crate) async fn run(command: Command, connection: &Connection) -> Result<ExitCode, Failure> {
    let output = connection.settings()?.output();
    let signals = StopSignals::listen()?;
    let interrupted = match &command {
        Command::Copy(_) => "interrupted; the same command goes on from here",
        Command::Check(_) | Command::Backup(_) | Command::Migrate(_) => "interrupted",
    };
    let done = async {
        match command {
            Command::Copy(command) => copy::run(command, output).await,
            Command::Check(command) => check::run(command, output).await,
            Command::Backup(command) => backup::run(command, output).await,
            Command::Migrate(command) => migrate::run(command, output).await,
        }
    };
    tokio::select! {
        done = done => return done,
        () = signals.at_least(1) => {}
    }
    view::say(interrupted);
    Ok(ExitCode::from(INTERRUPTED))
}

/// The store that a command is about.
#[derive(Args)]
struct StoreArg {
    #[arg(long, env = "SIGNOFF_STORE", value_name = "URL")]
    store: Option<String>,
}

impl StoreArg {
    fn place(&self) -> Result<Place, BadSetting> {
        match &self.store {
            Some(text) => place("store", "SIGNOFF_STORE", text),
            None => StoreAddress::of_user(false)
                .map(|address| address.place())
                .ok_or_else(|| bad("store", "this user has no data directory; name a store with --store")),
        }
    }
}

/// The store at the address `text`, which was given as `--OPTION` or by `variable`.
fn place(option: &str, variable: &str, text: &str) -> Result<Place, BadSetting> {
    if let Some(caution) = caution(option, variable, Some(text)) {
        view::say(&caution);
    }
    let address: StoreAddress =
        text.parse().map_err(|problem: BadAddress| bad(option, problem.to_string()))?;
    Ok(with_password(address)?.place())
}

/// So many digits of a checksum are shown; JSON has all.
const SHOWN_DIGITS: usize = 16;

/// A table that was written, for JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TableView<'a> {
    table: &'a str,
    rows: u64,
    /// How many of them an interrupted copy had left in the target.
    found: u64,
    sha256: &'a str,
}

impl<'a> From<&'a TableReport> for TableView<'a> {
    fn from(report: &'a TableReport) -> Self {
        Self { table: report.table, rows: report.rows, found: report.found, sha256: &report.sha256 }
    }
}

fn views(tables: &[TableReport]) -> Vec<TableView<'_>> {
    tables.iter().map(TableView::from).collect()
}

/// The tables that were written, for people.
fn tables(tables: &[TableView<'_>]) -> view::Document {
    let rows = tables.iter().map(|table| {
        // As much as people compare, and as a terminal has room for.
        let sha256 = table.sha256.chars().take(SHOWN_DIGITS).collect();
        [table.table.to_owned(), table.rows.to_string(), table.found.to_string(), sha256]
    });
    view::tables::of_rows(["TABLE", "ROWS", "FOUND", "SHA-256"], rows)
}
