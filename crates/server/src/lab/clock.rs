//! `/_signoff/clock/{publisher}`: the test clock.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_engine::lab::AdvanceError;
use signoff_lifecycle::ids::{Micros, Timestamp};
use signoff_text::ErrorText;
use signoff_wire::lab::{Advance, ClockNow};
use signoff_wire::{ErrorCode, path, time};

use crate::api::Segments;
use crate::app::App;
use crate::error::ApiError;
use crate::membership::invalid_id;
use crate::reply;

/// What time it is for the publisher.
pub(crate) async fn get(
    State(app): State<App>,
    Segments(publisher): Segments<String>,
) -> Result<Response, ApiError> {
    path::publisher_id(&publisher).map_err(|error| invalid_id(&error, &publisher))?;
    Ok(show(app.engine().clock().now(&publisher)))
}

/// Advances the clock; answers when everything due by then has happened.
pub(crate) async fn advance(
    State(app): State<App>,
    Segments(publisher): Segments<String>,
    body: Body,
) -> Result<Response, ApiError> {
    path::publisher_id(&publisher).map_err(|error| invalid_id(&error, &publisher))?;
    let Advance { by } = super::body(body).await?;
    match app.engine().advance(&publisher, Micros(by.micros())).await {
        Ok(now) => Ok(show(now)),
        Err(AdvanceError::Store(error)) => Err(error.into()),
        Err(AdvanceError::TooFar) => {
            let (field, value) = ("by".to_owned(), by.to_string());
            let text = ErrorText::InvalidDuration { field, value };
            Err(ApiError::new(ErrorCode::InvalidBody, text).target("by"))
        }
        Err(AdvanceError::Pending { pending }) => {
            let text = ErrorText::ClockTimeout { pending: pending.join(", ") };
            Err(ApiError::new(ErrorCode::GatewayTimeout, text))
        }
        Err(AdvanceError::Leaving { now }) => {
            let text = ErrorText::ClockLeft { now: time::rfc3339(now.0) };
            Err(ApiError::new(ErrorCode::ServiceUnavailable, text))
        }
    }
}

fn show(now: Timestamp) -> Response {
    reply::json(StatusCode::OK, &ClockNow { now: time::rfc3339(now.0) })
}
