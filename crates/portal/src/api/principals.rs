//! `PUT /api/principals/{tenant}/{client}`: the operator, and in development anybody with a token, gives a client
//! of the server's own token endpoint its secret.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::routing::on;
use http::{HeaderMap, StatusCode};
use serde_json::json;
use signoff_front::context::Context;
use signoff_front::first_use::checked_principal;
use signoff_front::membership::Standing;
use signoff_front::path_params::Segments;
use signoff_front::reply;
use signoff_identity::{made_secret, secret_hash};
use signoff_store::contract::{AuditEntry, PrincipalId, PrincipalRecord};
use signoff_text::ErrorText;
use signoff_wire::publisher::{Principal, PrincipalPut};
use signoff_wire::{ErrorCode, json, names};

use crate::Portal;
use crate::endpoint::{Endpoint, Least};
use crate::error::ApiError;
use crate::openapi::{Answer, Call, samples};

pub(crate) const ENDPOINT: Endpoint =
    Endpoint::put("/api/principals/{tenant}/{client}", |method| on(method, put))
        .least(Least::Anybody)
        .described(describe);

/// The shortest secret in bytes: of production, and of development.
const SHORTEST_SECRET: usize = 32;
const SHORTEST_IN_DEVELOPMENT: usize = 8;
/// The longest secret in bytes: a client sends it in a form of 64 KiB at most.
pub(crate) const LONGEST_SECRET: usize = 4096;

async fn put(
    State(app): State<Portal>,
    context: Context,
    Segments((tenant, client)): Segments<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let dev = app.settings().dev;
    let standing = if context.principal().is_none() { Standing::Operator } else { Standing::Anybody };
    if standing == Standing::Anybody && !dev {
        return Err(context.forbidden(ErrorText::OperatorOnly).into());
    }
    let id = checked_client(&app, &tenant, &client)?;
    let store = app.engine().store();
    let present = store.principal(&id).await?;
    // A known client's secret is its own: only the operator replaces it.
    if standing == Standing::Anybody && present.is_some() {
        return Err(context.forbidden(ErrorText::OperatorOnly).into());
    }
    let bytes = reply::body(&headers, body).await?;
    let put: PrincipalPut = if bytes.is_empty() {
        PrincipalPut::default()
    } else {
        json::from_body(&bytes).map_err(reply::invalid_json)?
    };
    if let Some(issuer) = app.external_issuer().filter(|_| app.issuer().is_none()) {
        let text = ErrorText::NoTokenEndpoint { issuer: issuer.to_owned() };
        return Err(ApiError::new(ErrorCode::NoTokenEndpoint, text));
    }
    let made = put.secret.is_none().then(made_secret);
    if let Some(secret) = &put.secret {
        check(secret, dev)?;
    }
    let secret = put.secret.or_else(|| made.clone()).unwrap_or_default();
    let audit = audited(&app, &context, standing, &id, present.is_none());
    let record = PrincipalRecord { id: id.clone(), secret_hash: Some(secret_hash(&secret)), seeded: false };
    store.put_principal(record, audit).await?;
    let status = if present.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let body = Principal { tenant: id.tenant.into(), client: id.client.into(), secret: made.map(Into::into) };
    Ok(reply::json(status, &body))
}

/// The client that is to be registered: a program, for people have no secrets here.
fn checked_client(app: &Portal, tenant: &str, client: &str) -> Result<PrincipalId, ApiError> {
    let id = checked_principal(app, tenant, client)?;
    if id.client.starts_with(names::PERSON) {
        let value = client.chars().take(80).collect();
        let text = ErrorText::InvalidName { field: "client".to_owned(), value, limit: names::LONGEST };
        return Err(ApiError::new(ErrorCode::InvalidId, text).target("client"));
    }
    Ok(id)
}

fn check(secret: &str, dev: bool) -> Result<(), ApiError> {
    let (shortest, expected) = if dev {
        (SHORTEST_IN_DEVELOPMENT, "a string of at least 8 characters, or absent: the server makes one then")
    } else {
        (SHORTEST_SECRET, "a string of at least 32 characters, or absent: the server makes one then")
    };
    if (shortest..=LONGEST_SECRET).contains(&secret.len()) && !secret.trim().is_empty() {
        Ok(())
    } else {
        Err(reply::invalid_body("secret", expected).into())
    }
}

/// The entry in the server's own log.
fn audited(
    app: &Portal,
    context: &Context,
    standing: Standing,
    id: &PrincipalId,
    is_new: bool,
) -> Option<AuditEntry> {
    let outcome = if is_new { "created" } else { "stored" };
    let now = app.engine().clock().real().on_unset_clock();
    let entry = app.engine_for(context, standing).audit_entry_for("putPrincipal", outcome, now)?;
    Some(AuditEntry { subject: Some(id.to_string()), ..entry })
}

fn describe(call: Call) -> Call {
    call.named("publishers", "putPrincipal")
            .says(
                "Give a client of the server's own token endpoint its secret",
                "For the operator; with --dev anybody with a token may add new ones (contract, \"Tokens\"). Without a \
                 secret the server makes one, and shows it in this reply alone.",
            )
            .body::<PrincipalPut>(
                false,
                "The secret.",
                json!({ "secret": "a passphrase of at least 32 characters" }),
            )
            .reads_json()
            .answers(Answer::of::<Principal<'_>>(200, "Its secret was replaced.", samples::principal()))
            .answers(Answer::of::<Principal<'_>>(201, "The client is new.", samples::principal()))
            .refuses(&[ErrorCode::Forbidden, ErrorCode::InvalidId])
            .refuses(&[ErrorCode::NoTokenEndpoint])
}
