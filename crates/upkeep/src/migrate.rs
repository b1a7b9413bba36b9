//! Migrations by hand: which are done, which wait, and doing them.

use signoff_store_postgres::MIGRATIONS as OF_POSTGRES;
use signoff_store_postgres::upkeep as postgres;
use signoff_store_sqlite::MIGRATIONS as OF_SQLITE;
use signoff_store_sqlite::upkeep as sqlite;

use super::{Address, Place, UpkeepError};

/// Where a store stands among the migrations that this binary knows. They have the same numbers and names in every
/// engine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migrations {
    /// The names of those that are done, in their order; zero-padded numbers lead them.
    pub done: Vec<&'static str>,
    /// The names of those that wait.
    pub pending: Vec<&'static str>,
}

impl Migrations {
    fn after(names: &[(&'static str, &'static str)], version: i64) -> Self {
        let done = usize::try_from(version).unwrap_or(0).min(names.len());
        let (done, pending) = names.split_at(done);
        let only_names = |part: &[(&'static str, &'static str)]| part.iter().map(|(name, _)| *name).collect();
        Self { done: only_names(done), pending: only_names(pending) }
    }
}

/// Where the store stands. Nothing is written.
///
/// # Errors
/// If the store cannot be reached, is no store, or its schema is newer than this binary.
pub async fn migrations(place: &Place) -> Result<Migrations, UpkeepError> {
    Ok(match &place.engine {
        Address::Sqlite(file) => Migrations::after(OF_SQLITE, sqlite::version(file)?),
        Address::Postgres(settings) => Migrations::after(OF_POSTGRES, postgres::version(settings).await?),
    })
}

/// Runs the migrations that wait, and answers where the store stood before. Any number of callers may do so at once.
///
/// # Errors
/// If the store cannot be reached, is an unfinished copy, its schema is newer than this binary, or a server has the file
/// open.
pub async fn migrate(place: &Place) -> Result<Migrations, UpkeepError> {
    let before = migrations(place).await?;
    match &place.engine {
        Address::Sqlite(file) => sqlite::migrate(file).await?,
        Address::Postgres(settings) => postgres::migrate(settings).await?,
    }
    Ok(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_engines_have_the_same_numbers_and_names() {
        let names = |of: &[(&'static str, &str)]| of.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        assert_eq!(names(OF_SQLITE), names(OF_POSTGRES));
        for (place, name) in names(OF_SQLITE).into_iter().enumerate() {
            assert!(name.starts_with(&format!("{:04}_", place + 1)), "{name}");
        }
        for engine in ["sqlite", "postgres"] {
            let crates = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
            let folder = crates.join(format!("store-{engine}")).join("migrations");
            let files = std::fs::read_dir(folder).unwrap();
            let mut files: Vec<String> =
                files.map(|file| file.unwrap().file_name().into_string().unwrap()).collect();
            files.sort();
            let known: Vec<String> = OF_SQLITE.iter().map(|(name, _)| format!("{name}.sql")).collect();
            assert_eq!(files, known, "{engine}");
        }
    }

    #[test]
    fn what_is_done_and_what_waits_is_told_by_name() {
        let names = [("0001_first", ""), ("0002_second", "")];
        let of = |version| Migrations::after(&names, version);
        assert_eq!(of(0).pending, ["0001_first", "0002_second"]);
        assert_eq!((of(1).done, of(1).pending), (vec!["0001_first"], vec!["0002_second"]));
        assert!(of(2).pending.is_empty());
    }
}
