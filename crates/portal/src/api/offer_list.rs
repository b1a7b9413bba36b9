//! `GET /api/publishers/{publisherId}/offers` (page `retrieve-offers`).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::{StatusCode, Uri};
use signoff_definition::OfferTypes;
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_store::StoreError;
use signoff_store::contract::{OfferFilter as StoreFilter, OfferSummary as StoredSummary};
use signoff_wire::ErrorCode;
use signoff_wire::filter::{Condition, OfferFilter};
use signoff_wire::offer::OfferSummary;

use super::offer_get::migrated_by_default;
use super::operation_list::invalid_filter;
use super::page;
use super::page::LONGEST_LIST;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::parameter;
use crate::{Portal, view};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::get("/api/publishers/{publisher}/offers", |method| on(method, handle))
        .least(Least::Member(Role::Reader))
        .described(describe);

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
    uri: Uri,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let query = uri.query().unwrap_or_default();
    let listing = Listing {
        filter: filter(query)?,
        migrated: migrated_by_default(&app, &publisher).await?,
        after: parameter(query, page::SKIP).filter(|after| !after.is_empty()),
        over: false,
        app,
        publisher,
    };
    match page::number(query, "$top", LONGEST_LIST)? {
        Some(top) => listing.part(usize::try_from(top).unwrap_or(usize::MAX), query).await,
        None => listing.whole().await,
    }
}

/// So many offers are read at once.
const AT_ONCE: usize = 200;

/// A list of offers, and how far it is told.
struct Listing {
    app: Portal,
    publisher: String,
    filter: OfferFilter,
    migrated: bool,
    after: Option<String>,
    over: bool,
}

impl Listing {
    /// The next offers that are asked for, of those that are read at once.
    async fn next(&mut self) -> Result<Vec<StoredSummary>, StoreError> {
        let Some(narrowed) = narrowed(&self.filter) else {
            self.over = true;
            return Ok(Vec::new());
        };
        let filter = StoreFilter { after: self.after.clone(), limit: Some(AT_ONCE), ..narrowed };
        let mut found = self.app.engine().store().list(&self.publisher, filter).await?;
        self.over = found.len() < AT_ONCE;
        self.after = found.last().map(|last| last.offer.id.clone());
        found.retain(|found| {
            let summary = view::summary(found, self.migrated);
            self.filter.matches(&summary.offer_type_id, summary.status)
        });
        Ok(found)
    }

    fn shown<'a>(&self, found: &'a [StoredSummary]) -> Vec<OfferSummary<'a>> {
        found.iter().map(|found| view::summary(found, self.migrated)).collect()
    }

    /// `top` offers, and where the list goes on.
    async fn part(mut self, top: usize, query: &str) -> Result<Response, ApiError> {
        let mut found = Vec::new();
        while !self.over && found.len() <= top {
            found.append(&mut self.next().await?);
        }
        let more = found.len() > top;
        found.truncate(top);
        let response = reply::json(StatusCode::OK, &self.shown(&found));
        let path = format!("/api/publishers/{}/offers", self.publisher);
        Ok(match found.last().filter(|_| more) {
            Some(last) => page::with_next(response, &path, query, &last.offer.id),
            None => response,
        })
    }

    /// All of them. A list that is not read at once is sent as it is read, so that its length costs no memory.
    async fn whole(mut self) -> Result<Response, ApiError> {
        let first = self.next().await?;
        if self.over {
            return Ok(reply::json(StatusCode::OK, &self.shown(&first)));
        }
        let beginning = members(&self.shown(&first));
        let any = !beginning.is_empty();
        let rest = stream::try_unfold((self, any), |(mut listing, any)| async move {
            if listing.over {
                return Ok::<_, StoreError>(None);
            }
            let found = listing.next().await?;
            let mut text = members(&listing.shown(&found));
            if any && !text.is_empty() {
                text.insert(0, b',');
            }
            let any = any || !text.is_empty();
            Ok(Some((Bytes::from(text), (listing, any))))
        });
        let open = stream::iter([Ok(Bytes::from_static(b"[")), Ok(Bytes::from(beginning))]);
        let close = stream::iter([Ok(Bytes::from_static(b"]"))]);
        Ok(reply::streamed(StatusCode::OK, Body::from_stream(open.chain(rest).chain(close))))
    }
}

/// The members of a JSON array without its brackets.
fn members(shown: &[OfferSummary<'_>]) -> Vec<u8> {
    let mut text = serde_json::to_vec(shown).unwrap_or_default();
    text.pop();
    text.drain(..1.min(text.len()));
    text
}

/// The query's `$filter`; without one, everything.
pub(super) fn filter(query: &str) -> Result<OfferFilter, ApiError> {
    match parameter(query, "$filter").filter(|text| !text.is_empty()) {
        Some(text) => {
            let filter = OfferFilter::parse(&text).map_err(|error| invalid_filter(&error))?;
            Ok(filter.with_types(|id| Some(OfferTypes::load().get(id)?.id.clone())))
        }
        None => Ok(OfferFilter::default()),
    }
}

/// The part of the filter that the store applies: the first condition on each member. `None`: it asks for a status that no
/// offer can have.
pub(super) fn narrowed(filter: &OfferFilter) -> Option<StoreFilter> {
    let mut narrowed = StoreFilter::default();
    for condition in filter.conditions() {
        match condition {
            Condition::OfferType(id) if narrowed.offer_type.is_none() => {
                narrowed.offer_type = Some(id.clone());
            }
            Condition::Status(status) if narrowed.status.is_none() => {
                narrowed.status = Some(status.as_str().parse().ok()?);
            }
            Condition::OfferType(_) | Condition::Status(_) => {}
        }
    }
    Some(narrowed)
}

fn describe(call: Call) -> Call {
    call.named("offers", "listOffers")
        .says("List the offers of a publisher", "Page retrieve-offers; contract, \"Endpoints\".")
        .takes(&["$filter", "topOfList", "behindOffer"])
        .answers(
            Answer::list::<OfferSummary<'_>>("A summary of each.", samples::summary()).may_have(&["Link"]),
        )
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::InvalidFilter])
}
