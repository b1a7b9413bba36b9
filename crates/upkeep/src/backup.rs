//! A store copied into a new file of the embedded store, while servers go on.

use std::fs::File;
use std::path::Path;

use signoff_store::table_store::Target;
use signoff_store::{StoreError, files};
use signoff_store_sqlite::upkeep as sqlite;

use super::copy::{TableReport, copy_rows};
use super::{Place, UpkeepError, Watcher};

/// What a backup came to.
#[derive(Clone, Debug)]
pub struct BackupReport {
    /// Each table, as it is on both sides.
    pub tables: Vec<TableReport>,
    /// The size of the file in bytes.
    pub size: u64,
}

/// Writes one state of the store to a new file, which only its owner can read, and compares it with the store. The file
/// is there whole or not at all.
///
/// # Errors
/// [`UpkeepError::Refused`] if there is something of that name or the store is none that this binary can read;
/// [`UpkeepError::Differs`] if what was written is not what was read.
pub async fn backup(from: &Place, to: &Path, watcher: Watcher<'_>) -> Result<BackupReport, UpkeepError> {
    let exists = || UpkeepError::Refused(format!("{} exists already; name a new file", to.display()));
    if to.symlink_metadata().is_ok() {
        return Err(exists());
    }
    let io = |error: std::io::Error| StoreError::Unavailable(format!("{}: {error}", to.display()));
    let source = from.read(false).await?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = files::temporary_folder_in(".signoff-backup-", folder).map_err(io)?;
    let file = scratch.path().join("signoff.db");
    let target = sqlite::File::scratch(&file)?;
    let tables = copy_rows(source.as_ref(), &target, &Target::Empty, watcher).await?;
    target.close()?;
    let written = File::open(&file).map_err(io)?;
    written.sync_all().map_err(io)?;
    let size = written.metadata().map_err(io)?.len();
    let moved = tempfile::TempPath::try_from_path(&file).map_err(io)?.persist_noclobber(to);
    moved.map_err(|error| match error.error.kind() {
        std::io::ErrorKind::AlreadyExists => exists(),
        _ => io(error.error).into(),
    })?;
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(io)?;
    Ok(BackupReport { tables, size })
}
