//! What a path says: its parameters, and the refusal of an id that is none.

use axum::extract::{FromRequestParts, Path};
use http::request::Parts;
use serde::de::DeserializeOwned;
use signoff_text::ErrorText;
use signoff_wire::path;

use crate::problem::{Kind, Problem};

/// The parameters of a path, percent-decoded.
pub struct Segments<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Segments<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        Path::from_request_parts(parts, state).await.map(|Path(segments)| Self(segments)).map_err(|_| {
            let value = parts.uri.path().chars().take(80).collect();
            let text = ErrorText::InvalidId { field: "path".to_owned(), value };
            Problem::new(Kind::InvalidId, text).target("path")
        })
    }
}

/// The refusal of an id that has the wrong form.
pub fn invalid_id(error: &path::InvalidId, value: &str) -> Problem {
    let field = error.target();
    let value = value.chars().take(80).collect();
    Problem::new(Kind::InvalidId, ErrorText::InvalidId { field: field.to_owned(), value }).target(field)
}
