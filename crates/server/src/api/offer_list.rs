//! `GET /api/publishers/{publisherId}/offers` (page `retrieve-offers`).

use axum::extract::State;
use axum::response::Response;
use http::{StatusCode, Uri};
use signoff_engine::catalogue::Catalogue;
use signoff_lifecycle::access::Action;
use signoff_store::contract::OfferFilter as StoreFilter;
use signoff_wire::filter::{Condition, OfferFilter};
use signoff_wire::offer::OfferSummary;

use super::Segments;
use super::offer_get::migrated_by_default;
use super::operation_list::invalid_filter;
use crate::app::App;
use crate::context::{Context, parameter};
use crate::error::ApiError;
use crate::{reply, view};

pub(crate) async fn handle(
    State(app): State<App>,
    context: Context,
    Segments(publisher): Segments<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let filter = filter(uri.query().unwrap_or_default())?;
    let found = app.engine().store().list(&publisher, narrowed(&filter)).await?;
    let migrated = migrated_by_default(&app, &publisher).await?;
    let summaries: Vec<OfferSummary<'_>> = found
        .iter()
        .map(|found| view::summary(found, migrated))
        .filter(|summary| filter.matches(&summary.offer_type_id, summary.status))
        .collect();
    Ok(reply::json(StatusCode::OK, &summaries))
}

/// The query's `$filter`; without one, everything.
pub(super) fn filter(query: &str) -> Result<OfferFilter, ApiError> {
    match parameter(query, "$filter").filter(|text| !text.is_empty()) {
        Some(text) => {
            let filter = OfferFilter::parse(&text).map_err(|error| invalid_filter(&error))?;
            Ok(filter.with_types(|id| Some(Catalogue::load().offer_type(id)?.id.clone())))
        }
        None => Ok(OfferFilter::default()),
    }
}

/// The part of the filter that the store applies: the first condition on each member.
pub(super) fn narrowed(filter: &OfferFilter) -> StoreFilter {
    let mut narrowed = StoreFilter::default();
    for condition in filter.conditions() {
        match condition {
            Condition::OfferType(id) if narrowed.offer_type.is_none() => {
                narrowed.offer_type = Some(id.clone());
            }
            Condition::Status(status) if narrowed.status.is_none() => {
                narrowed.status = Some(status.as_str().to_owned());
            }
            Condition::OfferType(_) | Condition::Status(_) => {}
        }
    }
    narrowed
}
