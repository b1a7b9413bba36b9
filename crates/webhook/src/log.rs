//! The log of what third parties are asked: one line for each request.

use signoff_lifecycle::command::WebhookReport;
use signoff_lifecycle::ids::Micros;
use signoff_lifecycle::plan::Outcome;

use crate::{HookAnswer, NoAnswer, Question, message};

impl Question<'_> {
    /// Writes what came of asking `hook`. That a third party is still at its work, when it is asked how far it is, is
    /// no news.
    pub fn tell(&self, hook: &str, answer: &Result<HookAnswer, NoAnswer>, took: Micros) {
        let Self { publisher, offer, operation, step, attempt, ask, accepted, .. } = *self;
        let (asked, took_ms) = (message::kind(ask, accepted), millis(took));
        match answer {
            Ok(answer) => {
                let said = word(&answer.said);
                if accepted && matches!(answer.said, WebhookReport::Progress { .. }) {
                    tracing::debug!(
                        hook, asked, said, publisher, offer, %operation, step, attempt, took_ms,
                        "a webhook is at its work"
                    );
                } else {
                    tracing::info!(
                        hook, asked, said, publisher, offer, %operation, step, attempt, took_ms,
                        "a webhook answered"
                    );
                }
            }
            Err(NoAnswer::NotReached(reason)) => tracing::warn!(
                hook, asked, publisher, offer, %operation, step, attempt, took_ms, reason,
                "a webhook is out of reach and will be asked again"
            ),
            Err(NoAnswer::Wrong(reason)) => tracing::warn!(
                hook, asked, publisher, offer, %operation, step, attempt, took_ms, reason,
                "a webhook's reply is no answer"
            ),
        }
    }
}

fn word(said: &WebhookReport) -> &'static str {
    match said {
        WebhookReport::Progress { .. } => "inProgress",
        WebhookReport::Ended(answer) if answer.outcome == Outcome::Succeed => "succeeded",
        WebhookReport::Ended(_) => "failed",
    }
}

/// Milliseconds, to the microsecond.
fn millis(took: Micros) -> f64 {
    f64::from(u32::try_from(took.0).unwrap_or(u32::MAX)) / 1000.0
}
