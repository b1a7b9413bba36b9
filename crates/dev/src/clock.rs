//! `/_signoff/clock/{publisher}`: the test clock.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_engine::dev::AdvanceError;
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::problem::{Kind, Problem};
use signoff_front::reply;
use signoff_lifecycle::ids::{Micros, PublisherTime};
use signoff_text::ErrorText;
use signoff_wire::dev::{Advance, ClockNow};
use signoff_wire::{path, time};

use crate::Dev;

/// What time it is for the publisher.
pub(crate) async fn get(
    State(dev): State<Dev>,
    Segments(publisher): Segments<String>,
) -> Result<Response, Problem> {
    path::publisher_id(&publisher).map_err(|error| invalid_id(&error, &publisher))?;
    Ok(show(dev.engine().clock().now(&publisher)))
}

/// Advances the clock; answers when everything due by then has happened.
pub(crate) async fn advance(
    State(dev): State<Dev>,
    Segments(publisher): Segments<String>,
    body: Body,
) -> Result<Response, Problem> {
    path::publisher_id(&publisher).map_err(|error| invalid_id(&error, &publisher))?;
    let Advance { by } = crate::body(body).await?;
    match dev.engine().advance(&publisher, Micros(by.micros())).await {
        Ok(now) => Ok(show(now)),
        Err(AdvanceError::Store(error)) => Err(error.into()),
        Err(AdvanceError::TooFar) => {
            let (field, value) = ("by".to_owned(), by.to_string());
            let text = ErrorText::InvalidDuration { field, value };
            Err(Problem::new(Kind::InvalidBody, text).target("by"))
        }
        Err(AdvanceError::Pending { pending }) => {
            let text = ErrorText::ClockTimeout { pending: pending.join(", ") };
            Err(Problem::new(Kind::TimedOut, text))
        }
        Err(AdvanceError::Leaving { now }) => {
            let text = ErrorText::ClockLeft { now: time::rfc3339(now.0) };
            Err(Problem::new(Kind::Unavailable, text))
        }
    }
}

fn show(now: PublisherTime) -> Response {
    reply::json(StatusCode::OK, &ClockNow { now: time::rfc3339(now.0) })
}
