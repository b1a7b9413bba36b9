//! Files and folders that only their owner can read: a store holds signing keys, hashes and the secrets of offers. Each
//! gets its mode when it is made, so that it never has a wider one, under any umask.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tempfile::{Builder, TempDir};

/// Makes the folder, mode 0700, and those above it that are missing. One that is there is left as it is.
///
/// # Errors
/// If it cannot be made.
pub fn create_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Makes a new and empty file, mode 0600, to be written.
///
/// # Errors
/// If there is something of that name, or it cannot be made.
pub fn create_new(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create_new(true)).open(path)
}

/// Makes a new file, mode 0600, that holds `bytes`.
///
/// # Errors
/// If there is something of that name, or it cannot be written.
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    create_new(path)?.write_all(bytes)
}

/// Who may read a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Mode 0600.
    Owner,
    /// Mode 0644: there is no secret in it.
    Everyone,
}

/// Puts `bytes` at `path`, making its folder if there is none. A reader, or a crash, sees the old file or the
/// new one, never a part.
///
/// # Errors
/// If it cannot be written.
pub fn replace(path: &Path, bytes: &[u8], access: Access) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    create_folder(folder)?;
    let mode = match access {
        Access::Owner => 0o600,
        Access::Everyone => 0o644,
    };
    let mut builder = Builder::new();
    set_mode(&mut builder, mode);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

/// Opens a file to be written, making it with mode 0600 where it is missing. What is in it stays.
pub fn open_or_create(path: &Path) -> io::Result<File> {
    private(OpenOptions::new().write(true).create(true).truncate(false)).open(path)
}

/// A new folder, mode 0700, that goes with all that is in it when it is dropped. It is among the temporary ones of this
/// machine, and its name begins with `prefix`.
///
/// # Errors
/// If it cannot be made.
pub fn temporary_folder(prefix: &str) -> io::Result<TempDir> {
    folder_builder(prefix).tempdir()
}

/// The same within `folder`.
pub fn temporary_folder_in(prefix: &str, folder: &Path) -> io::Result<TempDir> {
    folder_builder(prefix).tempdir_in(folder)
}

fn folder_builder(prefix: &str) -> Builder<'_, '_> {
    let mut builder = Builder::new();
    builder.prefix(prefix);
    set_mode(&mut builder, 0o700);
    builder
}

#[cfg(unix)]
fn set_mode(builder: &mut Builder<'_, '_>, mode: u32) {
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(mode));
}

#[cfg(not(unix))]
fn set_mode(_builder: &mut Builder<'_, '_>, _mode: u32) {}

fn private(options: &mut OpenOptions) -> &mut OpenOptions {
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(options, 0o600);
    options
}

/// Closes those of these files that are there to everybody but their owner, and tells the log which were open. None of
/// them is opened for it: closing a database's file would take the locks away that SQLite has on it.
///
/// # Errors
/// If others can read or write one of them all the same: the reason, and what helps.
pub fn close_to_others(files: &[PathBuf]) -> Result<(), String> {
    close_by(files, set_mode_of)
}

/// The same, where `set` gives a file another mode if it can.
fn close_by(files: &[PathBuf], set: impl Fn(&Path, u32)) -> Result<(), String> {
    let mut closed = Vec::new();
    for file in files {
        match close_one(file, &set) {
            Closed::Before => {}
            Closed::Now => closed.push(file.display().to_string()),
            Closed::ToOthersOnly => tracing::warn!(
                "the group of {} can read it, and this user may not change that; chmod 600 it",
                file.display()
            ),
            Closed::Never => {
                return Err(format!(
                    "{}: everybody on this machine can read or write it, and this user may not change that; let its \
                     owner chmod 600 it",
                    file.display()
                ));
            }
        }
    }
    if !closed.is_empty() {
        tracing::warn!("others could read {}; only the owner can from now on", closed.join(", "));
    }
    Ok(())
}

/// How far a file is closed.
#[derive(Debug, PartialEq)]
enum Closed {
    /// It was, or is not there.
    Before,
    /// It is now.
    Now,
    /// Its group is let in still.
    ToOthersOnly,
    /// Everybody is.
    Never,
}

/// What the group and everybody else may do.
#[cfg(unix)]
const OTHERS: u32 = 0o077;

