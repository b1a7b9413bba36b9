//! `signoff version`.

use clap::Args;
use serde_json::json;
use signoff_wire::{Dialect, api_version};

use crate::exit::Failure;
use crate::view::{self, Output};

/// In which form.
#[derive(Args)]
pub(crate) struct Command {
    /// The same as --output json
    #[arg(long)]
    json: bool,
}

/// Prints what this program is.
pub(crate) fn run(command: &Command, output: Output) -> Result<(), Failure> {
    let version = env!("CARGO_PKG_VERSION");
    let reply = json!({
        "name": "signoff",
        "version": version,
        "apiVersions": api_version::KNOWN,
        "dialects": [Dialect::Documented.to_string(), Dialect::Observed.to_string()],
    });
    let output = if command.json { Output::Json } else { output };
    view::show(output, &reply, |_| format!("signoff {version}"))
}
