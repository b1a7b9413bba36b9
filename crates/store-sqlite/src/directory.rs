//! Publishers, members, principals and signing keys.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension, params};
use signoff_lifecycle::access::Role;
use signoff_store::StoreError;
use signoff_store::contract::{
    AuditEntry, Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SERVER, SigningKey,
};
use signoff_store::rows::{decode, encode, role_of};

use super::{SqliteStore, sql};

fn publisher(connection: &Connection, id: &str) -> Result<Option<Publisher>, StoreError> {
    let body: Option<String> = connection
        .prepare_cached("SELECT body FROM publisher WHERE publisher_id = ?1")
        .and_then(|mut statement| statement.query_row([id], |row| row.get(0)).optional())
        .map_err(sql)?;
    body.map(|body| decode(&body)).transpose()
}

fn append(connection: &Connection, publisher: &str, audit: Option<&str>) -> Result<(), StoreError> {
    audit.map_or(Ok(()), |body| super::audit::append(connection, publisher, body))
}

#[async_trait]
impl Directory for SqliteStore {
    async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        let slot = match self.inner.publishers.get(id) {
            Ok(kept) => return Ok(Some(kept)),
            Err(slot) => slot,
        };
        let read = self.read(|connection| publisher(connection, id))?;
        if let Some(publisher) = &read {
            slot.fill(publisher.clone());
        }
        Ok(read)
    }

    async fn publishers_of(&self, principal: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT publisher.body, member.role FROM member
                     JOIN publisher ON publisher.publisher_id = member.publisher_id
                     WHERE member.tenant = ?1 AND member.client = ?2 ORDER BY member.publisher_id",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map(params![principal.tenant, principal.client], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                })
                .map_err(sql)?;
            rows.map(|row| {
                let (body, role) = row.map_err(sql)?;
                Ok((decode(&body)?, role_of(&role)?))
            })
            .collect()
        })
    }

    async fn publishers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Publisher>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT body FROM publisher WHERE publisher_id > ?1 ORDER BY publisher_id LIMIT ?2",
                )
                .map_err(sql)?;
            // No id is empty, so all come after the empty text.
            let rows = statement
                .query_map(params![after.unwrap_or_default(), limit], |row| row.get::<_, String>(0))
                .map_err(sql)?;
            rows.map(|body| decode(&body.map_err(sql)?)).collect()
        })
    }

    async fn put_publisher(
        &self,
        record: Publisher,
        audit: Option<AuditEntry>,
    ) -> Result<Publisher, StoreError> {
        let audit = audit.as_ref().map(encode).transpose()?;
        let (changing, changed) = (self.inner.publishers.clone(), self.inner.publishers.clone());
        let write = move |connection: &Connection| {
            changing.changing();
            let mut record = record.clone();
            record.version = publisher(connection, &record.id)?.map_or(0, |old| old.version) + 1;
            let body = encode(&record)?;
            connection
                .prepare_cached(
                    "INSERT INTO publisher (publisher_id, version, body) VALUES (?1, ?2, ?3)
                     ON CONFLICT (publisher_id) DO UPDATE SET version = excluded.version, body = excluded.body",
                )
                .and_then(|mut statement| statement.execute(params![record.id, record.version, body]))
                .map_err(sql)?;
            append(connection, &record.id, audit.as_deref())?;
            Ok(record)
        };
        self.writer().write_then(write, move |_| changed.changed()).await
    }

    async fn role(&self, publisher: &str, principal: &PrincipalId) -> Result<Option<Role>, StoreError> {
        self.read(|connection| {
            let word: Option<String> = connection
                .prepare_cached(
                    "SELECT role FROM member WHERE publisher_id = ?1 AND tenant = ?2 AND client = ?3",
                )
                .and_then(|mut statement| {
                    statement
                        .query_row(params![publisher, principal.tenant, principal.client], |row| row.get(0))
                        .optional()
                })
                .map_err(sql)?;
            word.map(|word| role_of(&word)).transpose()
        })
    }

    async fn members(&self, publisher: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError> {
        self.read(|connection| {
            let mut statement = connection
                .prepare_cached(
                    "SELECT tenant, client, role FROM member WHERE publisher_id = ?1 ORDER BY tenant, client",
                )
                .map_err(sql)?;
            let rows = statement
                .query_map([publisher], |row| {
                    let id = PrincipalId { tenant: row.get(0)?, client: row.get(1)? };
                    Ok((id, row.get::<_, String>(2)?))
                })
                .map_err(sql)?;
            rows.map(|row| {
                let (id, word) = row.map_err(sql)?;
                Ok((id, role_of(&word)?))
            })
            .collect()
        })
    }

    async fn put_member(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        let audit = audit.as_ref().map(encode).transpose()?;
        let (publisher, principal) = (publisher.to_owned(), principal.clone());
        self.writer()
            .write(move |connection| put_member(connection, &publisher, &principal, role, audit.as_deref()))
            .await
    }

    async fn put_member_if_an_owner_stays(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        let audit = audit.as_ref().map(encode).transpose()?;
        let (publisher, principal) = (publisher.to_owned(), principal.clone());
        self.writer()
            .write(move |connection| {
                // There is one writer: nobody changes the owners in between.
                let changes =
                    role == Some(Role::Owner) || !is_only_owner(connection, &publisher, &principal)?;
                if changes {
                    put_member(connection, &publisher, &principal, role, audit.as_deref())?;
                }
                Ok(changes)
            })
            .await
    }

    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError> {
        self.read(|connection| {
            connection
                .prepare_cached("SELECT secret_hash, seeded FROM principal WHERE tenant = ?1 AND client = ?2")
                .and_then(|mut statement| {
                    statement
                        .query_row(params![id.tenant, id.client], |row| {
                            Ok(PrincipalRecord {
                                id: id.clone(),
                                secret_hash: row.get(0)?,
                                seeded: row.get(1)?,
                            })
                        })
                        .optional()
                })
                .map_err(sql)
        })
    }

    async fn put_principal(
        &self,
        record: PrincipalRecord,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        let audit = audit.as_ref().map(encode).transpose()?;
        self.writer()
            .write(move |connection| {
                connection
                    .execute(
                        "INSERT INTO principal (tenant, client, secret_hash, seeded) VALUES (?1, ?2, ?3, ?4)
                         ON CONFLICT (tenant, client) DO UPDATE SET secret_hash = excluded.secret_hash,
                             seeded = excluded.seeded",
                        params![record.id.tenant, record.id.client, record.secret_hash, record.seeded],
                    )
                    .map_err(sql)?;
                append(connection, SERVER, audit.as_deref())
            })
            .await
    }
}

