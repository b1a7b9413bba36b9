//! One operation, at each of its addresses (page `retrieve-operations`; contract, "Endpoints").

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, header};
use signoff_engine::{CachedOperation, Look, Rendered};
use signoff_front::context::Context;
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::reply;
use signoff_front::wait::{Wait, moved};
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::{OfferId, OfferKey, OperationId, PublisherId};
use signoff_lifecycle::operation::Slot;
use signoff_wire::operation::OperationDetail;
use signoff_wire::words::SubmissionSlot;
use signoff_wire::{ErrorCode, path};

use super::{offer_key, resolve_offer};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::refusal::operation_not_found;
use crate::{Portal, view};

pub(crate) const OF_AN_OFFER: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/operations/{operation}", |method| {
        on(method, by_id)
    })
    .least(Least::Member(Role::Reader))
    .described(describe_of_offer);

pub(crate) const OF_SUBMISSIONS: Endpoint = Endpoint::get(
    "/api/publishers/{publisher}/offers/{offer}/submissions/operations/{operation}",
    |method| on(method, by_id),
)
.least(Least::Member(Role::Reader))
.described(describe_of_submissions);

pub(crate) const BY_NUMBER: Endpoint =
    Endpoint::get("/api/operations/{address}", |method| on(method, by_number))
        .least(Least::Member(Role::Reader))
        .described(describe_by_number);

/// `GET /api/publishers/{publisherId}/offers/{offerId}/operations/{operationId}`, and below `/submissions`.
async fn by_id(
    State(app): State<Portal>,
    context: Context,
    Segments((publisher, offer, operation)): Segments<(PublisherId, OfferId, String)>,
    headers: HeaderMap,
    wait: Wait,
) -> Result<Response, ApiError> {
    let named = OfferKey { publisher, offer };
    app.authorise(&context, &named.publisher, Action::Read).await?;
    let cached = find(&app, &named, &operation).await?;
    answer(&app, &context, &cached, &headers, &wait).await
}

/// The operation of this offer with this id.
pub(super) async fn find(
    app: &Portal,
    named: &OfferKey,
    operation: &str,
) -> Result<Arc<CachedOperation>, ApiError> {
    let key = offer_key(app.engine(), named).await?;
    let found = match path::operation_id(operation) {
        Ok(guid) => app.engine().operation(&key.publisher, OperationId::of(guid.as_u128())).await?,
        Err(error) => {
            resolve_offer(app.engine(), named).await?;
            return Err(invalid_id(&error, operation).into());
        }
    };
    match found {
        Some(cached) if cached.key == key => Ok(cached),
        _ => {
            resolve_offer(app.engine(), named).await?;
            Err(operation_not_found(operation))
        }
    }
}

/// `GET /api/operations/{publisherId}${offerId}${publishingVersion}${slot}`.
async fn by_number(
    State(app): State<Portal>,
    context: Context,
    Segments(address): Segments<String>,
    headers: HeaderMap,
    wait: Wait,
) -> Result<Response, ApiError> {
    let cached = find_by_number(&app, &context, &address).await?;
    answer(&app, &context, &cached, &headers, &wait).await
}

/// The operation with this publishing version and slot, if the caller may read it.
pub(super) async fn find_by_number(
    app: &Portal,
    context: &Context,
    address: &str,
) -> Result<Arc<CachedOperation>, ApiError> {
    let numbered = path::numbered_address(address).map_err(|error| invalid_id(&error, address))?;
    let publisher = numbered.publisher;
    app.authorise(context, publisher, Action::Read).await?;
    let key = offer_key(app.engine(), &OfferKey::new(publisher, numbered.offer)).await?;
    let slot = if numbered.slot == SubmissionSlot::Production { Slot::Production } else { Slot::Preview };
    let found = app.engine().numbered_operation(&key, numbered.publishing_version).await?;
    if let Some(cached) = found.filter(|cached| cached.operation.slot() == slot) {
        return Ok(cached);
    }
    // An offer that does not exist is told first.
    resolve_offer(app.engine(), &key).await?;
    Err(operation_not_found(address))
}

/// The operation at once, or when it is no longer as the caller knows it: by the tag that was sent, else as it was
/// when the request came.
async fn answer(
    app: &Portal,
    context: &Context,
    cached: &CachedOperation,
    headers: &HeaderMap,
    wait: &Wait,
) -> Result<Response, ApiError> {
    if !wait.is_wanted() {
        return Ok(reply::rendered(rendered(app, cached), headers));
    }
    let known = cached.operation.head().revision;
    let has_tag = headers.contains_key(header::IF_NONE_MATCH);
    let waited = wait.until(app, context, cached, |cached| {
        if !has_tag {
            return moved(cached, known);
        }
        let now = rendered(app, cached);
        let news = !cached.operation.is_running() || !reply::is_known(&now, headers);
        if news { Look::Enough } else { Look::WhenMovedOrAt(now.until) }
    });
    let waited = waited.await?;
    let cached = waited.cached.ok_or_else(|| operation_not_found(&cached.operation.head().id.to_string()))?;
    let response = reply::rendered(rendered(app, &cached), headers);
    Ok(if waited.waited { wait.applied(response) } else { response })
}

/// The operation as it reads now.
pub(super) fn rendered(app: &Portal, cached: &CachedOperation) -> Rendered {
    let now = app.engine().clock().now(&cached.key.publisher);
    let dialect = app.dialect();
    cached.rendered(now, |cached| view::render_operation(cached, dialect, now))
}

fn describe_of_offer(call: Call) -> Call {
    described(call.named("operations", "getOperation")).says(
        "Get one operation",
        "The address that replies name for migrated offers (contract, \"Location\").",
    )
}

fn describe_of_submissions(call: Call) -> Call {
    described(call.named("operations", "getOperationOfSubmissions"))
        .says("Get one operation", "The address of page retrieve-operations.")
}

fn describe_by_number(call: Call) -> Call {
    described(call.named("operations", "getOperationByNumber"))
        .says("Get one operation", "The address that replies name for other offers (contract, \"Location\").")
}

/// What describes an operation at each of its addresses.
fn described(call: Call) -> Call {
    call.takes(&["If-None-Match", "Prefer"])
        .answers(
            Answer::of::<OperationDetail<'_>>(200, "The operation, one object.", samples::operation())
                .headers(&["ETag", "Preference-Applied"]),
        )
        .answers(Answer::empty(304, "The tag sent is still good.").headers(&["ETag", "Preference-Applied"]))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::OfferNotFound,
            ErrorCode::OperationNotFound,
        ])
}
