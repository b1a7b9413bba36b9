//! `GET /_signoff/mailbox`: every mail, sent or not, in the order of writing.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;

use crate::app::App;
use crate::error::ApiError;
use crate::reply;

/// Every mail.
pub(crate) async fn list(State(app): State<App>) -> Result<Response, ApiError> {
    let letters = app.engine().store().letters().await?;
    let shown: Vec<String> = letters.iter().map(|letter| letter.mail.recipient.clone()).collect();
    Ok(reply::json(StatusCode::OK, &shown))
}
