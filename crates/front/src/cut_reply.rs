//! A reply that never leaves: the connection is closed instead. For fault rules.

use axum::response::{IntoResponse, Response};

/// Marks a response in whose place the connection is closed.
#[derive(Clone, Copy, Debug)]
pub struct CutConnection;

impl IntoResponse for CutConnection {
    fn into_response(self) -> Response {
        let mut response = Response::new(axum::body::Body::empty());
        response.extensions_mut().insert(self);
        response
    }
}

/// The connection was closed on purpose.
#[derive(Debug, thiserror::Error)]
#[error("a fault rule cut the connection")]
pub(crate) struct Cut;

/// What the connection does with a response.
pub(crate) fn unless_cut(response: Response) -> Result<Response, Cut> {
    if response.extensions().get::<CutConnection>().is_some() { Err(Cut) } else { Ok(response) }
}
