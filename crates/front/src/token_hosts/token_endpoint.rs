//! The token endpoints, v1 and v2 (contract, "Tokens").

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use http::header::{CACHE_CONTROL, PRAGMA};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use signoff_identity::{ClientRefusal, IssuedToken, Version, principal_id};

use super::login_host::{self, TenantSegment};
use super::sign_ins::Peer;
use super::token_error::TokenError;
use super::token_request::TokenRequest;
use super::{BODY_LIMIT, TokenHosts};
use crate::reply;

/// Marks the reply to a client that showed a good secret.
#[derive(Clone, Copy)]
pub(crate) struct TokenIssued;

/// `POST /{tenant}/oauth2/token`: form field `resource`; the reply holds its numbers as strings.
pub(super) async fn v1(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    peer: Peer,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(Version::V1, &hosts, tenant, &peer, &headers, body).await
}

/// `POST /{tenant}/oauth2/v2.0/token`: form field `scope`.
pub(super) async fn v2(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    peer: Peer,
    headers: HeaderMap,
    body: Body,
) -> Response {
    answer(Version::V2, &hosts, tenant, &peer, &headers, body).await
}

async fn answer(
    version: Version,
    hosts: &TokenHosts,
    tenant: TenantSegment,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Response {
    match grant(version, hosts, tenant, peer, headers, body).await {
        Ok(reply) => {
            let headers = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
            (Extension(TokenIssued), headers, Json(reply)).into_response()
        }
        Err(refusal) => refusal.reply(hosts.issuer.now(), headers),
    }
}

async fn grant(
    version: Version,
    hosts: &TokenHosts,
    tenant: TenantSegment,
    peer: &Peer,
    headers: &HeaderMap,
    body: Body,
) -> Result<Value, TokenError> {
    let tenant = login_host::tenant(tenant)?;
    if login_host::is_shared(&tenant) {
        return Err(TokenError::shared_tenant(&tenant));
    }
    let body = reply::read(headers, body, BODY_LIMIT).await.map_err(|error| {
        let text = match error.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "The form must not be larger than 64 KiB.",
            StatusCode::UNSUPPORTED_MEDIA_TYPE => "The form must be sent without a Content-Encoding.",
            StatusCode::REQUEST_TIMEOUT => "The form did not arrive in time.",
            _ => "The form ended early, or its chunks are malformed.",
        };
        TokenError::body(error.status(), text)
    })?;
    let request = TokenRequest::read(version, headers, &body)?;
    let principal = principal_id(&tenant, &request.client);
    let TokenHosts { issuer, sign_ins } = hosts;
    let attempt = sign_ins.begin(peer, issuer.now())?;
    let admitted = issuer.admit(&principal, &request.secret).await;
    if !matches!(admitted, Err(ClientRefusal::NotAdmitted)) {
        sign_ins.succeeded(&attempt);
    }
    admitted.map_err(|refusal| TokenError::client(refusal, &principal.client, &principal.tenant))?;
    let token = issuer
        .issue(version, &principal, &request.resource)
        .await
        .map_err(|error| TokenError::unavailable(&error))?;
    Ok(granted(version, &request.resource, &token))
}

fn granted(version: Version, resource: &str, issued: &IssuedToken) -> Value {
    let lifetime = issued.expires_at.saturating_sub(issued.issued_at);
    match version {
        Version::V1 => json!({
            "token_type": "Bearer",
            "expires_in": lifetime.to_string(),
            "ext_expires_in": lifetime.to_string(),
            "expires_on": issued.expires_at.to_string(),
            "not_before": issued.issued_at.to_string(),
            "resource": resource,
            "access_token": issued.token,
        }),
        Version::V2 => json!({
            "token_type": "Bearer",
            "expires_in": lifetime,
            "ext_expires_in": lifetime,
            "access_token": issued.token,
        }),
    }
}

#[cfg(test)]
mod tests;
