//! `GET /api/publishers` and `GET /api/publishers/{publisherId}`.

use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderValue, StatusCode, Uri, header};
use signoff_front::context::Context;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_store::contract::Publisher as Stored;
use signoff_text::ErrorText;
use signoff_wire::publisher::{Publisher, PublisherDefinition};
use signoff_wire::words::PcMigrationStatus;
use signoff_wire::{ErrorCode, api_version};

use super::page;
use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};
use crate::query::parameter;

pub(crate) const LIST: Endpoint = Endpoint::get("/api/publishers", |method| on(method, list))
    .least(Least::Anybody)
    .described(describe_list);

pub(crate) const ONE: Endpoint = Endpoint::get("/api/publishers/{publisher}", |method| on(method, one))
    .least(Least::Member(Role::Reader))
    .described(describe_one);

/// So many publishers are told at once to the operator.
pub(crate) const MOST: u64 = 1000;

/// The caller's own publishers; the operator's are all there are, by id, in pages.
async fn list(State(app): State<Portal>, context: Context, uri: Uri) -> Result<Response, ApiError> {
    let store = app.engine().store();
    let query = uri.query().unwrap_or_default();
    let top = page::number(query, "$top", MOST)?.unwrap_or(MOST);
    let Some(principal) = context.principal() else {
        return all(&app, query, top).await;
    };
    let own = store.publishers_of(principal).await?;
    let shown: Vec<Publisher<'_>> = own.iter().map(|(publisher, _)| show(publisher)).collect();
    Ok(reply::json(StatusCode::OK, &shown))
}

async fn all(app: &Portal, query: &str, top: u64) -> Result<Response, ApiError> {
    let wanted = usize::try_from(top).unwrap_or(usize::MAX);
    let after = parameter(query, "after").filter(|after| !after.is_empty());
    // One more tells whether there is more.
    let mut found = app.engine().store().publishers(after.as_deref(), wanted + 1).await?;
    let more = found.len() > wanted;
    found.truncate(wanted);
    let shown: Vec<Publisher<'_>> = found.iter().map(show).collect();
    let mut response = reply::json(StatusCode::OK, &shown);
    if let Some(last) = found.last().filter(|_| more) {
        let version = api_version::CURRENT;
        // An id needs no escaping.
        let next =
            format!("</api/publishers?api-version={version}&$top={top}&after={}>; rel=\"next\"", last.id);
        if let Ok(next) = HeaderValue::from_str(&next) {
            response.headers_mut().insert(header::LINK, next);
        }
    }
    Ok(response)
}

/// One publisher.
async fn one(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
) -> Result<Response, ApiError> {
    app.authorise(&context, &publisher, Action::Read).await?;
    let stored = app.engine().store().publisher(&publisher).await?;
    let stored = stored.ok_or_else(|| {
        ApiError::new(ErrorCode::NotFound, ErrorText::PublisherNotFound { publisher: publisher.clone() })
    })?;
    Ok(reply::json(StatusCode::OK, &show(&stored)))
}

pub(super) fn show(stored: &Stored) -> Publisher<'_> {
    let categories = stored.offer_type_categories.iter().map(|category| category.as_str().into());
    Publisher {
        id: stored.id.as_str().into(),
        version: stored.version,
        definition: PublisherDefinition {
            display_text: stored.display_text.as_str().into(),
            offer_type_categories: categories.collect(),
            seller_id: stored.seller_id,
            seller_contact: stored.seller_contact.as_deref().map(Into::into),
            pc_migration_status: Some(if stored.migrated {
                PcMigrationStatus::Migrated
            } else {
                PcMigrationStatus::None
            }),
            self_review: Some(stored.self_review),
        },
    }
}

fn describe_list(call: Call) -> Call {
    call.named("publishers", "listPublishers")
        .says(
            "List the caller's own publishers",
            "The operator gets all there are, by id, in pages: where there is more, `Link` leads to it. Contract, \
             \"Endpoints\" and \"Shapes\".",
        )
        .takes(&["topOfList", "after"])
        .answers(Answer::list::<Publisher<'_>>("The publishers.", samples::publisher()).may_have(&["Link"]))
        .refuses(&[ErrorCode::InvalidFilter])
}

fn describe_one(call: Call) -> Call {
    call.named("publishers", "getPublisher")
        .says("Get one publisher", "Contract, \"Endpoints\".")
        .answers(Answer::of::<Publisher<'_>>(200, "The publisher.", samples::publisher()))
        .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId, ErrorCode::NotFound])
}
