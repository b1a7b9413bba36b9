//! `POST /api/publishers/{publisherId}/offers/{offerId}/publish` (page `publish-offer`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use signoff_engine::PublishRequest;
use signoff_lifecycle::access::Action;
use signoff_lifecycle::decision::Reply;
use signoff_wire::operation::Accepted;
use signoff_wire::words::OperationState;

use super::{Segments, accepted, offer_slug, read_action};
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::refusal::Subject;
use crate::{reply, view};

pub(crate) async fn handle(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let standing = app.authorise(&context, &publisher, Action::ChangeOffers).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    let request = read_action(&app, &publisher, &offer, &headers, body).await?;
    let sent_tag = reply::if_match(&headers);
    let subject = Subject { sent_tag, ..Subject::offer(&publisher, &offer) };
    let request = PublishRequest {
        by: context.name().to_owned(),
        emails: request.emails,
        guard: reply::guard(sent_tag),
    };
    let done = app.engine_for(&context, standing).publish(&publisher, &offer, request).await;
    started(&app, &subject, done).await
}

/// The reply to a started publish or golive.
pub(super) async fn started(
    app: &App,
    subject: &Subject<'_>,
    done: Result<signoff_engine::Done, signoff_engine::EngineError>,
) -> Result<Response, ApiError> {
    let done = match done {
        Ok(done) => done,
        Err(error) => return Err(subject.explain(app, error).await),
    };
    let Reply::Started(reference) = &done.reply else {
        return Err(signoff_store::StoreError::Corrupt("a start that started nothing".to_owned()).into());
    };
    let location = view::location(subject.publisher, subject.offer, reference);
    let body = Accepted::new(location, view::guid(reference.id), OperationState::Running);
    Ok(accepted(app, StatusCode::ACCEPTED, &body))
}
