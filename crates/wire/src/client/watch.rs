//! Following an operation to its end.

use std::time::Duration;

use super::Client;
use super::error::ClientError;
use super::operations::OperationRead;
use crate::operation::OperationDetail;
use crate::words::{OperationState, StepStatus};

/// How often an operation is looked at on a server that cannot wait and does not say when: quickly after a change, then ever slower.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The pause after a change.
    pub first: Duration,
    /// The longest pause.
    pub longest: Duration,
    /// How long a server that does not answer is waited for.
    pub patience: Duration,
}

/// What is seen while an operation is followed.
#[derive(Debug)]
pub enum News<'a> {
    /// Its first state, or a new one.
    State(&'a OperationDetail<'static>),
    /// The server does not answer; it is asked again until the patience is over.
    Away(&'a ClientError),
    /// The server answers again.
    Back,
}

/// So many seconds the server is asked to wait: less than proxies put up with, and than a request may take.
const WAIT: u64 = 30;

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_millis(100),
            longest: Duration::from_secs(5),
            patience: Duration::from_mins(1),
        }
    }
}

/// When to stop following.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Until {
    /// When the operation has ended.
    Ended,
    /// The same, or when it waits for the publisher's go live.
    EndedOrSignOff,
}

/// Whether the operation runs and waits for the publisher's go live.
pub fn waits_for_sign_off(operation: &OperationDetail<'_>) -> bool {
    operation.steps.iter().any(|step| step.status == StepStatus::WaitingForPublisherReview)
}

impl Until {
    /// Whether following stops at this state.
    pub fn reached(self, operation: &OperationDetail<'_>) -> bool {
        let runs = matches!(operation.status, OperationState::Running | OperationState::NotStarted);
        !runs || (self == Self::EndedOrSignOff && waits_for_sign_off(operation))
    }
}

impl Client {
    /// Looks at the operation at `location` until `until`, and tells `on_news` its first state, every new one, and whether
    /// the server is there: one that does not answer is asked again for `pace.patience`.
    ///
    /// A server that can wait is asked to reply when something changed (`Prefer: wait`). With another one the server's
    /// `Retry-After` sets the pauses, `first_pause` (that of a 202) the first one; otherwise `pace` does. Returns the
    /// last state.
    pub async fn watch(
        &self,
        location: &str,
        first_pause: Option<Duration>,
        until: Until,
        pace: Pace,
        on_news: impl FnMut(News<'_>),
    ) -> Result<OperationDetail<'static>, ClientError> {
        self.watch_until(location, first_pause, |operation| until.reached(operation), pace, on_news).await
    }

    /// The same, until `reached` says yes to a state.
    pub async fn watch_until(
        &self,
        location: &str,
        first_pause: Option<Duration>,
        reached: impl Fn(&OperationDetail<'static>) -> bool,
        pace: Pace,
        mut on_news: impl FnMut(News<'_>),
    ) -> Result<OperationDetail<'static>, ClientError> {
        let mut known: Option<OperationDetail<'static>> = None;
        let mut etag: Option<String> = None;
        let mut asked_for = first_pause;
        let mut pause = pace.first;
        // The first reply comes at once, and tells whether the server can wait.
        let mut wait = 0;
        loop {
            let read = match self.operation_after(location, etag.as_deref(), wait).await {
                Err(error) if error.is_passing() => {
                    on_news(News::Away(&error));
                    let read = self.once_back(location, etag.as_deref(), pace).await.unwrap_or(Err(error))?;
                    on_news(News::Back);
                    read
                }
                read => read?,
            };
            wait = WAIT;
            asked_for = read.retry_after.or(asked_for.take());
            etag = read.etag.or(etag);
            if let Some(operation) = read.operation
                && known.as_ref() != Some(&operation)
            {
                on_news(News::State(&operation));
                if reached(&operation) {
                    return Ok(operation);
                }
                known = Some(operation);
                pause = pace.first;
            }
            if read.waits {
                // What follows at once comes in one.
                tokio::time::sleep(pace.first).await;
                continue;
            }
            tokio::time::sleep(asked_for.take().unwrap_or(pause)).await;
            pause = (pause * 2).min(pace.longest);
        }
    }

    /// What the server says of the operation once it answers again; `None`: not within the patience.
    async fn once_back(
        &self,
        location: &str,
        etag: Option<&str>,
        pace: Pace,
    ) -> Option<Result<OperationRead, ClientError>> {
        let answered = async {
            let mut pause = pace.first;
            loop {
                tokio::time::sleep(pause).await;
                pause = (pause * 2).min(pace.longest);
                match self.operation_after(location, etag, 0).await {
                    Err(error) if error.is_passing() => {}
                    answered => return answered,
                }
            }
        };
        tokio::time::timeout(pace.patience, answered).await.ok()
    }
}
