//! `signoff offer list|show|diff|put|status`.

use std::io::Read;
use std::path::PathBuf;
use std::{fs, io};

use clap::{Args, Subcommand};
use serde_json::Value;
use signoff_wire::client::{OfferRead, Which};
use signoff_wire::diff::ContentName;
use signoff_wire::json;
use signoff_wire::words::{OfferSlot, OfferStatus};

use super::{OfferArg, Session};
use crate::exit::Failure;
use crate::view::{self, Output, tables};

/// What to do with offers.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// List the publisher's offers
    List(List),
    /// Show one offer
    Show(Show),
    /// Show what differs between two versions of an offer
    Diff(Diff),
    /// Create an offer or change its draft
    Put(Put),
    /// Show where publishing stands
    Status(OfferArg),
}

/// Which offers.
#[derive(Args)]
pub(crate) struct List {
    /// Only offers of this type
    #[arg(long = "type", value_name = "OFFER_TYPE")]
    offer_type: Option<String>,
    /// Only offers of this status
    #[arg(long)]
    status: Option<OfferStatus>,
}

/// Which form of which offer.
#[derive(Args)]
pub(crate) struct Show {
    #[command(flatten)]
    offer: OfferArg,
    /// What stands in this slot: draft, preview or production
    #[arg(long, conflicts_with = "draft_version")]
    slot: Option<OfferSlot>,
    /// This version of the draft
    #[arg(long, value_name = "N")]
    draft_version: Option<u64>,
    /// Print the tag for --if-match, nothing else
    #[arg(long)]
    etag: bool,
}

/// Which offer, and what of it is compared.
#[derive(Args)]
pub(crate) struct Diff {
    #[command(flatten)]
    offer: OfferArg,
    /// What was: draft, preview, production or a version of the draft [default: production]
    #[arg(long, value_name = "SLOT|N")]
    from: Option<ContentName>,
    /// What is, likewise [default: draft]
    #[arg(long, value_name = "SLOT|N")]
    to: Option<ContentName>,
}

/// Which offer, from where, and over what.
#[derive(Args)]
pub(crate) struct Put {
    #[command(flatten)]
    offer: OfferArg,
    /// The document, JSON; - for standard input
    file: PathBuf,
    /// Only if the draft still has this tag
    #[arg(long, value_name = "TAG")]
    if_match: Option<String>,
    /// Whatever the draft is now
    #[arg(long, conflicts_with = "if_match")]
    force: bool,
}

/// Runs the command.
pub(crate) async fn run(command: Command, session: &Session) -> Result<(), Failure> {
    match command {
        Command::List(command) => list(&command, session).await,
        Command::Show(command) => show(&command, session).await,
        Command::Diff(Diff { offer: OfferArg { offer }, from, to }) => {
            let diff = session.client.offer_diff(&session.publisher, &offer, from, to).await?;
            if session.output == Output::Table && diff.changes.is_empty() && diff.omitted == 0 {
                view::say("no difference");
                return Ok(());
            }
            view::show(session.output, &diff, tables::diff)
        }
        Command::Put(command) => put(&command, session).await,
        Command::Status(OfferArg { offer }) => {
            let status = session.client.status(&session.publisher, &offer).await?;
            view::show(session.output, &status, tables::status)
        }
    }
}

async fn list(command: &List, session: &Session) -> Result<(), Failure> {
    let filter = filter(command.offer_type.as_deref(), command.status);
    let offers = session.client.offers(&session.publisher, filter.as_deref()).await?;
    view::show(session.output, offers.as_slice(), tables::offers)
}

fn filter(offer_type: Option<&str>, status: Option<OfferStatus>) -> Option<String> {
    let offer_type = offer_type.map(|wanted| format!("offerTypeId eq '{}'", wanted.replace('\'', "''")));
    let status = status.map(|wanted| format!("status eq '{wanted}'"));
    let conditions: Vec<String> = offer_type.into_iter().chain(status).collect();
    (!conditions.is_empty()).then(|| conditions.join(" and "))
}

async fn show(command: &Show, session: &Session) -> Result<(), Failure> {
    let which = match (command.slot, command.draft_version) {
        (Some(slot), _) => Which::Slot(slot),
        (None, Some(version)) => Which::Version(version),
        (None, None) => Which::Current,
    };
    let read = session.client.offer(&session.publisher, &command.offer.offer, which).await?;
    if command.etag {
        let etag = read.etag.ok_or_else(|| Failure::NotFound("the server sent no tag".into()))?;
        return view::print(&etag);
    }
    print(&read, session.output)
}

/// The document as JSON to the last digit, or what a person asks for first.
fn print(read: &OfferRead, output: Output) -> Result<(), Failure> {
    if output == Output::Json {
        return view::print_json(read.document.get());
    }
    let document: Value = json::from_body(read.document.get().as_bytes())
        .map_err(|error| Failure::Ended(format!("the offer cannot be shown: {error}")))?;
    view::show(output, &document, |document| tables::offer(document, read.etag.as_deref()))
}

async fn put(command: &Put, session: &Session) -> Result<(), Failure> {
    let document = read_document(&command.file)?;
    let if_match = if command.force { Some("*") } else { command.if_match.as_deref() };
    let offer = &command.offer.offer;
    let put = session.client.put_offer(&session.publisher, offer, document, if_match).await?;
    view::say(&format!("{offer} {}", if put.created { "created" } else { "changed" }));
    for warning in put.now.offer().map(|offer| offer.warnings).unwrap_or_default() {
        view::say(&format!("warning: {}", warning.message));
    }
    if session.output == Output::Table {
        view::say(&format!("publish it: signoff publish {offer} --wait{}", session.typed));
    }
    print(&put.now, session.output)
}

fn read_document(file: &PathBuf) -> Result<Vec<u8>, Failure> {
    let mut document = Vec::new();
    let read = if file.as_os_str() == "-" {
        io::stdin().read_to_end(&mut document).map(drop)
    } else {
        fs::read(file).map(|bytes| document = bytes)
    };
    read.map_err(|error| Failure::Usage(format!("{}: {error}", file.display())))?;
    Ok(document)
}

#[cfg(test)]
mod tests {
    use signoff_wire::filter::OfferFilter;

    use super::*;

    #[test]
    fn filters_are_such_that_a_server_understands_them() {
        assert_eq!(filter(None, None), None);
        let text = filter(Some("it's"), Some(OfferStatus::Running)).unwrap();
        assert_eq!(text, "offerTypeId eq 'it''s' and status eq 'running'");
        assert!(OfferFilter::parse(&text).unwrap().matches("it's", OfferStatus::Running));
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = read_document(&PathBuf::from("no/such.json")).unwrap_err();
        assert!(error.to_string().starts_with("no/such.json: ") && error.code() == 2, "{error}");
    }
}
