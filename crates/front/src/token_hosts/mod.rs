//! The token hosts, played by this server (contract, "Tokens"). [`Issuer`] signs what they give out.

mod discovery;
mod login_host;
mod sign_ins;
mod token_endpoint;
mod token_error;
mod token_request;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use signoff_identity::Issuer;

use self::sign_ins::SignIns;

pub(crate) use token_endpoint::TokenIssued;
pub use token_request::{LONGEST_CLIENT, LONGEST_RESOURCE};

/// Bytes of a request body that a token host accepts.
pub const BODY_LIMIT: usize = 64 * 1024;

/// What the token hosts need: who signs, and which sign-ins failed lately.
struct TokenHosts {
    issuer: Arc<Issuer>,
    sign_ins: SignIns,
}

/// The routes of the token hosts (contract, "Tokens"), all of the form `/{tenant}/…`, under any `Host`. So many
/// sign-ins from one address may fail in a minute; `None`: any number.
///
/// Errors have the token hosts' own shape, `{"error","error_description","error_codes",…}`.
pub fn login_router(issuer: Arc<Issuer>, failed_sign_ins: Option<u32>) -> Router {
    let hosts = TokenHosts { issuer, sign_ins: SignIns::new(failed_sign_ins) };
    Router::new()
        .route("/{tenant}/oauth2/token", post(token_endpoint::v1))
        .route("/{tenant}/oauth2/v2.0/token", post(token_endpoint::v2))
        .route("/{tenant}/.well-known/openid-configuration", get(discovery::configuration_v1))
        .route("/{tenant}/v2.0/.well-known/openid-configuration", get(discovery::configuration_v2))
        .route("/{tenant}/discovery/instance", get(discovery::instance))
        .route("/{tenant}/discovery/keys", get(discovery::keys))
        .route("/{tenant}/discovery/v2.0/keys", get(discovery::keys))
        .with_state(Arc::new(hosts))
}
