//! What an endpoint is: where it is, who may call it, what it does and how it is described, in one place.
//!
//! The router, the description in OpenAPI and the test of who may call what read one list of them
//! ([`ENDPOINTS`](crate::api::ENDPOINTS)).

use axum::routing::{MethodFilter, MethodRouter};
use http::Method;
use signoff_lifecycle::access::Role;

use crate::Portal;
use crate::openapi::Call;

/// The least that a caller must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Least {
    /// A token is enough.
    Anybody,
    /// A member of this role, or of one that may do more.
    Member(Role),
    /// The server's operator; no member is.
    Operator,
    /// A third party: its signature says who it is, and no token stands for that.
    Signature,
}

/// The methods of the publishing API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verb {
    /// Reads.
    Get,
    /// Replaces.
    Put,
    /// Acts.
    Post,
    /// Removes.
    Delete,
}

impl Verb {
    /// The word of HTTP.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Put => "PUT",
            Self::Post => "POST",
            Self::Delete => "DELETE",
        }
    }

    fn filter(self) -> MethodFilter {
        match self {
            Self::Get => MethodFilter::GET,
            Self::Put => MethodFilter::PUT,
            Self::Post => MethodFilter::POST,
            Self::Delete => MethodFilter::DELETE,
        }
    }
}

/// Puts a handler under a method.
type Route = fn(MethodFilter) -> MethodRouter<Portal>;
/// Says what a call takes and answers.
type Describe = fn(Call) -> Call;

/// An endpoint of the publishing API.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Its method.
    pub verb: Verb,
    /// Its path, as the router has it.
    pub path: &'static str,
    /// The least that its caller must be. The handler sees to it; a test compares.
    pub least: Least,
    /// Whether a request may come again without being carried out twice.
    pub is_repeatable: bool,
    route: Route,
    describe: Describe,
}

impl Endpoint {
    /// An endpoint that reads. Like each of these it is the operator's until [`Self::least`] says otherwise.
    pub(crate) const fn get(path: &'static str, route: Route) -> Self {
        Self::new(Verb::Get, path, route)
    }

    /// An endpoint that replaces.
    pub(crate) const fn put(path: &'static str, route: Route) -> Self {
        Self::new(Verb::Put, path, route)
    }

    /// An endpoint that acts.
    pub(crate) const fn post(path: &'static str, route: Route) -> Self {
        Self::new(Verb::Post, path, route)
    }

    /// An endpoint that removes.
    pub(crate) const fn delete(path: &'static str, route: Route) -> Self {
        Self::new(Verb::Delete, path, route)
    }

    const fn new(verb: Verb, path: &'static str, route: Route) -> Self {
        let describe: Describe = |call| call;
        Self { verb, path, least: Least::Operator, is_repeatable: false, route, describe }
    }

    /// The least that its caller must be.
    pub(crate) const fn least(mut self, least: Least) -> Self {
        self.least = least;
        self
    }

    /// A request may come again without being carried out twice.
    pub(crate) const fn repeatable(mut self) -> Self {
        self.is_repeatable = true;
        self
    }

    /// What it takes and answers.
    pub(crate) const fn described(mut self, describe: Describe) -> Self {
        self.describe = describe;
        self
    }

    /// Whether a request of this method, which the router led to `route`, is for it.
    pub(crate) fn is_called_by(&self, method: &Method, route: &str) -> bool {
        method.as_str() == self.verb.as_str() && route == self.path
    }

    pub(crate) fn handler(&self) -> MethodRouter<Portal> {
        (self.route)(self.verb.filter())
    }

    pub(crate) fn call(&self) -> Call {
        (self.describe)(Call::of(self))
    }
}
