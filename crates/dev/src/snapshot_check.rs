//! Whether a snapshot may be taken for the state of a server.

use std::path::Path;

use signoff_engine::StoredReceipt;
use signoff_store::StoreError;
use signoff_upkeep::{self as upkeep, Place, UpkeepError};

/// Looks at a snapshot as `signoff store check` looks at a store. An older one is brought up to date before.
pub(crate) async fn refuse_unsound(file: &Path) -> Result<(), StoreError> {
    let place = Place::sqlite(file);
    // The file was written a moment ago: a fault lies in its content.
    let refused = |error: UpkeepError| StoreError::Corrupt(error.to_string());
    let migrations = upkeep::migrations(&place).await.map_err(refused)?;
    if migrations.done.is_empty() {
        return Err(StoreError::Corrupt("it is no snapshot of signoff: it has no schema".to_owned()));
    }
    if !migrations.pending.is_empty() {
        upkeep::migrate(&place).await.map_err(refused)?;
    }
    let reads_reply = |text: &str| {
        serde_json::from_str::<StoredReceipt>(text).map(|_| ()).map_err(|error| error.to_string())
    };
    let report = upkeep::check(&place, &reads_reply, &|_| {}).await.map_err(refused)?;
    let Some(first) = report.findings.first() else { return Ok(()) };
    let count = report.more + u64::try_from(report.findings.len()).unwrap_or(u64::MAX);
    Err(StoreError::Corrupt(format!("{count} findings; the first: {}: {}", first.rule, first.what)))
}
