//! The file itself, behind all its names: who opens it, and what else lies beside it.

use std::ffi::OsString;
use std::fs::{self, File, TryLockError};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, ErrorCode, OpenFlags};
use signoff_store::{StoreError, files};

use super::{schema, unavailable};

/// A chain of symbolic links that is longer leads nowhere.
const LONGEST_CHAIN: usize = 40;

/// How SQLite opens files that are there: no name means anything but a file.
pub(super) const READ_WRITE: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_WRITE.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);
pub(super) const READ_ONLY: OpenFlags =
    OpenFlags::SQLITE_OPEN_READ_ONLY.union(OpenFlags::SQLITE_OPEN_NO_MUTEX);

/// The path of the file that is meant, without links: two names of one file lead to one lock.
///
/// # Errors
/// If it is a name that SQLite reads otherwise, or the file has a second name that cannot be followed.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, StoreError> {
    let refused = |why: &str| Err(StoreError::Unavailable(format!("{}: {why}", path.display())));
    let text = path.as_os_str().to_string_lossy();
    if text.is_empty() || text.starts_with("file:") || text.starts_with(":memory:") {
        return refused(
            "SQLite reads this name as something else than a file; name a file, as in sqlite:signoff.db",
        );
    }
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => refused("it is no file"),
        Ok(metadata) if names_of(&metadata) > 1 => refused(
            "it has a second name (a hard link), under which another server could open it unseen; remove that name, or copy \
             the store with `signoff store backup`",
        ),
        Ok(_) => path.canonicalize().map_err(|error| unavailable(path, &error)),
        Err(error) if error.kind() == ErrorKind::NotFound => to_be_made(path),
        Err(error) => Err(unavailable(path, &error)),
    }
}

/// The path of a file that is not there yet.
fn to_be_made(path: &Path) -> Result<PathBuf, StoreError> {
    let mut end = path.to_owned();
    for _ in 0..LONGEST_CHAIN {
        let folder = match end.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        if let Ok(target) = fs::read_link(&end) {
            end = folder.join(target);
            continue;
        }
        let folder = folder.canonicalize().map_err(|error| unavailable(folder, &error))?;
        let name = end.file_name().ok_or_else(|| unavailable(path, &"it is no name of a file"))?;
        return Ok(folder.join(name));
    }
    Err(unavailable(path, &"too many symbolic links"))
}

#[cfg(unix)]
fn names_of(metadata: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(metadata)
}

#[cfg(not(unix))]
fn names_of(_metadata: &fs::Metadata) -> u64 {
    1
}

/// The file as one process has it: locked, there, and closed to others.
pub(super) struct Taken {
    /// Without links.
    pub(super) path: PathBuf,
    /// Held as long as the store is open: two servers on one file would not see each other's leases.
    pub(super) lock: File,
}

/// Takes the file, making it where it is missing. A file of somebody else's stays as it is.
pub(super) fn take(path: &Path) -> Result<Taken, StoreError> {
    let path = resolve(path)?;
    refuse_foreign(&path)?;
    let lock = lock(&path)?;
    match files::create_new(&path) {
        // SQLite does not have it open yet, and it is as well closed.
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(unavailable(&path, &error)),
    }
    let all = ["", "-wal", "-shm", "-journal", ".lock"].map(|end| beside(&path, end));
    files::close_to_others(&all).map_err(StoreError::Unavailable)?;
    Ok(Taken { path, lock })
}

/// The lock of the file at this path, which has no links. It lies beside the file, and stays there.
pub(super) fn lock(path: &Path) -> Result<File, StoreError> {
    let name = beside(path, ".lock");
    let file = files::open_or_create(&name).map_err(|error| unavailable(&name, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(StoreError::Unavailable(format!(
            "{} is open in another signoff server; stop that one first",
            path.display()
        ))),
        Err(TryLockError::Error(error)) => Err(unavailable(&name, &error)),
    }
}

fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Looks into a file that is there, before anything is done with it. One that cannot be read yet is looked at again by
/// the server that opens it.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    let Ok(connection) = Connection::open_with_flags(path, READ_ONLY) else { return Ok(()) };
    match schema::belonging(&connection) {
        Ok(belonging) => belonging.refuse_foreign(path),
        Err(error) if error.sqlite_error_code() == Some(ErrorCode::NotADatabase) => {
            Err(unavailable(path, &error))
        }
        Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(path: &Path) -> String {
        match resolve(path) {
            Err(StoreError::Unavailable(why)) => why,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn names_that_mean_no_file_are_refused() {
        for name in [":memory:", "file:x.db", "file:x.db?mode=memory", ""] {
            let why = refused(Path::new(name));
            assert!(why.contains("something else than a file; name a file"), "{why}");
        }
        let folder = tempfile::tempdir().unwrap();
        assert!(refused(folder.path()).ends_with("it is no file"));
    }

    #[cfg(unix)]
    #[test]
    fn all_names_of_a_file_lead_to_one() {
        use std::os::unix::fs::symlink;
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().canonicalize().unwrap();
        let at = |name: &str| folder.join(name);
        fs::create_dir(at("data")).unwrap();
        symlink(at("data"), at("folder")).unwrap();
        symlink("folder/signoff.db", at("link")).unwrap();
        symlink(at("link"), at("link-to-link")).unwrap();
        let names =
            ["data/signoff.db", "folder/signoff.db", "data/../folder/signoff.db", "link", "link-to-link"];
        let found = || names.map(|name| resolve(&at(name)).unwrap());
        assert_eq!(found(), names.map(|_| at("data/signoff.db")), "before it is made");
        files::write_new(&at("data/signoff.db"), b"").unwrap();
        assert_eq!(found(), names.map(|_| at("data/signoff.db")));
        fs::hard_link(at("data/signoff.db"), at("second")).unwrap();
        assert!(refused(&at("second")).contains("a second name (a hard link)"));
        symlink("round", at("round")).unwrap();
        let why = refused(&at("round"));
        assert!(why.contains("symbolic links"), "{why}");
    }
}
