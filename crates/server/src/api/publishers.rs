//! `GET /api/publishers` and `GET /api/publishers/{publisherId}`.

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use signoff_lifecycle::access::Action;
use signoff_store::contract::Publisher as Stored;
use signoff_text::ErrorText;
use signoff_wire::ErrorCode;
use signoff_wire::publisher::{Publisher, PublisherDefinition};
use signoff_wire::words::PcMigrationStatus;

use super::Segments;
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::reply;

/// The caller's own publishers.
pub(crate) async fn list(State(app): State<App>, context: Context) -> Result<Response, ApiError> {
    let own = match context.principal() {
        Some(principal) => app.engine().store().publishers_of(principal).await?,
        None => Vec::new(),
    };
    let shown: Vec<Publisher<'_>> = own.iter().map(|(publisher, _)| show(publisher)).collect();
    Ok(reply::json(StatusCode::OK, &shown))
}

/// One publisher.
pub(crate) async fn one(
    State(app): State<App>,
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
        },
    }
}
