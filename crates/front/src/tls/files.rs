//! The files of the authority: there whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

use signoff_store::files::{self, Access};

use super::TlsError;

/// Puts `text` at `path`, making its folder if there is none. A public file that holds the text already is left alone.
pub(crate) fn write(path: &Path, text: &str, access: Access) -> Result<(), TlsError> {
    if access == Access::Everyone && fs::read_to_string(path).is_ok_and(|held| held == text) {
        return Ok(());
    }
    files::replace(path, text.as_bytes(), access).map_err(failed("write", path))
}

/// The text of a file that only its owner should read; one that others could read (a restored backup) is
/// closed to them first. `None` when there is no such file.
pub(crate) fn read_private(path: &Path) -> Result<Option<String>, TlsError> {
    let closed = files::close_to_others(&[path.to_owned()]);
    closed.map_err(|why| failed("restrict access to", path)(io::Error::other(why)))?;
    read(path)
}

/// The text of a file; `None` when there is no such file.
pub(crate) fn read(path: &Path) -> Result<Option<String>, TlsError> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(failed("read", path)(source)),
    }
}

fn failed(doing: &'static str, path: &Path) -> impl FnOnce(io::Error) -> TlsError {
    move |source| TlsError::File { doing, path: path.to_owned(), source }
}
