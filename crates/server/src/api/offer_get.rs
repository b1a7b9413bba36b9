//! One offer: its draft, a version, or a slot (page `retrieve-specific-offer`).

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode, header};
use signoff_lifecycle::access::Action;
use signoff_lifecycle::offer::Aggregate;
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::etag::IfMatch;
use signoff_wire::words::OfferSlot;

use super::{Segments, resolve_offer};
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::{reply, view};

/// `GET /api/publishers/{publisherId}/offers/{offerId}`.
pub(crate) async fn draft(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer)): Segments<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let state = resolve_offer(app.engine(), &publisher, &offer).await?.aggregate;
    let version = state.offer.version;
    show(&app, &state, version, &headers).await
}

/// `GET /api/publishers/{publisherId}/offers/{offerId}/versions/{version}`.
pub(crate) async fn version(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer, version)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let state = resolve_offer(app.engine(), &publisher, &offer).await?.aggregate;
    let wanted = version.parse().ok().filter(|wanted| (1..=state.offer.version).contains(wanted));
    let wanted = wanted.ok_or_else(|| {
        ApiError::new(ErrorCode::VersionNotFound, ErrorText::VersionNotFound { version: shown(&version) })
    })?;
    show(&app, &state, wanted, &headers).await
}

/// `GET /api/publishers/{publisherId}/offers/{offerId}/slot/{slot}`.
pub(crate) async fn slot(
    State(app): State<App>,
    context: Context,
    Segments((publisher, offer, slot)): Segments<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let state = resolve_offer(app.engine(), &publisher, &offer).await?.aggregate;
    let version = match slot.parse() {
        Ok(OfferSlot::Draft) => Some(state.offer.version),
        Ok(OfferSlot::Preview) => state.offer.preview.as_ref().map(|content| content.version),
        Ok(OfferSlot::Production) => state.offer.production.as_ref().map(|content| content.version),
        Err(_) => None,
    };
    let version = version.ok_or_else(|| {
        ApiError::new(ErrorCode::SlotNotFound, ErrorText::SlotNotFound { slot: shown(&slot) })
    })?;
    show(&app, &state, version, &headers).await
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

async fn show(app: &App, state: &Aggregate, version: u32, headers: &HeaderMap) -> Result<Response, ApiError> {
    let tag = view::tag(state);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| IfMatch::parse(value.to_str().ok()?));
    if known.is_some_and(|known| known.matches(&tag)) {
        return Ok(reply::not_modified(&tag.to_string()));
    }
    let body = body(app, state, version).await?;
    Ok(reply::with_tag(reply::bytes(StatusCode::OK, body.into()), &tag.to_string()))
}

/// An offer as JSON, with the content of `version`.
pub(super) async fn body(app: &App, state: &Aggregate, version: u32) -> Result<Vec<u8>, ApiError> {
    let (publisher, offer) = (&state.offer.publisher, &state.offer.id);
    let store = app.engine().store();
    let content = store.content(publisher, offer, version).await?;
    let content = content.ok_or_else(|| {
        ApiError::new(ErrorCode::VersionNotFound, ErrorText::VersionNotFound { version: version.to_string() })
    })?;
    let migrated = migrated_by_default(app, publisher).await?;
    Ok(view::offer(state, version, &content, migrated)?)
}

/// Whether offers of the publisher are migrated unless they say otherwise.
pub(super) async fn migrated_by_default(app: &App, publisher: &str) -> Result<bool, ApiError> {
    Ok(app.engine().store().publisher(publisher).await?.is_none_or(|record| record.migrated))
}
