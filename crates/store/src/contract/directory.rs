//! Publishers, their members, the principals that hold tokens, and the signing keys.

use std::fmt;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::actor::{Actor, PERSON};

use super::{AuditEntry, StoreError};

/// A publisher as the directory keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Publisher {
    /// The identifier in paths, e.g. `contoso`.
    pub id: String,
    /// Grows by one with every change.
    pub version: u64,
    /// The name for people.
    pub display_text: String,
    /// The seller's number in the marketplace.
    pub seller_id: i64,
    /// Identifiers of the offer types that the publisher may use; empty means all.
    pub offer_type_categories: Vec<String>,
    /// Where mail about migrated offers goes; `None`: nobody hears of them.
    pub seller_contact: Option<String>,
    /// Whether offers that do not say otherwise are migrated (contract, "Migrated or not").
    pub migrated: bool,
    /// Whether who started an operation may approve its steps; so it was before there was a choice.
    #[serde(default = "yes")]
    pub self_review: bool,
}

fn yes() -> bool {
    true
}

/// One caller of a tenant: a client (application), or a person.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PrincipalId {
    /// The tenant (directory) that vouches for it.
    pub tenant: String,
    /// The client (application) id within the tenant; of a person `user:` and the person's id.
    pub client: String,
}

impl PrincipalId {
    /// Who that is, in parts.
    pub fn actor(&self) -> Actor {
        let tenant = self.tenant.clone();
        match self.client.strip_prefix(PERSON) {
            Some(id) => Actor::Person { tenant, id: id.to_owned() },
            None => Actor::App { tenant, id: self.client.clone() },
        }
    }
}

impl fmt::Display for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.tenant, self.client)
    }
}

impl fmt::Debug for PrincipalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What the token endpoint knows of a principal.
#[derive(Clone, PartialEq, Eq)]
pub struct PrincipalRecord {
    /// Who it is.
    pub id: PrincipalId,
    /// Salted hash of the client secret, in the text form that the identity module writes.
    /// `None`: any secret is accepted (clients created on first use).
    pub secret_hash: Option<String>,
    /// Whether it came with the seed; seeded clients never reach each other's publishers.
    pub seeded: bool,
}

/// A private signing key, shared by every node through the store.
#[derive(Clone)]
pub struct SigningKey {
    /// The `kid` in token headers and the published key set.
    pub kid: String,
    /// PKCS #8, PEM.
    pub private_pem: String,
    /// When it was made, microseconds since the Unix epoch.
    pub created_at: i64,
}

/// Publishers, members and principals.
#[async_trait]
pub trait Directory: Send + Sync {
    /// One publisher, if it exists.
    async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError>;

    /// The publishers of which `principal` is a member, with its role, by id.
    async fn publishers_of(&self, principal: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError>;

    /// The publishers whose id comes after `after`, by id, at most `limit`. With `None`: from the first on.
    async fn publishers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Publisher>, StoreError>;

    /// Creates the publisher or replaces it whole; `version` is set by the store. `audit` is written with it.
    async fn put_publisher(
        &self,
        publisher: Publisher,
        audit: Option<AuditEntry>,
    ) -> Result<Publisher, StoreError>;

    /// The role of `principal` with `publisher`, if it is a member.
    async fn role(&self, publisher: &str, principal: &PrincipalId) -> Result<Option<Role>, StoreError>;

    /// Every member of the publisher, by principal.
    async fn members(&self, publisher: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError>;

    /// Sets a member's role; `None` removes the member. `audit` is written with it.
    async fn put_member(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError>;

    /// The same, unless it would leave the publisher without an owner: that is decided in the transaction of the
    /// change, and nothing is changed then. Answers whether it was changed.
    async fn put_member_if_an_owner_stays(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<bool, StoreError>;

    /// One principal, if the token endpoint knows it.
    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError>;

    /// Creates or replaces a principal. `audit` is written with it, into the server's own log ([`super::SERVER`]).
    async fn put_principal(
        &self,
        record: PrincipalRecord,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError>;
}

/// The server's own signing keys.
#[async_trait]
pub trait Keys: Send + Sync {
    /// Every key, the newest first. The newest signs, all verify.
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError>;

    /// Stores `key` if there is none yet, and answers the keys as they then are:
    /// of two nodes that start together one key wins.
    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn publishers_of_older_versions_let_authors_review() {
        let stored = r#"{"id":"contoso","version":3,"displayText":"Contoso","sellerId":1,
            "offerTypeCategories":[],"sellerContact":null,"migrated":true}"#;
        assert!(serde_json::from_str::<Publisher>(stored).unwrap().self_review);
    }

    #[test]
    fn a_person_is_told_from_an_app() {
        let id = |client: &str| PrincipalId { tenant: "t".to_owned(), client: client.to_owned() };
        assert_eq!(id("user:1").actor(), Actor::Person { tenant: "t".to_owned(), id: "1".to_owned() });
        assert_eq!(id("1").actor(), Actor::App { tenant: "t".to_owned(), id: "1".to_owned() });
        assert_eq!(id("user:1").actor().in_full(), id("user:1").to_string());
    }
}
