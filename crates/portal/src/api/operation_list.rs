//! `GET /api/publishers/{publisherId}/offers/{offerId}/submissions/` (page `retrieve-operations`).

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{StatusCode, Uri};
use serde_json::{Value, json};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_lifecycle::ids::{OfferKey, OperationId};
use signoff_lifecycle::operation::{Kind, Operation};
use signoff_store::contract::Place;
use signoff_text::ErrorText;
use signoff_wire::filter::{InvalidFilter, operation_state};
use signoff_wire::operation::OperationItem;
use signoff_wire::words::OperationState;
use signoff_wire::{Dialect, ErrorCode, path};

use super::{page, resolve_offer};
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::parameter;
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers/{offer}/submissions", |method| on(method, handle))
        .least(Least::Member(Role::Reader))
        .described(describe);

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(named): Segments<OfferKey>,
    uri: Uri,
) -> Result<Response, ApiError> {
    app.authorise(&context, &named.publisher, Action::Read).await?;
    let key = resolve_offer(app.engine(), &named).await?.aggregate.offer.key();
    let dialect = app.dialect();
    let query = uri.query().unwrap_or_default();
    let (status, state) = (parameter(query, "status"), parameter(query, "submissionState"));
    let wanted = operation_state(status.as_deref(), state.as_deref(), dialect)
        .map_err(|error| invalid_filter(&error))?;
    let top = page::length(query)?;
    let before = place(query)?;
    let most = usize::try_from(top).unwrap_or(usize::MAX);
    // One more tells whether there is more.
    let mut operations = app.engine().store().operations_before(&key, before, most.saturating_add(1)).await?;
    let more = operations.len() > most;
    operations.truncate(most);
    let items: Vec<OperationItem<'_>> = operations
        .iter()
        // Released clients take element 0 for the submission they cancelled.
        .filter(|operation| {
            dialect == Dialect::Documented || !matches!(operation.kind(), Kind::Cancel { .. })
        })
        .map(|operation| view::item(&key, operation, dialect))
        .filter(|item| wanted.is_none_or(|wanted| documented(item.submission_state) == wanted))
        .collect();
    let response = reply::json(StatusCode::OK, &items);
    Ok(match operations.last().filter(|_| more) {
        Some(last) => {
            let OfferKey { publisher, offer } = &key;
            let path = format!("/api/publishers/{publisher}/offers/{offer}/submissions");
            page::with_next(response, &path, query, &behind(last))
        }
        None => response,
    })
}

/// Where the list goes on behind an operation: its number and its id.
fn behind(operation: &Operation) -> String {
    format!("{}.{}", operation.head().publishing_version, operation.head().id)
}

fn place(query: &str) -> Result<Option<Place>, ApiError> {
    let Some(text) = parameter(query, page::SKIP).filter(|text| !text.is_empty()) else { return Ok(None) };
    let read = || {
        let (number, id) = text.split_once('.')?;
        let digits = number.bytes().all(|byte| byte.is_ascii_digit());
        let publishing_version = number.parse().ok().filter(|_| digits)?;
        let operation = OperationId::of(path::operation_id(id).ok()?.as_u128());
        Some(Place { operation, publishing_version })
    };
    read().map(Some).ok_or_else(|| page::invalid(page::SKIP, &text, "Link: rel=\"next\"".to_owned()))
}

fn documented(state: OperationState) -> OperationState {
    if state == OperationState::Succeeded { OperationState::Completed } else { state }
}

/// The error for a filter that cannot be understood.
pub(super) fn invalid_filter(error: &InvalidFilter) -> ApiError {
    let (value, known) = match error {
        InvalidFilter::UnknownState { given, known, .. } => (given.clone(), known.clone()),
        InvalidFilter::UnknownOfferStatus { given } => {
            (given.clone(), signoff_wire::words::OfferStatus::WORDS.join(", "))
        }
        other => (other.to_string(), "offerTypeId eq '…', status eq '…', and".to_owned()),
    };
    ApiError::new(ErrorCode::InvalidFilter, ErrorText::InvalidFilter { detail_value: value, known })
        .target(error.target())
}

fn describe(call: Call) -> Call {
    call.named("operations", "listOperations")
        .says(
            "List the operations of an offer, newest first",
            "Page retrieve-operations. In the dialect `observed` cancellations are left out.",
        )
        .takes(&["status", "submissionState", "topOfList", "behindOperation"])
        .answers(Answer::list::<OperationItem<'_>>("The operations.", sample()).may_have(&["Link"]))
        .refuses(&[
            ErrorCode::Forbidden,
            ErrorCode::InvalidId,
            ErrorCode::InvalidFilter,
            ErrorCode::OfferNotFound,
        ])
}

fn sample() -> Value {
    json!({
        "id": samples::OPERATION,
        "offerId": "sample-vm",
        "offerVersion": 1,
        "offerTypeId": "microsoft-azure-virtualmachines",
        "publisherId": "contoso",
        "submissionType": "publish",
        "submissionState": "running",
        "publishingVersion": 1,
        "slot": "staging",
        "version": 639_000_000_000_000_000_i64,
        "definition": { "metadata": {} },
        "changedTime": "2026-11-21T08:00:02.0000000Z",
    })
}
