//! Publishers and principals that come into being.

use signoff_identity::principal_id;
use signoff_lifecycle::access::Role;
use signoff_store::StoreError;
use signoff_store::contract::{PrincipalId, Publisher};
use signoff_text::ErrorText;
use signoff_wire::names;

use crate::app::App;
use crate::problem::{Kind, Problem};

impl App {
    /// First use (`signoff run`): the publisher comes into being with the caller as its owner. Seeded clients
    /// keep to their own publishers.
    pub(crate) async fn adopt(
        &self,
        publisher: &str,
        principal: &PrincipalId,
    ) -> Result<Option<Role>, StoreError> {
        let store = self.engine().store();
        let exists = store.publisher(publisher).await?.is_some();
        let seeded = store.principal(principal).await?.is_some_and(|record| record.seeded);
        if exists && seeded {
            return Ok(None);
        }
        if !exists {
            store.put_publisher(new_publisher(publisher, self.settings().dev), None).await?;
        }
        store.put_member(publisher, principal, Some(Role::Owner), None).await?;
        Ok(Some(Role::Owner))
    }
}

/// A publisher of which nothing is known but its id. In development who publishes may approve it, too.
pub fn new_publisher(id: &str, dev: bool) -> Publisher {
    Publisher {
        id: id.to_owned(),
        version: 0,
        display_text: id.to_owned(),
        seller_id: 0,
        offer_type_categories: Vec::new(),
        seller_contact: None,
        migrated: true,
        self_review: dev,
    }
}

/// Who is to be registered, if the names can be confused with no one else's.
///
/// # Errors
/// 400 that names the part.
pub fn checked_principal(app: &App, tenant: &str, client: &str) -> Result<PrincipalId, Problem> {
    let issuer = app.inner.verifier.external_issuer();
    names::principal(tenant, client, issuer).map_err(|invalid| {
        let field = invalid.target();
        let value = if field == "tenant" { tenant } else { client };
        let value = value.chars().take(80).collect();
        let text = ErrorText::InvalidName { field: field.to_owned(), value, limit: names::LONGEST };
        Problem::new(Kind::InvalidId, text).target(field)
    })?;
    Ok(principal_id(tenant, client))
}
