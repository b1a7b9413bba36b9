//! `signoff store check`.

use std::process::ExitCode;

use clap::Args;
use serde::Serialize;
use serde_json::json;
use signoff_engine::StoredReceipt;
use signoff_upkeep::{self as upkeep, Finding};

use super::StoreArg;
use super::progress::Shown;
use crate::exit::Failure;
use crate::view::{self, Output, tables};

/// Which store.
#[derive(Args)]
pub(crate) struct Command {
    #[command(flatten)]
    store: StoreArg,
    /// Show no progress
    #[arg(long, short)]
    quiet: bool,
}

/// A finding, for JSON.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct FindingView<'a> {
    rule: &'a str,
    publisher_id: Option<&'a str>,
    offer_id: Option<&'a str>,
    operation_id: Option<&'a str>,
    finding: &'a str,
}

impl<'a> From<&'a Finding> for FindingView<'a> {
    fn from(finding: &'a Finding) -> Self {
        Self {
            rule: finding.rule,
            publisher_id: finding.publisher.as_deref(),
            offer_id: finding.offer.as_deref(),
            operation_id: finding.operation.as_deref(),
            finding: &finding.what,
        }
    }
}

/// Runs the command.
pub(crate) async fn run(command: Command, output: Output) -> Result<ExitCode, Failure> {
    let store = command.store.place()?;
    let shown = Shown::new(command.quiet);
    let report = upkeep::check(&store, &reads_reply, &|progress| shown.show(progress)).await?;
    shown.end();
    let findings: Vec<FindingView<'_>> = report.findings.iter().map(FindingView::from).collect();
    let reply = json!({
        "store": store.name(),
        "rows": report.rows,
        "findings": findings,
        "more": report.more,
        "unchecked": report.unchecked,
    });
    if output == Output::Json || !findings.is_empty() {
        view::show(output, &reply, |_| table(&findings))?;
    }
    for part in &report.unchecked {
        view::say(&format!("not checked: {part}"));
    }
    let number = u64::try_from(findings.len()).unwrap_or(0) + report.more;
    view::say(&format!("{} rows of {} were checked, {number} findings", report.rows, store.name()));
    Ok(if number == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Replies are the engine's own values.
fn reads_reply(text: &str) -> Result<(), String> {
    serde_json::from_str::<StoredReceipt>(text).map(|_| ()).map_err(|error| error.to_string())
}

fn table(findings: &[FindingView<'_>]) -> view::Document {
    let or_none = |text: Option<&str>| text.unwrap_or("-").to_owned();
    let rows = findings.iter().map(|finding| {
        [
            finding.rule.to_owned(),
            or_none(finding.publisher_id),
            or_none(finding.offer_id),
            or_none(finding.operation_id),
            finding.finding.to_owned(),
        ]
    });
    tables::of_rows(["RULE", "PUBLISHER", "OFFER", "OPERATION", "FINDING"], rows)
}
