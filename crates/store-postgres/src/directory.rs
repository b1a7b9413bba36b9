//! Publishers, members, principals and signing keys.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use signoff_lifecycle::access::Role;
use signoff_store::StoreError;
use signoff_store::contract::{
    AuditEntry, Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SERVER, SigningKey,
};
use signoff_store::rows::{decode, encode, role_of};
use tokio_postgres::Row;

use super::audit;
use super::connect_error::failed;
use super::deadline::within;
use super::store::PostgresStore;
use super::values::{column, unsigned};

#[async_trait]
impl Directory for PostgresStore {
    async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        let row = self.row("SELECT version, body FROM publisher WHERE publisher_id = $1", &[&id]).await?;
        row.as_ref().map(|row| publisher(row, 0)).transpose()
    }

    async fn publishers_of(&self, principal: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError> {
        let rows = self
            .rows(
                "SELECT publisher.version, publisher.body, member.role FROM member
                 JOIN publisher ON publisher.publisher_id = member.publisher_id
                 WHERE member.tenant = $1 AND member.client = $2 ORDER BY member.publisher_id",
                &[&principal.tenant, &principal.client],
            )
            .await?;
        rows.iter().map(|row| Ok((publisher(row, 0)?, role_of(column(row, 2)?)?))).collect()
    }

    async fn publishers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Publisher>, StoreError> {
        let (after, limit) = (after.unwrap_or_default(), i64::try_from(limit).unwrap_or(i64::MAX));
        // No id is empty, so all come after the empty text.
        let text =
            "SELECT version, body FROM publisher WHERE publisher_id > $1 ORDER BY publisher_id LIMIT $2";
        let rows = self.rows(text, &[&after, &limit]).await?;
        rows.iter().map(|row| publisher(row, 0)).collect()
    }

    async fn put_publisher(
        &self,
        record: Publisher,
        audit: Option<AuditEntry>,
    ) -> Result<Publisher, StoreError> {
        let until = self.until();
        let work = async {
            let mut client = self.to_change(until).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            // The number that counts is that of the column: it grows in the statement, whoever else writes meanwhile.
            let row = transaction
                .query_one(
                    "INSERT INTO publisher (publisher_id, version, body) VALUES ($1, 1, $2)
                     ON CONFLICT (publisher_id) DO UPDATE SET version = publisher.version + 1,
                         body = excluded.body
                     RETURNING version",
                    &[&record.id, &encode(&record)?],
                )
                .await
                .map_err(failed)?;
            audit::append(&transaction, &record.id, audit.as_ref()).await?;
            transaction.commit().await.map_err(failed)?;
            client.answered();
            unsigned(column(&row, 0)?)
        };
        let version = within(until, work).await?;
        Ok(Publisher { version, ..record })
    }

    async fn role(&self, publisher: &str, principal: &PrincipalId) -> Result<Option<Role>, StoreError> {
        let row = self
            .row(
                "SELECT role FROM member WHERE publisher_id = $1 AND tenant = $2 AND client = $3",
                &[&publisher, &principal.tenant, &principal.client],
            )
            .await?;
        row.map(|row| role_of(column(&row, 0)?)).transpose()
    }

    async fn members(&self, publisher: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError> {
        let rows = self
            .rows(
                "SELECT tenant, client, role FROM member WHERE publisher_id = $1 ORDER BY tenant, client",
                &[&publisher],
            )
            .await?;
        let member = |row: &Row| {
            let id = PrincipalId { tenant: column(row, 0)?, client: column(row, 1)? };
            Ok((id, role_of(column(row, 2)?)?))
        };
        rows.iter().map(member).collect()
    }

    async fn put_member(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        let until = self.until();
        let work = async {
            let mut connection = self.to_change(until).await?;
            let transaction = connection.transaction().await.map_err(failed)?;
            put_member(&transaction, publisher, principal, role, audit.as_ref()).await?;
            transaction.commit().await.map_err(failed)?;
            connection.answered();
            Ok(())
        };
        within(until, work).await
    }

    async fn put_member_if_an_owner_stays(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        let until = self.until();
        let work = async {
            let mut connection = self.to_change(until).await?;
            let transaction = connection.transaction().await.map_err(failed)?;
            let changes =
                role == Some(Role::Owner) || !is_only_owner(&transaction, publisher, principal).await?;
            if changes {
                put_member(&transaction, publisher, principal, role, audit.as_ref()).await?;
            }
            transaction.commit().await.map_err(failed)?;
            connection.answered();
            Ok(changes)
        };
        within(until, work).await
    }

    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError> {
        let row = self
            .row(
                "SELECT secret_hash, seeded FROM principal WHERE tenant = $1 AND client = $2",
                &[&id.tenant, &id.client],
            )
            .await?;
        let record = |row: Row| {
            Ok(PrincipalRecord { id: id.clone(), secret_hash: column(&row, 0)?, seeded: column(&row, 1)? })
        };
        row.map(record).transpose()
    }

    async fn put_principal(
        &self,
        record: PrincipalRecord,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        let text = "INSERT INTO principal (tenant, client, secret_hash, seeded) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant, client) DO UPDATE SET secret_hash = excluded.secret_hash,
                 seeded = excluded.seeded";
        let PrincipalRecord { id: PrincipalId { tenant, client }, secret_hash, seeded } = &record;
        if audit.is_none() {
            return self.execute(text, &[tenant, client, secret_hash, seeded]).await.map(|_| ());
        }
        let until = self.until();
        let work = async {
            let mut connection = self.to_change(until).await?;
            let transaction = connection.transaction().await.map_err(failed)?;
            transaction.execute(text, &[tenant, client, secret_hash, seeded]).await.map_err(failed)?;
            audit::append(&transaction, SERVER, audit.as_ref()).await?;
            transaction.commit().await.map_err(failed)?;
            connection.answered();
            Ok(())
        };
        within(until, work).await
    }
}

async fn put_member(
    transaction: &Transaction<'_>,
    publisher: &str,
    PrincipalId { tenant, client }: &PrincipalId,
    role: Option<Role>,
    audit: Option<&AuditEntry>,
) -> Result<(), StoreError> {
    let changed = match role {
        None => {
            let text = "DELETE FROM member WHERE publisher_id = $1 AND tenant = $2 AND client = $3";
            transaction.execute(text, &[&publisher, tenant, client]).await
        }
        Some(role) => {
            let text = "INSERT INTO member (publisher_id, tenant, client, role) VALUES ($1, $2, $3, $4)
                ON CONFLICT (publisher_id, tenant, client) DO UPDATE SET role = excluded.role";
            transaction.execute(text, &[&publisher, tenant, client, &role.as_str()]).await
        }
    };
    changed.map_err(failed)?;
    audit::append(transaction, publisher, audit).await
}

/// Whether the publisher has this owner and no other. The owners stay as they are until the transaction ends: of two
/// who remove each other at once the second waits here, and then finds itself alone. All lock in the same order.
async fn is_only_owner(
    transaction: &Transaction<'_>,
    publisher: &str,
    principal: &PrincipalId,
) -> Result<bool, StoreError> {
    let text = "SELECT tenant, client FROM member WHERE publisher_id = $1 AND role = 'owner'
        ORDER BY tenant, client FOR UPDATE";
    let owners = transaction.query(text, &[&publisher]).await.map_err(failed)?;
    match owners.as_slice() {
        [only] => {
            Ok(*column::<&str>(only, 0)? == *principal.tenant
                && *column::<&str>(only, 1)? == *principal.client)
        }
        _ => Ok(false),
    }
}

/// The publisher whose version and body stand at `first` and behind.
fn publisher(row: &Row, first: usize) -> Result<Publisher, StoreError> {
    let record: Publisher = decode(column(row, first + 1)?)?;
    Ok(Publisher { version: unsigned(column(row, first)?)?, ..record })
}

#[async_trait]
impl Keys for PostgresStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        let rows = self
            .rows("SELECT kid, private_pem, created_at FROM signing_key ORDER BY created_at DESC, kid", &[])
            .await?;
        let key = |row: &Row| {
            Ok(SigningKey { kid: column(row, 0)?, private_pem: column(row, 1)?, created_at: column(row, 2)? })
        };
        rows.iter().map(key).collect()
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError> {
        let until = self.until();
        let work = async {
            let mut client = self.to_change(until).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            // Of two nodes that start together the second waits here, and then sees the first one's key.
            transaction
                .batch_execute("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE")
                .await
                .map_err(failed)?;
            transaction
                .execute(
                    "INSERT INTO signing_key (kid, private_pem, created_at)
                     SELECT $1::text, $2::text, $3::bigint WHERE NOT EXISTS (SELECT 1 FROM signing_key)",
                    &[&key.kid, &key.private_pem, &key.created_at],
                )
                .await
                .map_err(failed)?;
            transaction.commit().await.map_err(failed)?;
            client.answered();
            Ok(())
        };
        within(until, work).await?;
        self.signing_keys().await
    }
}
