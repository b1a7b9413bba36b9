//! `GET /api/publishers/{publisherId}/offers/{offerId}/diff` (contract, "Differences").

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{StatusCode, Uri};
use serde_json::json;
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::OfferKey;
use signoff_lifecycle::offer::Aggregate;
use signoff_store::contract::Content;
use signoff_wire::ErrorCode;
use signoff_wire::diff::{ContentName, OfferDiff};
use signoff_wire::words::OfferSlot;

use super::{offer_get, page, resolve_offer};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call};
use crate::query::parameter;
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/diff", |method| on(method, handle))
        .least(Least::Member(Role::Reader))
        .described(describe);

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(key): Segments<OfferKey>,
    uri: Uri,
) -> Result<Response, ApiError> {
    app.authorise(&context, &key.publisher, Action::Read).await?;
    let state = resolve_offer(app.engine(), &key).await?.aggregate;
    let query = uri.query().unwrap_or_default();
    let (from, to) = (named(query, "from", OfferSlot::Production)?, named(query, "to", OfferSlot::Draft)?);
    let (from, to) = (from.version(&state)?, to.version(&state)?);
    let before = content(&app, &state, from).await?;
    // Read once, a draft that changes meanwhile does not differ from itself.
    let after = if from == to { None } else { Some(content(&app, &state, to).await?) };
    let body = view::diff(&state.offer.offer_type, &before, after.as_ref().unwrap_or(&before))?;
    Ok(reply::json(StatusCode::OK, &body))
}

/// One side of the comparison, and how the query spells it.
struct Side {
    content: ContentName,
    text: String,
}

/// The content that the query has under this name.
fn named(query: &str, name: &'static str, default: OfferSlot) -> Result<Side, ApiError> {
    let text = parameter(query, name).filter(|text| !text.is_empty());
    let text = text.unwrap_or_else(|| default.as_str().to_owned());
    match text.parse() {
        Ok(content) => Ok(Side { content, text }),
        Err(unknown) => Err(page::invalid(name, &text, unknown.known.join(", "))),
    }
}

impl Side {
    /// The version that the offer has there.
    fn version(&self, state: &Aggregate) -> Result<u32, ApiError> {
        match self.content {
            ContentName::Slot(slot) => {
                offer_get::version_in_slot(state, slot).ok_or_else(|| offer_get::slot_not_found(&self.text))
            }
            ContentName::Version(_) => offer_get::version_of(state, &self.text),
        }
    }
}

async fn content(app: &Portal, state: &Aggregate, version: u32) -> Result<Content, ApiError> {
    let content = app.engine().store().content(&state.offer.key(), version).await?;
    content.ok_or_else(|| offer_get::version_not_found(version.to_string()))
}

fn describe(call: Call) -> Call {
    let diff = json!({
        "changes": [{
            "path": "definition.plans[planId=basic].microsoft-azure-virtualmachines.skuTitle",
            "from": "Basic",
            "to": "Basic, renewed",
        }],
    });
    call.named("offers", "diffOffer")
        .says(
            "Get what differs between two contents of an offer",
            "By default what a publish of the draft would change in production. Plans are matched by their `planId`. \
             Secrets are compared and never shown. Contract, \"Differences\".",
        )
        .takes(&["from", "to"])
        .answers(Answer::of::<OfferDiff<'_>>(200, "The changes.", diff))
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::OfferNotFound])
        .refuses(&[ErrorCode::InvalidFilter, ErrorCode::SlotNotFound, ErrorCode::VersionNotFound])
}
