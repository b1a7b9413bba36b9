//! `Prefer: wait=N`: the reply waits for the operation to move, N seconds at most (RFC 7240, section 4.3).

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::FromRequestParts;
use axum::response::Response;
use http::request::Parts;
use http::{HeaderName, HeaderValue};
use signoff_engine::{CachedOperation, Look, Waited};
use signoff_lifecycle::access::Action;
use signoff_lifecycle::operation::Head;
use signoff_wire::prefer;

use crate::app::App;
use crate::context::Context;
use crate::problem::Problem;
use crate::tls::Stop;

/// How long the caller is willing to wait for a change.
pub struct Wait {
    seconds: Option<u64>,
    stop: Option<Stop>,
}

impl<S: Send + Sync> FromRequestParts<S> for Wait {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let values = parts.headers.get_all(prefer::PREFER).iter().filter_map(|value| value.to_str().ok());
        Ok(Self { seconds: prefer::wait(values), stop: stop_of(parts) })
    }
}

/// What tells a request that its listener goes away.
pub fn stop_of(parts: &Parts) -> Option<Stop> {
    parts.extensions.get::<Stop>().cloned()
}

/// Ready when the listener goes away; never, if there is none.
pub async fn stopped(stop: Option<&mut Stop>) {
    match stop {
        Some(stop) => stop.requested().await,
        None => std::future::pending().await,
    }
}

impl Wait {
    /// Whether the caller asks for it.
    pub fn is_wanted(&self) -> bool {
        self.seconds.is_some()
    }

    /// Waits until `look` finds enough in the operation, the time is over, or the server stops.
    ///
    /// # Errors
    /// 403 if the caller may not read it any more by then, and failures of the store.
    pub async fn until(
        &self,
        app: &App,
        context: &Context,
        operation: &CachedOperation,
        look: impl Fn(&CachedOperation) -> Look,
    ) -> Result<Waited, Problem> {
        let (publisher, id) = (&operation.key.publisher, operation.operation.head().id);
        let waited = app.engine().wait_for(publisher, id, self.patience(), look).await?;
        app.authorise(context, publisher, Action::Read).await?;
        Ok(waited)
    }

    /// The operation that a committed command started or found, once it moved past what the command left. `None`:
    /// the caller does not wait, or may not read it any more. The command stands, also if the wait fails.
    pub async fn past(
        &self,
        app: &App,
        context: &Context,
        publisher: &str,
        left: &Head,
    ) -> Option<Arc<CachedOperation>> {
        if !self.is_wanted() {
            return None;
        }
        let (id, known) = (left.id, left.revision);
        // Boxed: few callers wait, and the futures of all of them would be larger.
        let waited = app.engine().wait_for(publisher, id, self.patience(), |cached| moved(cached, known));
        let waited = Box::pin(waited).await;
        let waited = waited.inspect_err(|error| tracing::warn!(%error, "a wait was given up")).ok()?;
        app.authorise(context, publisher, Action::Read).await.ok()?;
        waited.cached.filter(|_| waited.waited)
    }

    /// Says that the preference was gone by.
    pub fn applied(&self, mut response: Response) -> Response {
        let value = self.seconds.map(prefer::waiting);
        if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
            response.headers_mut().insert(HeaderName::from_static(prefer::PREFERENCE_APPLIED), value);
        }
        response
    }

    async fn patience(&self) {
        let mut stop = self.stop.clone();
        tokio::select! {
            biased;
            () = tokio::time::sleep(Duration::from_secs(self.seconds.unwrap_or_default())) => {}
            () = stopped(stop.as_mut()) => {}
        }
    }
}

/// Enough is what moved past the revision that is known, and what will never move again.
pub fn moved(cached: &CachedOperation, known: u64) -> Look {
    let operation = &cached.operation;
    if operation.head().revision != known || !operation.is_running() { Look::Enough } else { Look::WhenMoved }
}
