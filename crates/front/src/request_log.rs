//! The log of requests: one line for each that changes something or is refused. Reads that go well show at `debug`.

use std::fmt;
use std::sync::{Arc, OnceLock};

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode, Uri};
use percent_encoding::percent_decode_str;
use signoff_identity::Caller;
use signoff_lifecycle::actor::Actor;
use signoff_lifecycle::ids::{Moment, RealTime};
use uuid::Uuid;

use crate::app::App;

/// How much of a part of a path a line repeats, in characters.
const LONGEST_PART: usize = 100;
/// What probes ask all the time, and answers that say no more than that.
const PROBES: &str = "/_signoff/";

/// What a request turns out to be while it is answered; every request has it among its extensions.
#[derive(Clone, Default)]
pub struct Call(Arc<Inner>);

#[derive(Default)]
struct Inner {
    id: String,
    by: OnceLock<By>,
}

impl Call {
    pub(crate) fn new(id: String) -> Self {
        Self(Arc::new(Inner { id, by: OnceLock::new() }))
    }

    /// The `x-ms-request-id` of the reply.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// Says who the caller is, once that is known.
    pub fn is_by(&self, by: By) {
        // A request has one caller: the first one remains.
        let _ = self.0.by.set(by);
    }
}

/// Who a request is by. Kept as it is found: it costs memory only once it is written.
pub enum By {
    /// A principal with a token.
    Principal(Arc<Caller>),
    /// The operator of this server.
    Operator,
    /// A third party that does a step, by the name of its hook.
    Hook(Box<str>),
}

impl fmt::Display for By {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Principal(caller) => match caller.principal.actor() {
                Actor::Person { tenant, id } => write!(f, "user:{tenant}/{id}"),
                actor => write!(f, "app:{}", actor.in_full()),
            },
            Self::Operator => f.write_str("operator"),
            Self::Hook(name) => write!(f, "hook:{name}"),
        }
    }
}

/// Marks a response that a fault rule of the development mode brought about.
#[derive(Clone, Copy, Debug)]
pub struct Injected {
    /// The rule.
    pub rule: Uuid,
    /// What it did to the reply.
    pub what: &'static str,
}

/// How a request ended.
#[derive(Clone, Copy, Default)]
pub(crate) struct End {
    pub(crate) status: StatusCode,
    /// The code of the error, if it is one.
    pub(crate) code: Option<&'static str>,
    pub(crate) injected: Option<Injected>,
}

/// The line of one request; dropped before [`Line::end`], it says that the caller did not wait for the reply.
pub(crate) struct Line<'a> {
    app: &'a App,
    call: Call,
    method: Method,
    uri: Uri,
    route: Option<MatchedPath>,
    began: RealTime,
    is_written: bool,
}

impl<'a> Line<'a> {
    /// Of a request that has just come. It takes nothing that costs memory.
    pub(crate) fn of(app: &'a App, call: Call, request: &Request) -> Self {
        Self {
            app,
            call,
            method: request.method().clone(),
            uri: request.uri().clone(),
            route: request.extensions().get::<MatchedPath>().cloned(),
            began: app.engine().clock().real(),
            is_written: false,
        }
    }

    /// Where the request went.
    pub(crate) fn uri(&self) -> &Uri {
        &self.uri
    }

    /// Writes the line.
    pub(crate) fn end(mut self, end: End) {
        self.is_written = true;
        let refused = end.status.is_client_error() || end.status.is_server_error();
        if (self.changes() || refused) && !self.is_probe() {
            self.tell(end);
        } else if tracing::enabled!(tracing::Level::DEBUG) {
            self.tell_of_a_read(end);
        }
    }

    fn changes(&self) -> bool {
        ![Method::GET, Method::HEAD, Method::OPTIONS].contains(&self.method)
    }

    fn is_probe(&self) -> bool {
        !self.changes() && self.uri.path().starts_with(PROBES)
    }

    fn tell(&self, End { status, code, injected }: End) {
        let (rule, what) = (injected.map(|by| by.rule), injected.map(|by| by.what));
        tracing::info!(
            method = self.method.as_str(),
            route = self.template(),
            path = self.path().as_deref(),
            status = status.as_u16(),
            code,
            took_ms = self.took_ms(),
            caller = self.caller().as_deref(),
            publisher = self.part("{publisher}").as_deref(),
            offer = self.part("{offer}").as_deref(),
            operation = self.part("{operation}").as_deref(),
            fault = what,
            fault_rule = rule.map(tracing::field::display),
            request_id = self.call.id(),
            "a request was answered"
        );
    }

    fn tell_of_a_read(&self, End { status, injected, .. }: End) {
        tracing::debug!(
            method = self.method.as_str(),
            route = self.template(),
            status = status.as_u16(),
            took_ms = self.took_ms(),
            caller = self.caller().as_deref(),
            publisher = self.part("{publisher}").as_deref(),
            offer = self.part("{offer}").as_deref(),
            fault = injected.map(|by| by.what),
            request_id = self.call.id(),
            "a read was answered"
        );
    }

    fn template(&self) -> &str {
        self.route.as_ref().map_or("none", MatchedPath::as_str)
    }

    /// The path itself, where no route says what was meant. Never the query.
    fn path(&self) -> Option<String> {
        self.route.is_none().then(|| self.uri.path().chars().take(2 * LONGEST_PART).collect())
    }

    /// The part of the path that the route calls by this name.
    fn part(&self, name: &str) -> Option<String> {
        let parts = self.template().split('/').zip(self.uri.path().split('/'));
        let (_, part) = parts.into_iter().find(|(of_route, _)| *of_route == name)?;
        Some(percent_decode_str(part).decode_utf8_lossy().chars().take(LONGEST_PART).collect())
    }

    fn caller(&self) -> Option<String> {
        self.call.0.by.get().map(ToString::to_string)
    }

    /// How long the reply took, in milliseconds to the microsecond.
    fn took_ms(&self) -> f64 {
        let micros = self.app.engine().clock().real().since(self.began).0;
        f64::from(u32::try_from(micros).unwrap_or(u32::MAX)) / 1000.0
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        if self.is_written || !self.changes() {
            return;
        }
        tracing::info!(
            method = self.method.as_str(),
            route = self.template(),
            took_ms = self.took_ms(),
            caller = self.caller().as_deref(),
            publisher = self.part("{publisher}").as_deref(),
            offer = self.part("{offer}").as_deref(),
            request_id = self.call.id(),
            "a caller left before its reply"
        );
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}
