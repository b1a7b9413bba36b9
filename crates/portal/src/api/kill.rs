//! `POST /api/publishers/{publisherId}/offers/{offerId}/kill`: the operator ends what runs, past a point of no return
//! too. Body, query and headers are those of a cancel.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use signoff_lifecycle::access::Action;
use signoff_lifecycle::command::Means;
use signoff_text::ErrorText;

use super::cancel::Call;
use super::{offer_slug, read_action};
use crate::Portal;
use crate::error::ApiError;
use signoff_front::context::Context;
use signoff_front::segments::Segments;
use signoff_front::wait::Wait;

pub(crate) async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    uri: Uri,
    headers: HeaderMap,
    wait: Wait,
    body: Body,
) -> Result<Response, ApiError> {
    if context.principal().is_some() {
        return Err(context.forbidden(ErrorText::OperatorOnly).into());
    }
    let standing = app.authorise(&context, &publisher, Action::Force).await?;
    let offer = offer_slug(app.engine(), &publisher, &offer).await?;
    let request = read_action(&app, &publisher, &offer, &headers, body).await?;
    let call = Call { publisher: &publisher, offer: &offer, uri: &uri, headers: &headers, wait: &wait };
    call.answer(&app, &app.engine_for(&context, standing), &context, request, Means::Kill).await
}
