//! What the front must know of a door. A door is a set of routes for one audience, and the shape in which it refuses.

use std::fmt;
use std::sync::Arc;

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::request::Parts;
use http::{Method, StatusCode};
use signoff_text::Lang;

use crate::problem::Problem;

/// A door of the server. None knows another.
pub trait Door: Send + Sync {
    /// Whether requests for this path come to the door.
    fn is_at(&self, path: &str) -> bool;

    /// Checks what the door demands of each request once its caller is known, routed or not.
    ///
    /// # Errors
    /// The refusal, in the door's own words.
    fn admit(&self, request: &Parts) -> Result<(), Refused>;

    /// Whether a call may come again without being carried out twice; `route` is its path as the router has it.
    fn is_repeatable(&self, method: &Method, route: &str) -> bool;

    /// The front's refusal in the shape of the door.
    fn refuse(&self, problem: Problem) -> Arc<dyn Refusal>;
}

/// A refusal in the shape of a door.
pub trait Refusal: fmt::Debug + Send + Sync {
    /// The word for the log.
    fn code(&self) -> &'static str;

    /// The status of the reply.
    fn status(&self) -> StatusCode;

    /// The reply, whole.
    fn reply(&self, to: &Reader<'_>) -> http::Response<Vec<u8>>;

    /// Whether the headers that make the request repeatable were refused themselves.
    fn refuses_repeatability(&self) -> bool;
}

/// What a refusal needs to know of the request when it becomes a reply.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    /// The language of the messages.
    pub lang: Lang,
    /// The id under which the log has the request.
    pub request_id: &'a str,
    /// Seconds to wait before the next attempt, where nothing better is known.
    pub retry_after: u32,
}

/// A refusal on its way out; what surrounds the routes makes a reply of it.
#[derive(Clone, Debug)]
pub enum Refused {
    /// By the front. The door to which the request came says it.
    ByFront(Problem),
    /// By a door.
    ByDoor(Arc<dyn Refusal>),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::ByFront(problem)
    }
}

impl IntoResponse for Refused {
    /// A reply without words, which are put in when their language is known.
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = match &self {
            Self::ByFront(problem) => problem.status(),
            Self::ByDoor(refusal) => refusal.status(),
        };
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Refused::from(self).into_response()
    }
}

/// The doors of a server, of which there is at least one. Cheap to clone.
#[derive(Clone)]
pub struct Doors(Arc<[Box<dyn Door>]>);

impl Doors {
    /// `first` says what the front refuses where no door is.
    pub fn new(first: impl Door + 'static, others: impl IntoIterator<Item = Box<dyn Door>>) -> Self {
        let first: Box<dyn Door> = Box::new(first);
        Self([first].into_iter().chain(others).collect())
    }

    /// The door to which requests for this path come.
    pub fn at(&self, path: &str) -> Option<&dyn Door> {
        self.0.iter().find(|door| door.is_at(path)).map(Box::as_ref)
    }

    /// A refusal of a request for `path` in the shape of a door.
    pub(crate) fn shape(&self, path: &str, refused: Refused) -> Arc<dyn Refusal> {
        match refused {
            Refused::ByDoor(refusal) => refusal,
            Refused::ByFront(problem) => self.at(path).unwrap_or(self.0[0].as_ref()).refuse(problem),
        }
    }
}