#[cfg(unix)]
fn set_mode_of(file: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt as _;
    // Only the owner may. What counts is how it is then.
    let _ = fs::set_permissions(file, fs::Permissions::from_mode(mode));
}

#[cfg(not(unix))]
fn set_mode_of(_file: &Path, _mode: u32) {}

#[cfg(unix)]
fn close_one(file: &Path, set: impl Fn(&Path, u32)) -> Closed {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = || fs::metadata(file).map_or(0, |metadata| metadata.permissions().mode());
    let before = mode();
    if before & OTHERS == 0 {
        return Closed::Before;
    }
    set(file, before & 0o700);
    match mode() {
        mode if mode & 0o007 != 0 => Closed::Never,
        mode if mode & 0o070 != 0 => Closed::ToOthersOnly,
        _ => Closed::Now,
    }
}

#[cfg(not(unix))]
fn close_one(_file: &Path, _set: impl Fn(&Path, u32)) -> Closed {
    Closed::Before
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn what_is_made_is_for_its_owner_and_what_was_there_is_left_alone() {
        let folder = temporary_folder("signoff-test-").unwrap();
        assert_eq!(mode(folder.path()), 0o700);
        let open = folder.path().join("open");
        fs::create_dir(&open).unwrap();
        fs::set_permissions(&open, fs::Permissions::from_mode(0o755)).unwrap();
        create_folder(&open.join("a/b")).unwrap();
        assert_eq!([mode(&open), mode(&open.join("a")), mode(&open.join("a/b"))], [0o755, 0o700, 0o700]);
        let file = open.join("file");
        write_new(&file, b"secret").unwrap();
        assert_eq!(create_new(&file).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        drop(open_or_create(&file).unwrap());
        assert_eq!(fs::read(&file).unwrap(), b"secret");
        drop(open_or_create(&open.join("lock")).unwrap());
        replace(&open.join("new/key"), b"key", Access::Owner).unwrap();
        let made = ["file", "lock", "new/key"].map(|name| mode(&open.join(name)));
        assert_eq!((made, mode(&open.join("new"))), ([0o600; 3], 0o700));
    }

    #[test]
    fn what_was_open_is_closed() {
        let folder = temporary_folder("signoff-test-").unwrap();
        let [wide, narrow] = ["wide", "narrow"].map(|name| folder.path().join(name));
        for (file, before) in [(&wide, 0o664), (&narrow, 0o400)] {
            write_new(file, b"").unwrap();
            fs::set_permissions(file, fs::Permissions::from_mode(before)).unwrap();
        }
        close_to_others(&[wide.clone(), narrow.clone(), folder.path().join("missing")]).unwrap();
        assert_eq!([mode(&wide), mode(&narrow)], [0o600, 0o400]);
    }

    #[test]
    fn a_file_that_stays_open_to_everybody_is_refused_and_one_that_stays_open_to_its_group_is_not() {
        let folder = temporary_folder("signoff-test-").unwrap();
        // As for a user who does not own the file.
        let may_not = |_: &Path, _: u32| {};
        for (before, expected) in [
            (0o600, Closed::Before),
            (0o640, Closed::ToOthersOnly),
            (0o660, Closed::ToOthersOnly),
            (0o604, Closed::Never),
            (0o602, Closed::Never),
            (0o644, Closed::Never),
        ] {
            let file = folder.path().join(format!("{before:o}"));
            write_new(&file, b"").unwrap();
            fs::set_permissions(&file, fs::Permissions::from_mode(before)).unwrap();
            let files = [file.clone()];
            let outcome = close_by(&files, may_not);
            assert_eq!(outcome.is_err(), expected == Closed::Never, "{before:o}: {outcome:?}");
            if let Err(reason) = outcome {
                let name = format!("{before:o}: everybody on this machine can read or write it");
                assert!(reason.contains(&name) && reason.contains("chmod 600"), "{reason}");
            }
            assert_eq!(close_one(&file, may_not), expected, "{before:o}");
            assert_eq!(mode(&file), before);
        }
        // A file that can be closed but for its group, as some file systems do it.
        let file = folder.path().join("some");
        write_new(&file, b"").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o664)).unwrap();
        let to_group = |file: &Path, mode: u32| set_mode_of(file, mode | 0o040);
        assert_eq!(close_by(std::slice::from_ref(&file), to_group), Ok(()));
        assert_eq!(mode(&file), 0o640);
    }
}
