//! `signoff cancel --all`: the operations of many offers.

use std::io::{IsTerminal as _, stdin};

use indicatif::{ProgressBar, ProgressStyle};
use signoff_wire::bulk::{CancelResult, CancelResults};
use signoff_wire::client::{Action, Many};
use signoff_wire::words::{OfferStatus, OperationState};

use super::Session;
use crate::exit::Failure;
use crate::view::{self, Output, Stream, plain, tables};

/// So many cancels a call: the bar moves and lines come after each.
const AT_ONCE: u32 = 20;

/// Cancels, or shows what would come of it.
pub(super) async fn run(
    filter: Option<String>,
    dry_run: bool,
    yes: bool,
    action: &Action,
    session: &Session,
) -> Result<(), Failure> {
    if !dry_run && !yes && !agreed(filter.as_deref(), action, session).await? {
        view::say("nothing was canceled");
        return Ok(());
    }
    let bar = if dry_run { None } else { bar(filter.as_deref(), session).await? };
    let mut all = CancelResults { dry_run, results: Vec::new(), next: None };
    let mut many = Many { filter, dry_run, top: Some(AT_ONCE), after: None };
    let mut failure = None;
    loop {
        let part = match session.client.cancel_many(&session.publisher, &many, action).await {
            Ok(part) => part,
            Err(error) => {
                failure = Some(error);
                break;
            }
        };
        if !dry_run && session.output == Output::Table {
            show_lines(&part.results, bar.as_ref())?;
        }
        if let Some(bar) = &bar {
            bar.inc(u64::try_from(part.results.len()).unwrap_or(0));
        }
        all.results.extend(part.results);
        // A server that leads back would have us go round for ever.
        many.after = match part.next {
            Some(next) if many.after.as_deref().is_none_or(|after| *next > *after) => Some(next.into_owned()),
            _ => break,
        };
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    if dry_run || session.output == Output::Json {
        view::show(session.output, &all, |all| tables::cancel_results(&all.results))?;
    }
    match failure {
        Some(error) => Err(error.into()),
        None => verdict(&all),
    }
}

/// Whether a person agrees to what would be canceled. Without a terminal nobody is asked: scripts have said what they
/// want.
async fn agreed(filter: Option<&str>, action: &Action, session: &Session) -> Result<bool, Failure> {
    if !stdin().is_terminal() || !Stream::Err.is_terminal() {
        return Ok(true);
    }
    let mut would = Vec::new();
    let mut many = Many { filter: filter.map(str::to_owned), dry_run: true, top: None, after: None };
    loop {
        let part = session.client.cancel_many(&session.publisher, &many, action).await?;
        would.extend(part.results);
        many.after = match part.next {
            Some(next) if many.after.as_deref().is_none_or(|after| *next > *after) => Some(next.into_owned()),
            _ => break,
        };
    }
    let count = would.iter().filter(|result| result.went_well()).count();
    if count == 0 {
        // There is nothing to lose, and the answer says why.
        return Ok(true);
    }
    view::say_text(&tables::cancel_results(&would).laid(&Stream::Err.screen()));
    view::say(&format!(
        "Cancel the operations of {count} offers of {}? Type yes to go on:",
        session.publisher
    ));
    let mut answer = String::new();
    stdin().read_line(&mut answer)?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}

/// A bar as long as there are offers to cancel, if there is a terminal to show it.
async fn bar(filter: Option<&str>, session: &Session) -> Result<Option<ProgressBar>, Failure> {
    if !Stream::Err.is_terminal() {
        return Ok(None);
    }
    let offers = session.client.offers(&session.publisher, filter).await?;
    let by_status = filter.is_some_and(|filter| filter.contains("status"));
    let in_progress =
        |status| matches!(status, OfferStatus::Running | OfferStatus::WaitingForPublisherReview);
    let count = offers.iter().filter(|offer| by_status || in_progress(offer.status)).count();
    let style = ProgressStyle::with_template("{bar:32} {pos}/{len} canceled")
        .expect("the template is valid, as the test of it shows");
    Ok(Some(ProgressBar::new(u64::try_from(count).unwrap_or(0)).with_style(style)))
}

fn show_lines(results: &[CancelResult<'_>], bar: Option<&ProgressBar>) -> Result<(), Failure> {
    if results.is_empty() {
        return Ok(());
    }
    let lines: String = results.iter().map(|result| line(result) + "\n").collect();
    match bar {
        Some(bar) => bar.suspend(|| view::print(&lines)),
        None => view::print(&lines),
    }
}

/// One result in one line.
fn line(result: &CancelResult<'_>) -> String {
    let offer = plain(&result.offer_id);
    match (result.code, result.status_code, result.status) {
        (Some(code), ..) => {
            format!("{offer}: refused ({code}): {}", plain(result.message.as_deref().unwrap_or_default()))
        }
        (None, 200, _) => format!("{offer}: canceled"),
        (None, _, Some(OperationState::Running)) => {
            format!("{offer}: being canceled, {}", plain(result.location.as_deref().unwrap_or_default()))
        }
        (None, _, Some(OperationState::Failed)) => {
            format!("{offer}: ended by force, {}", plain(result.location.as_deref().unwrap_or_default()))
        }
        (None, ..) => format!("{offer}: nothing to cancel"),
    }
}

fn verdict(all: &CancelResults<'_>) -> Result<(), Failure> {
    let count = all.results.len();
    let refused = all.results.iter().filter(|result| !result.went_well()).count();
    if refused == 0 {
        let would = if all.dry_run { "would be canceled" } else { "canceled or being canceled" };
        view::say(&format!("{count} {would}"));
        return Ok(());
    }
    let would = if all.dry_run { "would not be" } else { "were not" };
    Err(Failure::Ended(format!("{refused} of {count} {would} canceled")))
}

#[cfg(test)]
mod tests {
    use signoff_wire::ErrorCode;

    use super::*;

    fn result(
        status_code: u16,
        status: Option<OperationState>,
        code: Option<ErrorCode>,
    ) -> CancelResult<'static> {
        CancelResult {
            offer_id: "vm".into(),
            status_code,
            code,
            status,
            operation_id: None,
            location: Some("/api/x".into()),
            message: Some("No\u{1b}[31m.".into()),
        }
    }

    #[test]
    fn each_result_has_its_line() {
        for (result, expected) in [
            (result(200, Some(OperationState::Canceled), None), "vm: canceled"),
            (result(202, Some(OperationState::Running), None), "vm: being canceled, /api/x"),
            (result(202, Some(OperationState::Failed), None), "vm: ended by force, /api/x"),
            (result(202, None, None), "vm: nothing to cancel"),
            (
                result(400, None, Some(ErrorCode::OperationNotCancellable)),
                "vm: refused (OperationNotCancellable): No [31m.",
            ),
        ] {
            assert_eq!(line(&result), expected);
        }
        assert!(ProgressStyle::with_template("{bar:32} {pos}/{len} canceled").is_ok());
    }
}
