//! An operation's changes as they happen: server-sent events, at each of its addresses with `/events` behind it.
//!
//! What is told is always the present state. Who comes back, or reads slowly, misses what was in between but never
//! the end, and nothing is kept for anybody.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::sse::{Event, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::on;
use futures_util::{Stream, stream};
use http::request::Parts;
use http::{HeaderName, HeaderValue, header};
use serde_json::json;
use signoff_engine::{CachedOperation, Follower, StreamPlace};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::tls::Stop;
use signoff_front::wait::{stop_of, stopped};
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::{OfferId, OfferKey, OperationId, PublisherId};
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use tokio::sync::watch;

use super::operation_get::{find, find_by_number, rendered};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call};
use crate::{Portal, openapi, view};

pub(crate) const OF_AN_OFFER: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/operations/{operation}/events", |method| {
        on(method, by_id)
    })
    .least(Least::Member(Role::Reader))
    .described(describe_of_offer);

pub(crate) const OF_SUBMISSIONS: Endpoint = Endpoint::get(
    "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}/events",
    |method| on(method, by_id),
)
.least(Least::Member(Role::Reader))
.described(describe_of_submissions);

pub(crate) const BY_NUMBER: Endpoint =
    Endpoint::get("/api/operations/{address}/events", |method| on(method, by_number))
        .least(Least::Member(Role::Reader))
        .described(describe_by_number);

/// After so long without an event a comment is sent: proxies cut what is silent.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// Where other nodes may end a membership, it is looked up again no sooner than after this time.
const LEAST_PAUSE: Duration = Duration::from_millis(200);
/// How long a reader should wait before it comes back.
const COME_BACK_AFTER: Duration = Duration::from_secs(2);

const LAST_EVENT_ID: &str = "last-event-id";

/// `GET …/operations/{operationId}/events`, and below `/submissions`.
async fn by_id(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer, operation)): Segments<(PublisherId, OfferId, String)>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let named = OfferKey { publisher, offer };
    app.authorise(&context, &named.publisher, Action::Read).await?;
    let cached = find(&app, &named, &operation).await?;
    events(app, context, &cached, &parts)
}

/// `GET /api/operations/{address}/events`.
async fn by_number(
    State(app): State<Portal>,
    context: Context,
    Segments(address): Segments<String>,
    parts: Parts,
) -> Result<Response, ApiError> {
    let cached = find_by_number(&app, &context, &address).await?;
    events(app, context, &cached, &parts)
}

fn events(
    app: Portal,
    context: Context,
    cached: &CachedOperation,
    parts: &Parts,
) -> Result<Response, ApiError> {
    let (publisher, id) = (cached.key.publisher.clone(), cached.operation.head().id);
    let caller = context.principal().map_or_else(String::new, ToString::to_string);
    let place = app.engine().stream_place(&publisher, &caller);
    let follower = place.as_ref().and_then(|_| app.engine().follow(cached));
    let (Some(place), Some(follower)) = (place, follower) else {
        return Err(ApiError::new(ErrorCode::TooManyRequests, ErrorText::TooBusy));
    };
    let last = parts.headers.get(LAST_EVENT_ID).and_then(|value| value.to_str().ok());
    let events = Events {
        members: app.memberships().changes(),
        known: last.and_then(|last| last.trim().parse().ok()),
        app,
        context,
        publisher,
        id,
        follower,
        stop: stop_of(parts),
        greeted: false,
        over: false,
        _place: place,
    };
    let mut response = Sse::new(events.stream()).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // Some proxies collect what they pass on unless they are told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    Ok(response)
}

/// One reader and how far it is.
struct Events {
    app: Portal,
    context: Context,
    publisher: PublisherId,
    id: OperationId,
    /// The revision that the reader has.
    known: Option<u64>,
    follower: Follower,
    members: watch::Receiver<u64>,
    stop: Option<Stop>,
    greeted: bool,
    over: bool,
    _place: StreamPlace,
}

/// What a reader waited for.
enum Woken {
    Look,
    /// The reader's membership may have ended at another node.
    Members,
    Silence,
    Stop,
}

impl Events {
    fn stream(self) -> impl Stream<Item = Result<Event, Infallible>> {
        stream::unfold(self, |mut events| async move {
            let event = events.next().await?;
            Some((Ok(event), events))
        })
    }

