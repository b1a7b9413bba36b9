//! Copies, backups and migrations of whole stores.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod copies;
mod earlier;
mod indexes;
mod migrations;
mod tables;

use std::path::Path;

use signoff_store_postgres::PostgresSettings;
use signoff_upkeep::testing;
use signoff_upkeep::{Place, Progress};
use tempfile::TempDir;

/// A store that nobody has open.
struct Shelf {
    address: String,
    _folder: TempDir,
}

impl Shelf {
    fn sqlite() -> Self {
        let folder = TempDir::new().unwrap();
        Self { address: format!("sqlite:{}", folder.path().join("signoff.db").display()), _folder: folder }
    }

    async fn postgres() -> Self {
        Self {
            address: signoff_store_postgres::testing::database().await.unwrap(),
            _folder: TempDir::new().unwrap(),
        }
    }

    fn place(&self) -> Place {
        match self.address.strip_prefix("sqlite:") {
            Some(file) => Place::sqlite(Path::new(file)),
            None => Place::postgres(&self.address.parse().unwrap()),
        }
    }

    /// For a server on it, if it is a database.
    fn settings(&self) -> PostgresSettings {
        PostgresSettings::parse(&self.address).unwrap()
    }

    /// These bytes, given in hexadecimal, as the engine writes them in a statement.
    fn bytes(&self, hex: &str) -> String {
        if self.address.starts_with("sqlite:") { format!("x'{hex}'") } else { format!("'\\x{hex}'::bytea") }
    }

    async fn sql(&self, text: &str) {
        testing::sql(&self.address, text).await.unwrap_or_else(|why| panic!("{text}: {why}"));
    }

    async fn ask(&self, text: &str) -> Vec<String> {
        testing::ask(&self.address, text).await.unwrap_or_else(|why| panic!("{text}: {why}"))
    }
}

/// Progress is not watched.
fn unseen(_: Progress) {}
