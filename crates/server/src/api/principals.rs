//! `PUT /api/principals/{tenant}/{client}`: the operator, and in development anybody with a token, gives a client
//! of the server's own token endpoint its secret.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};
use signoff_store::contract::PrincipalRecord;
use signoff_text::ErrorText;
use signoff_wire::{ErrorCode, json};
use utoipa::ToSchema;

use super::Segments;
use crate::app::App;
use crate::context::Context;
use crate::error::ApiError;
use crate::identity::{principal_id, secret_hash};
use crate::reply;

/// The body.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PrincipalPut {
    /// What the client proves itself with; at least 8 characters.
    #[schema(min_length = 8)]
    secret: String,
}

/// A principal; its secret is never shown.
#[derive(Serialize, ToSchema)]
pub(crate) struct Principal {
    /// Its tenant.
    tenant: String,
    /// Its client id.
    client: String,
}

/// The shortest secret, in bytes.
const SHORTEST_SECRET: usize = 8;

pub(crate) async fn put(
    State(app): State<App>,
    context: Context,
    Segments((tenant, client)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let id = principal_id(&tenant, &client);
    let store = app.engine().store();
    let present = store.principal(&id).await?;
    let is_operator = context.principal().is_none();
    // A known client's secret is its own: only the operator replaces it.
    if !is_operator && (!app.settings().dev || present.is_some()) {
        return Err(ApiError::new(ErrorCode::Forbidden, ErrorText::OperatorOnly));
    }
    let bytes = reply::body(&headers, body).await?;
    let PrincipalPut { secret } = json::object_from_body(&bytes).map_err(reply::invalid_json)?;
    if secret.len() < SHORTEST_SECRET {
        return Err(reply::invalid_body("secret", "a string of at least 8 characters"));
    }
    let record = PrincipalRecord { id: id.clone(), secret_hash: Some(secret_hash(&secret)), seeded: false };
    store.put_principal(record).await?;
    let status = if present.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(reply::json(status, &Principal { tenant: id.tenant, client: id.client }))
}
