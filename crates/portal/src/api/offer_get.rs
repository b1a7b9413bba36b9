//! One offer: its draft, a version, or a slot (page `retrieve-specific-offer`).

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, StatusCode, Uri, header};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::{OfferId, OfferKey, PublisherId};
use signoff_lifecycle::offer::Aggregate;
use signoff_store::contract::Content;
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::etag::IfMatch;
use signoff_wire::offer::Offer;
use signoff_wire::words::OfferSlot;

use super::{page, resolve_offer};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::{Portal, view};

pub(crate) const DRAFT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}", |method| on(method, draft))
        .least(Least::Member(Role::Reader))
        .described(describe_draft);

pub(crate) const VERSION: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/versions/{version}", |method| {
        on(method, version)
    })
    .least(Least::Member(Role::Reader))
    .described(describe_version);

pub(crate) const SLOT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/slot/{slot}", |method| on(method, slot))
        .least(Least::Member(Role::Reader))
        .described(describe_slot);

/// So often an offer is read anew because its draft changed meanwhile.
const ATTEMPTS: usize = 64;

/// `GET /api/publishers/{publisherId}/offers/{offerId}`.
async fn draft(
    State(app): State<Portal>,
    context: Context,
    Segments(named): Segments<OfferKey>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    app.authorise(&context, &named.publisher, Action::Read).await?;
    show(&app, &named, (&uri, &headers), |state| Ok(state.offer.version)).await
}

/// `GET /api/publishers/{publisherId}/offers/{offerId}/versions/{version}`.
async fn version(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer, version)): Segments<(PublisherId, OfferId, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let named = OfferKey { publisher, offer };
    app.authorise(&context, &named.publisher, Action::Read).await?;
    show(&app, &named, (&uri, &headers), |state| version_of(state, &version)).await
}

/// `GET /api/publishers/{publisherId}/offers/{offerId}/slot/{slot}`.
async fn slot(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer, slot)): Segments<(PublisherId, OfferId, String)>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let named = OfferKey { publisher, offer };
    app.authorise(&context, &named.publisher, Action::Read).await?;
    let wanted = |state: &Aggregate| {
        let version = slot.parse().ok().and_then(|slot| version_in_slot(state, slot));
        version.ok_or_else(|| slot_not_found(&slot))
    };
    show(&app, &named, (&uri, &headers), wanted).await
}

/// The version of this number, if the offer has come so far.
pub(super) fn version_of(state: &Aggregate, number: &str) -> Result<u32, ApiError> {
    let wanted = number.parse().ok().filter(|wanted| (1..=state.offer.version).contains(wanted));
    wanted.ok_or_else(|| version_not_found(shown(number)))
}

/// The version that stands in the slot; `None`: it was never filled.
pub(super) fn version_in_slot(state: &Aggregate, slot: OfferSlot) -> Option<u32> {
    match slot {
        OfferSlot::Draft => Some(state.offer.version),
        OfferSlot::Preview => state.offer.preview.as_ref().map(|content| content.version),
        OfferSlot::Production => state.offer.production.as_ref().map(|content| content.version),
    }
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

pub(super) fn slot_not_found(slot: &str) -> ApiError {
    ApiError::new(ErrorCode::SlotNotFound, ErrorText::SlotNotFound { slot: shown(slot) })
}

pub(super) fn version_not_found(version: String) -> ApiError {
    ApiError::new(ErrorCode::VersionNotFound, ErrorText::VersionNotFound { version })
}

/// The offer with the content of the version that `wanted` picks. Content and tag are of the same moment: a client
/// that puts under the tag puts over what it saw.
async fn show(
    app: &Portal,
    named: &OfferKey,
    (uri, headers): (&Uri, &HeaderMap),
    wanted: impl Fn(&Aggregate) -> Result<u32, ApiError>,
) -> Result<Response, ApiError> {
    let mut state = resolve_offer(app.engine(), named).await?.aggregate;
    // Every price is shown, asked for or not; a word that asks for neither is told.
    page::flag(uri.query().unwrap_or_default(), "includeAllPricing")?;
    for _ in 0..ATTEMPTS {
        let version = wanted(&state)?;
        let tag = view::tag(&state);
        let known = headers.get(header::IF_NONE_MATCH).and_then(|value| IfMatch::parse(value.to_str().ok()?));
        if known.is_some_and(|known| known.matches(&tag)) {
            return Ok(reply::not_modified(&tag.to_string()));
        }
        let content = app.engine().store().content(&state.offer.key(), version).await?;
        let now = resolve_offer(app.engine(), named).await?.aggregate;
        if now.offer.draft.revision == state.offer.draft.revision {
            let content = content.ok_or_else(|| version_not_found(version.to_string()))?;
            let body = body(app, &state, version, &content).await?;
            return Ok(reply::with_tag(reply::bytes(StatusCode::OK, body.into()), &tag.to_string()));
        }
        state = now;
    }
    Err(ApiError::new(ErrorCode::ServiceUnavailable, ErrorText::StoreConflict))
}

/// An offer as JSON, with the content that `version` has.
async fn body(app: &Portal, state: &Aggregate, version: u32, content: &Content) -> Result<Vec<u8>, ApiError> {
    let migrated = migrated_by_default(app, &state.offer.publisher).await?;
    Ok(view::offer(state, version, content, migrated, app.dialect())?)
}

/// Whether offers of the publisher are migrated unless they say otherwise.
pub(super) async fn migrated_by_default(app: &Portal, publisher: &str) -> Result<bool, ApiError> {
    Ok(app.engine().store().publisher(publisher).await?.is_none_or(|record| record.migrated))
}

fn describe_draft(call: Call) -> Call {
    let call = call.named("offers", "getOffer").says(
        "Get the draft of an offer",
        "Secrets are never shown. Page retrieve-specific-offer; contract, \"Shapes\".",
    );
    described(call, "The draft.")
}

fn describe_version(call: Call) -> Call {
    let call = call
        .named("offers", "getOfferVersion")
        .says("Get a version of the draft", "Page retrieve-specific-offer.")
        .refuses(&[ErrorCode::VersionNotFound]);
    described(call, "The offer with the content of that version.")
}

fn describe_slot(call: Call) -> Call {
    let call = call
        .named("offers", "getOfferSlot")
        .says("Get what is in a slot", "404 while the slot was never filled. Page retrieve-specific-offer.")
        .refuses(&[ErrorCode::SlotNotFound]);
    described(call, "The offer with the content of that slot.")
}

/// What describes each reply that shows an offer.
fn described(call: Call, text: &str) -> Call {
    call.takes(&["includeAllPricing", "If-None-Match"])
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::OfferNotFound])
        .refuses(&[ErrorCode::InvalidParameter])
        .answers(Answer::of::<Offer<'_>>(200, text, samples::offer()).headers(&["ETag"]))
        .answers(Answer::empty(304, "The tag sent is still good.").headers(&["ETag"]))
}
