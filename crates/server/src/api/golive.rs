//! `POST /api/publishers/{publisherId}/offers/{offerId}/golive` (page `go-live`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use signoff_engine::GoLiveRequest;
use signoff_lifecycle::access::Action;

use super::publish::started;
use super::{Segments, offer_slug, read_action};
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::refusal::Subject;
use crate::reply;
use crate::wait::Wait;

pub(crate) async fn handle(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    headers: HeaderMap,
    wait: Wait,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    // The addresses of the publish are told; those sent here are checked and count for nothing.
    let action = read_action(&app, &publisher, &offer, &headers, body).await?;
    let sent_tag = reply::if_match(&headers);
    let subject = Subject { sent_tag, ..Subject::offer(&publisher, &offer) };
    let request = GoLiveRequest {
        by: context.name().to_owned(),
        guard: reply::guard(sent_tag),
        repeat: action.repeat(&context, &headers, &["golive", &publisher, &offer]),
    };
    let done = app.engine_for(&context, standing).golive(&publisher, &offer, request).await;
    started(&app, &subject, done, &wait).await
}
