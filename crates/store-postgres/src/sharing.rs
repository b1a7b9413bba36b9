//! What the nodes that share the database ask it.

use async_trait::async_trait;
use signoff_lifecycle::ids::{OperationId, RealTime};
use signoff_store::StoreError;
use signoff_store::contract::{Connections, DevKind, Fingerprint, Lookup, Sharing};
use tokio_postgres::Row;

use super::connect_error::doubt;
use super::store::PostgresStore;
use super::values::{column, unsigned, uuid};

#[async_trait]
impl Sharing for PostgresStore {
    fn is_shared(&self) -> bool {
        true
    }

    fn connections(&self) -> Option<Connections> {
        let status = self.inner.pool.status();
        Some(Connections {
            most: status.max_size,
            open: status.size,
            in_use: status.size.saturating_sub(status.available),
            waiting: status.waiting,
        })
    }

    async fn writable(&self) -> Result<(), StoreError> {
        let text = "SELECT pg_is_in_recovery(), current_setting('default_transaction_read_only') = 'on'
                OR current_setting('transaction_read_only') = 'on'";
        let Some(row) = self.row(text, &[]).await? else { return Ok(()) };
        if column(&row, 0)? || column(&row, 1)? {
            doubt();
            return Err(StoreError::Unavailable("the database takes no writes now".to_owned()));
        }
        Ok(())
    }

    async fn time(&self) -> Result<Option<RealTime>, StoreError> {
        let row = self.row("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint", &[]).await?;
        row.map(|row| column(&row, 0).map(RealTime)).transpose()
    }

    async fn look(
        &self,
        publisher: &str,
        id: OperationId,
        known: Option<&Fingerprint>,
    ) -> Result<Lookup, StoreError> {
        let row = self.inner.operations.row(publisher, uuid(id.0)).await?;
        let Some(row) = row else { return Ok(Lookup::Gone) };
        Lookup::at(column(&row, 1)?, column(&row, 2)?, known)
    }

    async fn revisions(&self, publisher: &str, offers: &[String]) -> Result<Vec<(String, u64)>, StoreError> {
        let rows = self
            .rows(
                "SELECT offer_id, revision FROM offer WHERE publisher_id = $1 AND offer_id = ANY ($2)
                 ORDER BY offer_id",
                &[&publisher, &offers],
            )
            .await?;
        let revision = |row: &Row| Ok((column(row, 0)?, unsigned(column(row, 1)?)?));
        rows.iter().map(revision).collect()
    }

    async fn swap_dev_state(
        &self,
        kind: DevKind,
        publisher: &str,
        key: &str,
        present: Option<&str>,
        next: Option<String>,
    ) -> Result<bool, StoreError> {
        let kind = kind.as_str();
        let changed = match (present, next) {
            (None, Some(next)) => {
                let text = "INSERT INTO lab (publisher_id, kind, key, body) VALUES ($1, $2, $3, $4)
                    ON CONFLICT DO NOTHING";
                self.execute(text, &[&publisher, &kind, &key, &next]).await?
            }
            (Some(present), Some(next)) => {
                let text = "UPDATE lab SET body = $5
                    WHERE publisher_id = $1 AND kind = $2 AND key = $3 AND body = $4";
                self.execute(text, &[&publisher, &kind, &key, &present, &next]).await?
            }
            (Some(present), None) => {
                let text = "DELETE FROM lab WHERE publisher_id = $1 AND kind = $2 AND key = $3 AND body = $4";
                self.execute(text, &[&publisher, &kind, &key, &present]).await?
            }
            (None, None) => {
                let text = "SELECT 1 FROM lab WHERE publisher_id = $1 AND kind = $2 AND key = $3";
                u64::from(self.row(text, &[&publisher, &kind, &key]).await?.is_none())
            }
        };
        Ok(changed == 1)
    }
}