fn put_member(
    connection: &Connection,
    publisher: &str,
    principal: &PrincipalId,
    role: Option<Role>,
    audit: Option<&str>,
) -> Result<(), StoreError> {
    let key = params![publisher, principal.tenant, principal.client];
    match role {
        None => connection
            .execute("DELETE FROM member WHERE publisher_id = ?1 AND tenant = ?2 AND client = ?3", key),
        Some(role) => connection.execute(
            "INSERT INTO member (publisher_id, tenant, client, role) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (publisher_id, tenant, client) DO UPDATE SET role = excluded.role",
            params![publisher, principal.tenant, principal.client, role.as_str()],
        ),
    }
    .map_err(sql)?;
    append(connection, publisher, audit)
}

/// Whether the publisher has this owner and no other.
fn is_only_owner(
    connection: &Connection,
    publisher: &str,
    principal: &PrincipalId,
) -> Result<bool, StoreError> {
    let mut statement = connection
        .prepare_cached(
            "SELECT tenant, client FROM member WHERE publisher_id = ?1 AND role = 'owner' LIMIT 2",
        )
        .map_err(sql)?;
    let owners = statement
        .query_map([publisher], |row| Ok(PrincipalId { tenant: row.get(0)?, client: row.get(1)? }))
        .map_err(sql)?;
    let owners: Result<Vec<_>, _> = owners.collect();
    Ok(owners.map_err(sql)? == [principal.clone()])
}

fn signing_keys(connection: &Connection) -> Result<Vec<SigningKey>, StoreError> {
    let mut statement = connection
        .prepare_cached("SELECT kid, private_pem, created_at FROM signing_key ORDER BY created_at DESC, kid")
        .map_err(sql)?;
    let rows = statement
        .query_map([], |row| {
            Ok(SigningKey { kid: row.get(0)?, private_pem: row.get(1)?, created_at: row.get(2)? })
        })
        .map_err(sql)?;
    rows.map(|row| row.map_err(sql)).collect()
}

#[async_trait]
impl Keys for SqliteStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        self.read(signing_keys)
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError> {
        self.writer()
            .write(move |connection| {
                connection
                    .execute(
                        "INSERT INTO signing_key (kid, private_pem, created_at)
                         SELECT ?1, ?2, ?3 WHERE NOT EXISTS (SELECT 1 FROM signing_key)",
                        params![key.kid, key.private_pem, key.created_at],
                    )
                    .map_err(sql)?;
                signing_keys(connection)
            })
            .await
    }
}
