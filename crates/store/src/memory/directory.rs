//! Publishers, members, principals and signing keys.

use async_trait::async_trait;
use signoff_lifecycle::access::Role;

use super::tables::{PrincipalRow, SigningKeyRow, Tables};
use super::{MemoryStore, audit};
use crate::StoreError;
use crate::contract::{
    AuditEntry, Directory, Keys, PrincipalId, PrincipalRecord, Publisher, SERVER, SigningKey,
};

#[async_trait]
impl Directory for MemoryStore {
    async fn publisher(&self, id: &str) -> Result<Option<Publisher>, StoreError> {
        Ok(self.inner.tables.lock().publishers.get(id).cloned())
    }

    async fn publishers_of(&self, principal: &PrincipalId) -> Result<Vec<(Publisher, Role)>, StoreError> {
        let tables = self.inner.tables.lock();
        let of_principal = tables.members.iter().filter(|((_, member), _)| member == principal);
        let found =
            of_principal.filter_map(|((id, _), role)| Some((tables.publishers.get(id)?.clone(), *role)));
        Ok(found.collect())
    }

    async fn publishers(&self, after: Option<&str>, limit: usize) -> Result<Vec<Publisher>, StoreError> {
        let tables = self.inner.tables.lock();
        let later = tables.publishers.values().filter(|known| after.is_none_or(|after| *known.id > *after));
        Ok(later.take(limit).cloned().collect())
    }

    async fn put_publisher(
        &self,
        publisher: Publisher,
        audit: Option<AuditEntry>,
    ) -> Result<Publisher, StoreError> {
        let mut tables = self.inner.tables.lock();
        let version = tables.publishers.get(&publisher.id).map_or(0, |old| old.version) + 1;
        let record = Publisher { version, ..publisher };
        tables.publishers.insert(record.id.clone(), record.clone());
        audit::append(&mut tables, &record.id, audit);
        Ok(record)
    }

    async fn role(&self, publisher: &str, principal: &PrincipalId) -> Result<Option<Role>, StoreError> {
        let tables = self.inner.tables.lock();
        Ok(tables.members.get(&(publisher.to_owned(), principal.clone())).copied())
    }

    async fn members(&self, publisher: &str) -> Result<Vec<(PrincipalId, Role)>, StoreError> {
        let tables = self.inner.tables.lock();
        let of_publisher = tables.members.iter().filter(|((of, _), _)| of == publisher);
        Ok(of_publisher.map(|((_, member), role)| (member.clone(), *role)).collect())
    }

    async fn put_member(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        put_member(&mut self.inner.tables.lock(), publisher, principal, role, audit);
        Ok(())
    }

    async fn put_member_if_an_owner_stays(
        &self,
        publisher: &str,
        principal: &PrincipalId,
        role: Option<Role>,
        audit: Option<AuditEntry>,
    ) -> Result<bool, StoreError> {
        let mut tables = self.inner.tables.lock();
        let owners = tables.members.iter().filter(|((of, _), role)| of == publisher && **role == Role::Owner);
        let owners: Vec<PrincipalId> = owners.map(|((_, member), _)| member.clone()).collect();
        let changes = role == Some(Role::Owner) || owners != [principal.clone()];
        if changes {
            put_member(&mut tables, publisher, principal, role, audit);
        }
        Ok(changes)
    }

    async fn principal(&self, id: &PrincipalId) -> Result<Option<PrincipalRecord>, StoreError> {
        let row = self.inner.tables.lock().principals.get(id).cloned();
        Ok(row.map(|PrincipalRow { secret_hash, seeded }| PrincipalRecord {
            id: id.clone(),
            secret_hash,
            seeded,
        }))
    }

    async fn put_principal(
        &self,
        record: PrincipalRecord,
        audit: Option<AuditEntry>,
    ) -> Result<(), StoreError> {
        let PrincipalRecord { id, secret_hash, seeded } = record;
        let mut tables = self.inner.tables.lock();
        tables.principals.insert(id, PrincipalRow { secret_hash, seeded });
        audit::append(&mut tables, SERVER, audit);
        Ok(())
    }
}

fn put_member(
    tables: &mut Tables,
    publisher: &str,
    principal: &PrincipalId,
    role: Option<Role>,
    audit: Option<AuditEntry>,
) {
    let key = (publisher.to_owned(), principal.clone());
    match role {
        Some(role) => tables.members.insert(key, role),
        None => tables.members.remove(&key),
    };
    audit::append(tables, publisher, audit);
}

/// The newest first.
fn signing_keys(tables: &Tables) -> Vec<SigningKey> {
    let key = |(kid, row): (&String, &SigningKeyRow)| SigningKey {
        kid: kid.clone(),
        private_pem: row.private_pem.clone(),
        created_at: row.created_at,
    };
    let mut keys: Vec<SigningKey> = tables.signing_keys.iter().map(key).collect();
    keys.sort_by_key(|key| std::cmp::Reverse(key.created_at));
    keys
}

#[async_trait]
impl Keys for MemoryStore {
    async fn signing_keys(&self) -> Result<Vec<SigningKey>, StoreError> {
        Ok(signing_keys(&self.inner.tables.lock()))
    }

    async fn add_first_signing_key(&self, key: SigningKey) -> Result<Vec<SigningKey>, StoreError> {
        let mut tables = self.inner.tables.lock();
        if tables.signing_keys.is_empty() {
            let SigningKey { kid, private_pem, created_at } = key;
            tables.signing_keys.insert(kid, SigningKeyRow { private_pem, created_at });
        }
        Ok(signing_keys(&tables))
    }
}