    /// The next event, as soon as there is one; `None`: the reader gets no more.
    async fn next(&mut self) -> Option<Event> {
        if !std::mem::replace(&mut self.greeted, true) {
            return Some(Event::default().retry(COME_BACK_AFTER));
        }
        if self.over {
            return None;
        }
        loop {
            self.members.mark_unchanged();
            if !self.may_read().await {
                return None;
            }
            let cached = self.look().await?;
            let revision = cached.operation.head().revision;
            if self.known != Some(revision) {
                self.known = Some(revision);
                return Some(self.changed(&cached));
            }
            if !cached.operation.is_running() {
                self.over = true;
                return Some(self.ended(&cached));
            }
            let mut silent = Duration::ZERO;
            loop {
                match self.woken(&mut silent).await {
                    Woken::Look => break,
                    Woken::Members if self.may_read().await => {}
                    Woken::Silence => return Some(Event::default().comment("still here")),
                    Woken::Members | Woken::Stop => return None,
                }
            }
        }
    }

    /// The operation; `None` if it is gone or cannot be read now: the reader will come back.
    async fn look(&self) -> Option<Arc<CachedOperation>> {
        let cached = self.app.engine().operation(&self.publisher, self.id).await;
        cached.inspect_err(|error| tracing::warn!(%error, "a stream of events was given up")).ok().flatten()
    }

    /// What comes next; `silent` is for how long nothing came.
    async fn woken(&mut self, silent: &mut Duration) -> Woken {
        let token = self.app.seconds_left(&self.context).map_or(Duration::MAX, Duration::from_secs);
        let beat = HEARTBEAT.saturating_sub(*silent);
        let members = self
            .app
            .memberships()
            .counts_for()
            .map_or(Duration::MAX, |counts_for| Duration::from_micros(counts_for.0).max(LEAST_PAUSE));
        let pause = beat.min(token).min(members);
        tokio::select! {
            () = self.follower.moved() => Woken::Look,
            // An error means that the server goes away.
            changed = self.members.changed() => if changed.is_ok() { Woken::Look } else { Woken::Stop },
            () = stopped(self.stop.as_mut()) => Woken::Stop,
            () = tokio::time::sleep(pause) => {
                *silent += pause;
                if token <= pause {
                    Woken::Look
                } else if beat <= pause {
                    Woken::Silence
                } else {
                    Woken::Members
                }
            }
        }
    }

    /// Whether the token is still good and its bearer still a member.
    async fn may_read(&self) -> bool {
        self.app.seconds_left(&self.context) != Some(0)
            && self.app.authorise(&self.context, &self.publisher, Action::Read).await.is_ok()
    }

    /// The operation as a GET has it.
    fn changed(&self, cached: &CachedOperation) -> Event {
        let body = rendered(&self.app, cached).body;
        let event = Event::default().event("operation").id(cached.operation.head().revision.to_string());
        // JSON as it is written here has no line break.
        event.data(String::from_utf8_lossy(&body))
    }

    fn ended(&self, cached: &CachedOperation) -> Event {
        let operation = &cached.operation;
        let status = view::state_word(operation, self.app.dialect());
        let body = json!({ "operationId": view::guid(operation.head().id), "status": status });
        Event::default().event("end").id(operation.head().revision.to_string()).data(body.to_string())
    }
}

fn describe_of_offer(call: Call) -> Call {
    described(call.named("operations", "followOperation"))
}

fn describe_of_submissions(call: Call) -> Call {
    described(call.named("operations", "followOperationOfSubmissions"))
}

fn describe_by_number(call: Call) -> Call {
    described(call.named("operations", "followOperationByNumber"))
}

/// What describes the stream at each of its addresses.
fn described(call: Call) -> Call {
    let text = "Server-sent events. `operation` holds the operation as a GET has it: at once, then whenever it changed. \
                `end` is the last one. The id of an event is the operation's revision.";
    let stream = Answer::empty(200, text).with_body(
        "text/event-stream",
        openapi::forms::string(),
        Some(json!(STREAM)),
    );
    call.says(
        "Follow one operation",
        "Who comes back with `Last-Event-ID` gets what is new. A comment comes every 15 seconds; the \
         stream ends with the token, and when the caller is no member any more.",
    )
    .takes(&["Last-Event-ID"])
    .answers(stream)
    .refuses(&[
        ErrorCode::Forbidden,
        ErrorCode::InvalidId,
        ErrorCode::OfferNotFound,
        ErrorCode::OperationNotFound,
    ])
}

/// What a stream looks like, for the example.
const STREAM: &str = "retry: 2000\n\nevent: operation\nid: 1763712002000000\ndata: {…}\n\nevent: end\n\
                      id: 1763712002000000\ndata: {\"operationId\":\"…\",\"status\":\"completed\"}\n\n";
