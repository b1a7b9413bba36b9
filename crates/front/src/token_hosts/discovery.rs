//! What client libraries ask a token host before they ask for a token (contract, "Tokens").

use std::sync::Arc;

use axum::Json;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Uri};
use serde_json::{Value, json};
use signoff_identity::{Issuer, Version};
use url::{Url, form_urlencoded};

use super::TokenHosts;
use super::login_host::{self, LOGIN_HOSTS, TenantSegment};
use super::token_error::TokenError;

/// `GET /{tenant}/.well-known/openid-configuration`.
pub(super) async fn configuration_v1(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    finish(&hosts.issuer, &headers, configuration(Version::V1, &hosts.issuer, tenant, &uri, &headers))
}

/// `GET /{tenant}/v2.0/.well-known/openid-configuration`.
pub(super) async fn configuration_v2(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    finish(&hosts.issuer, &headers, configuration(Version::V2, &hosts.issuer, tenant, &uri, &headers))
}

/// `GET /common/discovery/instance?authorization_endpoint=…&api-version=1.0|1.1`.
pub(super) async fn instance(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    RawQuery(query): RawQuery,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let issuer = &hosts.issuer;
    let public_base = issuer.settings().public_base.as_deref();
    let found = login_host::tenant(tenant)
        .and_then(|_| login_host::base(&uri, &headers, public_base))
        .and_then(|base| instance_document(&base, query.as_deref().unwrap_or_default()));
    finish(issuer, &headers, found)
}

/// `GET /{tenant}/discovery/keys` and `/{tenant}/discovery/v2.0/keys`: the key set, the same for all tenants.
pub(super) async fn keys(
    State(hosts): State<Arc<TokenHosts>>,
    tenant: TenantSegment,
    headers: HeaderMap,
) -> Response {
    finish(&hosts.issuer, &headers, key_set(&hosts.issuer, tenant).await)
}

async fn key_set(issuer: &Issuer, tenant: TenantSegment) -> Result<Value, TokenError> {
    login_host::tenant(tenant)?;
    issuer.key_set().await.map_err(|error| TokenError::unavailable(&error))
}

fn finish(issuer: &Issuer, headers: &HeaderMap, found: Result<Value, TokenError>) -> Response {
    match found {
        Ok(document) => Json(document).into_response(),
        Err(refusal) => refusal.reply(issuer.now(), headers),
    }
}

fn configuration(
    version: Version,
    issuer: &Issuer,
    tenant: TenantSegment,
    uri: &Uri,
    headers: &HeaderMap,
) -> Result<Value, TokenError> {
    let tenant = login_host::tenant(tenant)?;
    let base = login_host::base(uri, headers, issuer.settings().public_base.as_deref())?;
    // Documents for tenants in general say where the tenant's id belongs.
    let vouching = if login_host::is_shared(&tenant) { "{tenantid}" } else { tenant.as_str() };
    let (endpoints, keys) = match version {
        Version::V1 => (format!("{base}/{tenant}/oauth2"), format!("{base}/{tenant}/discovery/keys")),
        Version::V2 => {
            (format!("{base}/{tenant}/oauth2/v2.0"), format!("{base}/{tenant}/discovery/v2.0/keys"))
        }
    };
    Ok(json!({
        "issuer": version.issuer(vouching),
        "authorization_endpoint": format!("{endpoints}/authorize"),
        "token_endpoint": format!("{endpoints}/token"),
        "jwks_uri": keys,
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "response_types_supported": ["code"],
        "subject_types_supported": ["pairwise"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

/// Answers for this very host, whichever authority was asked about: its tenants are all here.
fn instance_document(base: &str, query: &str) -> Result<Value, TokenError> {
    let parameter = |name: &str| {
        form_urlencoded::parse(query.as_bytes())
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.into_owned())
    };
    let version = parameter("api-version").unwrap_or_else(|| "1.0".to_owned());
    if !["1.0", "1.1"].contains(&version.as_str()) {
        return Err(TokenError::invalid("api-version", "known are 1.0 and 1.1"));
    }
    let endpoint =
        parameter("authorization_endpoint").ok_or_else(|| TokenError::missing("authorization_endpoint"))?;
    let wrong = || {
        TokenError::invalid(
            "authorization_endpoint",
            "it must be an https address whose path starts with a tenant",
        )
    };
    let endpoint = Url::parse(&endpoint).map_err(|_| wrong())?;
    let mut segments = endpoint.path_segments().ok_or_else(wrong)?;
    let tenant = segments.next().unwrap_or_default().to_owned();
    let tenant = login_host::tenant(Ok(axum::extract::Path(tenant))).map_err(|_| wrong())?;
    let generation = if segments.any(|segment| segment == "v2.0") { "/v2.0" } else { "" };
    let mut document = json!({
        "tenant_discovery_endpoint": format!("{base}/{tenant}{generation}/.well-known/openid-configuration"),
        "api-version": version,
    });
    if version == "1.1" {
        let [preferred, cached, _] = LOGIN_HOSTS;
        document["metadata"] = json!([{
            "preferred_network": preferred,
            "preferred_cache": cached,
            "aliases": LOGIN_HOSTS,
        }]);
    }
    Ok(document)
}

#[cfg(test)]
mod tests;
