//! For tests: the file of a store, looked at and changed behind the server's back.

use std::path::{Path, PathBuf};

use rusqlite::types::Value;
use rusqlite::{Connection, OpenFlags};

/// What is wrong with the file, in the words of `PRAGMA integrity_check` and `foreign_key_check`; nothing is best.
/// No server may have it open.
///
/// # Panics
/// If the file is no database.
pub fn faults_of_file(file: &Path) -> Vec<String> {
    let read = || -> Result<Vec<String>, rusqlite::Error> {
        // The next server that opens the file takes in the log of a dead one, and that takes writing.
        let connection = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        let mut found = Vec::new();
        for check in ["PRAGMA integrity_check", "PRAGMA foreign_key_check"] {
            let mut statement = connection.prepare(check)?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            found.extend(rows.collect::<Result<Vec<_>, _>>()?);
        }
        found.retain(|line| line != "ok");
        Ok(found)
    };
    read().unwrap_or_else(|error| panic!("{} cannot be checked: {error}", file.display()))
}

/// Copies the files as they are now, in the midst of writes: what `kill -9` would leave.
///
/// # Errors
/// If a file cannot be copied.
pub fn copy_as_killed(file: &Path, to: &Path) -> std::io::Result<()> {
    // The log is copied last: it may speak of what the database does not have yet, never the other way round.
    for ending in ["", "-wal"] {
        let with_ending = |path: &Path| {
            let mut name = path.as_os_str().to_owned();
            name.push(ending);
            PathBuf::from(name)
        };
        let from = with_ending(file);
        if from.exists() {
            std::fs::copy(from, with_ending(to))?;
        }
    }
    Ok(())
}

/// Runs statements on the file.
///
/// # Errors
/// What SQLite says.
pub fn sql(file: &str, text: &str) -> Result<(), String> {
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    connection.execute_batch(text).map_err(|error| error.to_string())
}

/// The first column of a query as text, row by row.
///
/// # Errors
/// What SQLite says.
pub fn ask(file: &str, text: &str) -> Result<Vec<String>, String> {
    let connection = Connection::open(file).map_err(|error| error.to_string())?;
    let mut statement = connection.prepare(text).map_err(|error| error.to_string())?;
    let text = |value| match value {
        Value::Text(text) => text,
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    };
    let rows = statement.query_map([], |row| row.get(0)).map_err(|error| error.to_string())?;
    rows.map(|row| row.map(text).map_err(|error| error.to_string())).collect()
}
