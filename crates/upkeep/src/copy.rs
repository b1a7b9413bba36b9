//! Copies a store into another one, of the same engine or the other.
//!
//! The source is read in one state: a file that no other process has open, or one transaction of a database. Rows go over in the
//! order of their keys, a page in a transaction. A copy that was interrupted goes on by comparing: as long as the target
//! has the very rows of the source it writes nothing, and from the first difference on it writes anew. So the copy
//! is always the state of the source that the last run read, even if the source changed between two runs.

use signoff_store::StoreError;
use signoff_store::table_store::{self, Select, TableStore, Target};
use signoff_store::tables::{TABLES, Table};

use super::digest::{self, Sum};
use super::{Place, Stage, Tally, UpkeepError, Watcher};

/// What a copy came to.
#[derive(Clone, Debug)]
pub struct CopyReport {
    /// Whether it went on with one that was interrupted.
    pub resumed: bool,
    /// Each table, as it is on both sides.
    pub tables: Vec<TableReport>,
}

/// One table of a copy, read back from both sides.
#[derive(Clone, Debug)]
pub struct TableReport {
    /// Its name.
    pub table: &'static str,
    /// Its rows.
    pub rows: u64,
    /// How many of them were in the target already.
    pub found: u64,
    /// A SHA-256 over all values in the order of the key, as hexadecimal digits.
    pub sha256: String,
}

/// Copies every row of `from` to `to`, which is empty or a copy of the same source that was interrupted, and compares
/// both sides. No server opens the target before it is finished.
///
/// # Errors
/// [`UpkeepError::Refused`] if the source is in use and cannot be read in one state, if it is an unfinished copy itself or
/// has another schema than this binary, or if the target holds anything else; [`UpkeepError::Differs`] if what was written
/// is not what was read.
pub async fn copy(from: &Place, to: &Place, watcher: Watcher<'_>) -> Result<CopyReport, UpkeepError> {
    if from.is(to) {
        return Err(UpkeepError::Refused(format!("{} cannot be copied to itself", from.name)));
    }
    let source = from.read(true).await?;
    let target = to.fill().await?;
    let found = target.begin_copy(&from.name).await?;
    let tables = copy_rows(source.as_ref(), target.as_ref(), &found, watcher).await?;
    target.finish_copy().await?;
    Ok(CopyReport { resumed: found == Target::Begun, tables })
}

/// Copies the rows and compares both sides.
pub(super) async fn copy_rows(
    source: &dyn TableStore,
    target: &dyn TableStore,
    found: &Target,
    watcher: Watcher<'_>,
) -> Result<Vec<TableReport>, UpkeepError> {
    let mut of = 0;
    for table in &TABLES {
        of += table_store::count(source, table).await?;
    }
    let tally = Tally::new(Stage::Copying, of, watcher);
    let mut reports = Vec::new();
    for table in &TABLES {
        let found = write(source, target, table, found, &tally).await?;
        reports.push(TableReport { table: table.name, rows: 0, found, sha256: String::new() });
    }
    let tally = Tally::new(Stage::Verifying, of, watcher);
    for (table, report) in TABLES.iter().zip(&mut reports) {
        let sum = verified(source, target, table, &tally).await?;
        (report.rows, report.sha256) = (sum.rows, sum.sha256);
    }
    Ok(reports)
}

/// Brings the table of the target to that of the source; answers how many rows were there already.
async fn write(
    source: &dyn TableStore,
    target: &dyn TableStore,
    table: &'static Table,
    begun: &Target,
    tally: &Tally<'_>,
) -> Result<u64, StoreError> {
    let select = Select::table(table);
    let mut comparing = *begun == Target::Begun;
    let mut found = 0;
    let mut page = select.page(source, None).await?;
    let mut after = None;
    while let Some(last) = page.last() {
        let next_after = select.key_of(last);
        if comparing && select.page(target, after.as_deref()).await? != page {
            // Here the interrupted copy ended, or the source changed since.
            target.cut(table, after.as_deref()).await?;
            comparing = false;
        }
        let next = select.page(source, Some(&next_after));
        let put = async { if comparing { Ok(()) } else { target.insert(table, &page).await } };
        let (next, put) = tokio::join!(next, put);
        put?;
        let rows = u64::try_from(page.len()).unwrap_or(0);
        found += if comparing { rows } else { 0 };
        tally.add(table.name, rows, page.iter().map(|row| table_store::bytes(row)).sum());
        (page, after) = (next?, Some(next_after));
    }
    if comparing {
        target.cut(table, after.as_deref()).await?;
    }
    Ok(found)
}

/// Reads the table back from both sides.
async fn verified(
    source: &dyn TableStore,
    target: &dyn TableStore,
    table: &Table,
    tally: &Tally<'_>,
) -> Result<Sum, UpkeepError> {
    let (of_source, of_target) = tokio::join!(
        digest::of(source, table, |rows, bytes| tally.add(table.name, rows, bytes)),
        digest::of(target, table, |_, _| {})
    );
    let (of_source, of_target) = (of_source?, of_target?);
    if of_source == of_target {
        return Ok(of_source);
    }
    Err(UpkeepError::Differs(format!(
        "{} differs: the source has {} rows with the checksum {}, the target {} with {}; nothing uses the target yet, run \
         the same command again",
        table.name, of_source.rows, of_source.sha256, of_target.rows, of_target.sha256
    )))
}
