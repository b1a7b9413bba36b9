//! `POST /api/publishers/{publisherId}/offers/{offerId}/golive` (page `go-live`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::HeaderMap;
use signoff_engine::{Done, GoLiveRequest};
use signoff_lifecycle::access::Action;

use super::started::started;
use super::{offer_slug, read_action};
use crate::Portal;
use crate::error::ApiError;
use crate::refusal::Subject;
use signoff_front::context::Context;
use signoff_front::reply;
use signoff_front::segments::Segments;
use signoff_front::wait::Wait;

pub(crate) async fn handle(
    State(app): State<Portal>,
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
        by: context.actor(),
        guard: reply::guard(sent_tag),
        repeat: action.repeat(&context, &headers, &["golive", &publisher, &offer]),
    };
    // Whom the publish named hears of this, too; one of them at least.
    let taken = app.take_start(&context, &publisher, 1)?;
    let done = app.engine_for(&context, standing).golive(&publisher, &offer, request).await;
    match &done {
        Ok(done) => app.charge_recipients(&publisher, recipients(done).saturating_sub(1)),
        Err(_) => app.give_back(&publisher, taken),
    }
    started(&app, &context, &subject, done, &wait).await
}

/// How many addresses the golive tells.
fn recipients(done: &Done) -> usize {
    let golive = done.state.target.as_ref().filter(|target| !target.migrated);
    golive.map_or(0, |golive| golive.emails.len())
}
