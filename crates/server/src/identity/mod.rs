//! Who calls: tokens issued in development, and the verification of every token
//! (contract, "Tokens" and the 401 row of "Every request").
//!
//! [`Issuer`] and [`login_router`] play the token hosts, [`Verifier`] turns an `Authorization` header into a
//! [`Caller`]. What the caller may do is decided elsewhere, by its memberships.

mod auth_error;
mod cache;
mod claims;
mod client;
mod discovery;
mod external;
mod issuer;
mod jwks;
mod keyring;
mod login_host;
mod random;
mod secret;
mod sign_ins;
#[cfg(test)]
mod testing;
mod token_endpoint;
mod token_error;
mod token_request;
mod verifier;

use std::sync::Arc;

use axum::Router;
use axum::routing::{get, post};
use signoff_store::StoreError;
use signoff_store::contract::{Directory, PrincipalId, PrincipalRecord};
use signoff_wire::names::PERSON;

use self::sign_ins::SignIns;

pub use auth_error::{AuthError, Challenge};
pub use client::{ClientPolicy, Seeded};
pub use external::{ExternalIssuer, ExternalIssuerError, MOST_AGE, published_keys};
pub use issuer::{Issuer, IssuerSettings};
pub(crate) use random::identifier as new_identifier;
pub(crate) use secret::made as made_secret;
pub use secret::secret_hash;
pub(crate) use token_endpoint::TokenIssued;
pub(crate) use token_request::{LONGEST_CLIENT, LONGEST_RESOURCE};
pub(crate) use verifier::LENGTH_LIMIT;
pub use verifier::{Caller, Verifier};

/// The present time in seconds since the Unix epoch, wherever it comes from.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The audience of tokens for the publishing API, unless configured otherwise.
pub const DEFAULT_AUDIENCE: &str = "https://cloudpartner.azure.com";

/// Bytes of a request body that a token host accepts.
pub(crate) const BODY_LIMIT: usize = 64 * 1024;

/// What the token hosts need: who signs, and which sign-ins failed lately.
struct TokenHosts {
    issuer: Arc<Issuer>,
    sign_ins: SignIns,
}

/// The routes of the token hosts (contract, "Tokens"), all of the form `/{tenant}/…`, whatever the `Host`. So many
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

/// Creates or replaces a principal that came with the seed: it always needs `secret`.
pub async fn seed_principal(
    directory: &dyn Directory,
    tenant: &str,
    client: &str,
    secret: &str,
) -> Result<PrincipalId, StoreError> {
    let id = principal_id(tenant, client);
    let record = PrincipalRecord { id: id.clone(), secret_hash: Some(secret_hash(secret)), seeded: true };
    directory.put_principal(record, None).await?;
    Ok(id)
}

/// The one spelling of a principal that tokens, members and seeds share: GUIDs in lower case, since they are
/// compared without regard to case, everything else verbatim.
pub fn principal_id(tenant: &str, client: &str) -> PrincipalId {
    let client = match client.strip_prefix(PERSON) {
        Some(id) => format!("{PERSON}{}", canonical(id)),
        None => canonical(client),
    };
    PrincipalId { tenant: canonical(tenant), client }
}

fn canonical(text: &str) -> String {
    const GUID_LENGTH: usize = 36;
    if text.len() == GUID_LENGTH && uuid::Uuid::try_parse(text).is_ok() {
        text.to_ascii_lowercase()
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::principal_id;

    #[test]
    fn only_guids_lose_their_case() {
        let id = principal_id("AAAAAAAA-1111-1111-1111-11111111111F", "Contoso-Owner");
        assert_eq!(id.tenant, "aaaaaaaa-1111-1111-1111-11111111111f");
        assert_eq!(id.client, "Contoso-Owner");
    }
}
