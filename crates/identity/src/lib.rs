//! Who calls: tokens issued in development, and the verification of every token
//! (contract, "Tokens" and the 401 row of "Every request").
//!
//! [`Issuer`] signs tokens, [`Verifier`] turns an `Authorization` header into a [`Caller`]. What the caller may do is
//! decided elsewhere, by its memberships. Nothing here serves HTTP.

mod auth_error;
mod cache;
mod claims;
mod client;
mod external;
mod issuer;
mod jwks;
mod keyring;
mod random;
mod secret;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
mod verifier;

use std::sync::Arc;

use signoff_store::StoreError;
use signoff_store::contract::{Directory, PrincipalId, PrincipalRecord};
use signoff_wire::names::PERSON;

pub use auth_error::{AuthError, Challenge};
pub use claims::Version;
pub use client::{ClientPolicy, ClientRefusal, Seeded};
pub use external::{ExternalIssuer, ExternalIssuerError, MOST_AGE, published_keys};
pub use issuer::{IssuedToken, Issuer, IssuerSettings};
pub use keyring::KeyError;
pub use random::identifier as new_identifier;
pub use secret::{made as made_secret, secret_hash};
pub use verifier::{Caller, LENGTH_LIMIT, Verifier};

/// The present time in seconds since the Unix epoch, wherever it comes from.
pub type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The audience of tokens for the publishing API, unless configured otherwise.
pub const DEFAULT_AUDIENCE: &str = "https://cloudpartner.azure.com";

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
