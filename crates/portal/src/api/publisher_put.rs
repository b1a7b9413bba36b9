//! `PUT /api/publishers/{publisherId}`: an owner changes settings; the operator, and in development anybody with
//! a token, creates a publisher and becomes its owner. `If-None-Match: *` only creates, `If-Match: *` only changes.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, HeaderName, StatusCode, header};
use serde_json::json;
use signoff_definition::OfferTypes;
use signoff_front::context::Context;
use signoff_front::first_use::new_publisher;
use signoff_front::membership::Standing;
use signoff_front::path_params::{Segments, invalid_id};
use signoff_front::reply;
use signoff_lifecycle::access::{Action, Role};
use signoff_text::ErrorText;
use signoff_wire::publisher::{Publisher, PublisherPut};
use signoff_wire::words::PcMigrationStatus;
use signoff_wire::{ErrorCode, emails, json, names, path};

use super::publishers::show;
use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::put("/api/publishers/{publisher}", |method| on(method, handle))
        .least(Least::Member(Role::Owner))
        .described(describe);

/// The longest name of a publisher, in characters.
pub(crate) const LONGEST_NAME: usize = 200;
/// The most offer types that a publisher may list.
pub(crate) const MOST_TYPES: usize = 100;

async fn handle(
    State(app): State<Portal>,
    context: Context,
    Segments(publisher): Segments<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    path::publisher_id(&publisher).map_err(|error| invalid_id(&error, &publisher))?;
    let store = app.engine().store();
    let present = store.publisher(&publisher).await?;
    let may_create = app.settings().dev || context.principal().is_none();
    let creates = present.is_none() && may_create;
    let standing = match context.principal() {
        // Who creates a publisher becomes its owner.
        Some(_) if creates => Standing::Member(Role::Owner),
        _ => app.authorise(&context, &publisher, Action::ManageMembers).await?,
    };
    if present.is_none() && is_any(&headers, &header::IF_MATCH) {
        let text = ErrorText::PublisherNotFound { publisher };
        return Err(ApiError::new(ErrorCode::NotFound, text));
    }
    let bytes = reply::body(&headers, body).await?;
    let put: PublisherPut = if bytes.is_empty() {
        PublisherPut::default()
    } else {
        json::from_body(&bytes).map_err(reply::invalid_json)?
    };
    check(&put)?;
    if present.is_some() && is_any(&headers, &header::IF_NONE_MATCH) {
        let text = ErrorText::PublisherExists { publisher };
        return Err(ApiError::new(ErrorCode::PreconditionFailed, text).target("If-None-Match"));
    }
    let mut record = present.unwrap_or_else(|| new_publisher(&publisher, app.settings().dev));
    record.display_text = put.display_text.unwrap_or(record.display_text);
    if let Some(types) = put.offer_type_categories {
        record.offer_type_categories = types.into_iter().map(own_id).collect();
    }
    record.seller_id = put.seller_id.unwrap_or(record.seller_id);
    record.seller_contact = match put.seller_contact {
        Some(contact) => Some(contact).filter(|contact| !contact.is_empty()),
        None => record.seller_contact,
    };
    record.migrated =
        put.pc_migration_status.map_or(record.migrated, |status| status == PcMigrationStatus::Migrated);
    record.self_review = put.self_review.unwrap_or(record.self_review);
    let outcome = if creates { "created" } else { "stored" };
    let now = app.engine().clock().now(&publisher);
    let audit = app.engine_for(&context, standing).audit_entry_for("putPublisher", outcome, now);
    let record = store.put_publisher(record, audit).await?;
    if let Some(principal) = context.principal().filter(|_| creates) {
        store.put_member(&publisher, principal, Some(Role::Owner), None).await?;
    }
    app.directory_changed();
    let status = if creates { StatusCode::CREATED } else { StatusCode::OK };
    Ok(reply::json(status, &show(&record)))
}

/// The id of an offer type that was named by any of its names.
fn own_id(named: String) -> String {
    OfferTypes::load().get(&named).map_or(named, |known| known.id.clone())
}

/// Whether the header is sent as `*`; publishers have no tags that it could name.
fn is_any(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers.get(name).is_some_and(|value| value.as_bytes().trim_ascii() == b"*")
}

fn check(put: &PublisherPut) -> Result<(), ApiError> {
    if let Some(contact) = put.seller_contact.as_deref().filter(|contact| !contact.is_empty()) {
        emails::check(contact).map_err(|_| {
            let text = ErrorText::InvalidEmail { address: contact.chars().take(80).collect() };
            ApiError::new(ErrorCode::InvalidEmail, text).target("sellerContact")
        })?;
    }
    if put.pc_migration_status == Some(PcMigrationStatus::Unknown) {
        return Err(reply::invalid_body("pcMigrationStatus", "\"none\" or \"migrated\"").into());
    }
    if put.offer_type_categories.as_ref().is_some_and(|types| types.len() > MOST_TYPES) {
        return Err(reply::invalid_body("offerTypeCategories", "an array of at most 100 offer types").into());
    }
    if put.display_text.as_deref().is_some_and(|name| name.chars().count() > LONGEST_NAME) {
        let text = ErrorText::TooLong { field: "displayText".to_owned(), limit: LONGEST_NAME };
        return Err(ApiError::new(ErrorCode::InvalidBody, text).target("displayText"));
    }
    if put.display_text.as_deref().is_some_and(|name| !names::is_plain(name)) {
        let text = ErrorText::HiddenCharacters { field: "displayText".to_owned() };
        return Err(ApiError::new(ErrorCode::InvalidBody, text).target("displayText"));
    }
    Ok(())
}

fn describe(call: Call) -> Call {
    call.named("publishers", "putPublisher")
            .says(
                "Create a publisher or change its settings",
                "Members that are left out stay as they are. Owners change; the operator, and with --dev anybody \
                 with a token, creates and becomes the owner (contract, \"Migrated or not\"). With `If-None-Match: *` \
                 it only creates, with `If-Match: *` it only changes.",
            )
            .body::<PublisherPut>(
                false,
                "What to change.",
                json!({ "displayText": "Contoso", "sellerContact": "seller@contoso.example" }),
            )
            .reads_json()
            .answers(Answer::of::<Publisher<'_>>(200, "Changed.", samples::publisher()))
            .answers(Answer::of::<Publisher<'_>>(201, "Created.", samples::publisher()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
            .refuses(&[ErrorCode::InvalidEmail, ErrorCode::NotFound, ErrorCode::PreconditionFailed])
}
