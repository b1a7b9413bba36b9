//! Forgetting operations that ended long ago.

use async_trait::async_trait;
use deadpool_postgres::Transaction;
use signoff_lifecycle::ids::OperationId;
use signoff_store::StoreError;
use signoff_store::contract::{Aged, Prune, Retention, StoredOperation};
use signoff_store::packed::unpack;
use signoff_store::rows::signed;
use tokio_postgres::Row;
use uuid::Uuid;

use super::connect_error::failed;
use super::deadline::{until, within};
use super::store::PostgresStore;
use super::values::{column, uuid};

/// Forgetting many operations may take as long as so many answers. No request waits for it.
const ANSWERS: u32 = 4;

#[async_trait]
impl Retention for PostgresStore {
    async fn publisher_after(&self, publisher: Option<&str>) -> Result<Option<String>, StoreError> {
        let row = self
            .row(
                "SELECT publisher_id FROM operation WHERE publisher_id > $1 ORDER BY publisher_id LIMIT 1",
                &[&publisher.unwrap_or_default()],
            )
            .await?;
        row.map(|row| column(&row, 0)).transpose()
    }

    async fn operations_after(
        &self,
        publisher: &str,
        after: Option<OperationId>,
        limit: usize,
    ) -> Result<Vec<StoredOperation>, StoreError> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows = self
            .rows(
                "SELECT offer_id, body FROM operation
                 WHERE publisher_id = $1 AND ($2::uuid IS NULL OR operation_id > $2)
                 ORDER BY operation_id LIMIT $3",
                &[&publisher, &after.map(|id| uuid(id.0)), &limit],
            )
            .await?;
        let stored =
            |row: &Row| Ok(StoredOperation { offer: column(row, 0)?, operation: unpack(column(row, 1)?)? });
        rows.iter().map(stored).collect()
    }

    async fn prune(&self, prune: Prune) -> Result<usize, StoreError> {
        let until = until(self.inner.answer * ANSWERS);
        within(until, async {
            let mut client = self.to_change(until).await?;
            let transaction = client.transaction().await.map_err(failed)?;
            // The offer cannot change until this is committed.
            let as_decided = transaction
                .query_opt(
                    "SELECT 1 FROM offer WHERE publisher_id = $1 AND offer_id = $2 AND revision = $3 FOR UPDATE",
                    &[&prune.publisher, &prune.offer, &signed(prune.revision)?],
                )
                .await
                .map_err(failed)?;
            if as_decided.is_none() {
                return Err(StoreError::Stale);
            }
            let waiting = with_mail_to_send(&transaction, &prune).await?;
            let (stay, go): (Vec<Aged>, Vec<Aged>) =
                prune.remove.iter().partition(|aged| waiting.contains(&uuid(aged.id.0)));
            keep(&transaction, &prune, prune.keep.iter().chain(&stay)).await?;
            let removed = remove(&transaction, &prune, &go).await?;
            forget_contents(&transaction, &prune).await?;
            transaction.commit().await.map_err(failed)?;
            client.answered();
            Ok(usize::try_from(removed).unwrap_or(usize::MAX))
        })
        .await
    }
}

/// Those of the operations that are to go of which a letter is still to be sent.
async fn with_mail_to_send(transaction: &Transaction<'_>, prune: &Prune) -> Result<Vec<Uuid>, StoreError> {
    let ids: Vec<Uuid> = prune.remove.iter().map(|aged| uuid(aged.id.0)).collect();
    let rows = transaction
        .query(
            "SELECT DISTINCT operation_id FROM outbox
             WHERE publisher_id = $1 AND operation_id = ANY ($2) AND outcome = 'due'",
            &[&prune.publisher, &ids],
        )
        .await
        .map_err(failed)?;
    rows.iter().map(|row| column(row, 0)).collect()
}

async fn keep(
    transaction: &Transaction<'_>,
    prune: &Prune,
    kept: impl Iterator<Item = &Aged>,
) -> Result<(), StoreError> {
    for aged in kept {
        transaction
            .execute(
                "INSERT INTO kept (publisher_id, offer_id, publishing_version, operation_id, offer_version)
                 VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
                &[
                    &prune.publisher,
                    &prune.offer,
                    &signed(aged.publishing_version)?,
                    &uuid(aged.id.0),
                    &i64::from(aged.offer_version),
                ],
            )
            .await
            .map_err(failed)?;
    }
    Ok(())
}

/// Removes operations and what hangs on them; answers how many were there.
async fn remove(transaction: &Transaction<'_>, prune: &Prune, gone: &[Aged]) -> Result<u64, StoreError> {
    let ids: Vec<Uuid> = gone.iter().map(|aged| uuid(aged.id.0)).collect();
    let mut removed = 0;
    for table in ["outbox", "artifact", "kept", "operation"] {
        let text = format!("DELETE FROM {table} WHERE publisher_id = $1 AND operation_id = ANY ($2)");
        removed = transaction.execute(&text, &[&prune.publisher, &ids]).await.map_err(failed)?;
    }
    Ok(removed)
}

/// Empties the content of versions that nobody needs. The rows stay as long as there is content before them: a read of
/// a version takes the row of the latest one up to it, and must not take an older one for one that is gone.
async fn forget_contents(transaction: &Transaction<'_>, prune: &Prune) -> Result<(), StoreError> {
    let Prune { publisher, offer, .. } = prune;
    let versions: Vec<i64> = prune.versions.iter().map(|version| i64::from(*version)).collect();
    // A row is the content of every version up to the next row's.
    transaction
        .execute(
            "WITH spans AS (
                 SELECT version, lead(version) OVER (ORDER BY version) AS next FROM content
                 WHERE publisher_id = $1 AND offer_id = $2
             ), needed AS (
                 SELECT unnest($3::bigint[]) AS version
                 UNION SELECT offer_version FROM kept WHERE publisher_id = $1 AND offer_id = $2
             )
             UPDATE content SET definition = '', secrets = NULL, extra = NULL, display_text = ''
             FROM spans WHERE content.publisher_id = $1 AND content.offer_id = $2
                 AND content.version = spans.version AND content.definition <> ''
                 AND spans.next <= $4 AND NOT EXISTS (
                     SELECT 1 FROM needed WHERE needed.version >= spans.version AND needed.version < spans.next)",
            &[publisher, offer, &versions, &i64::from(prune.contents_below)],
        )
        .await
        .map_err(failed)?;
    transaction
        .execute(
            "DELETE FROM content WHERE publisher_id = $1 AND offer_id = $2 AND version < (
                 SELECT min(version) FROM content
                 WHERE publisher_id = $1 AND offer_id = $2 AND definition <> '')",
            &[publisher, offer],
        )
        .await
        .map(|_| ())
        .map_err(failed)
}
