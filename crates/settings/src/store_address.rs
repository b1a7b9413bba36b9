//! Where a store is: a file of this machine, or a database that many nodes share.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use signoff_store_postgres as postgres;
use signoff_upkeep::Place;

/// The address of a store. Its text never shows a password.
#[derive(Clone, Debug)]
pub enum StoreAddress {
    /// A file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(Box<postgres::Address>),
}

/// Why a text is no address of a store, and what to write.
#[derive(Debug, thiserror::Error)]
pub enum BadAddress {
    /// There is no path.
    #[error("name a file after sqlite:, like sqlite:signoff.db")]
    NoFile,
    /// SQLite would open no file of that name.
    #[error(
        "{0:?} is a name that SQLite reads as something else than a file; name a file, like sqlite:signoff.db"
    )]
    NotAFile(String),
    /// It is neither of the two.
    #[error("{0:?} is no store; write sqlite:PATH or postgres://USER@HOST/DATABASE")]
    Scheme(String),
    /// It begins as the address of a database and is none.
    #[error(transparent)]
    Postgres(#[from] postgres::BadAddress),
}

impl StoreAddress {
    /// The file in the user's data directory; `None` if the user has no such directory. Development mode has one of its own.
    pub fn of_user(dev: bool) -> Option<Self> {
        Self::file_of_user(dev).map(Self::Sqlite)
    }

    /// That file.
    pub fn file_of_user(dev: bool) -> Option<PathBuf> {
        let directories = directories::ProjectDirs::from("", "", "signoff")?;
        Some(directories.data_dir().join(if dev { "signoff-dev.db" } else { "signoff.db" }))
    }

    /// The same with this password, if it is one of a database.
    #[must_use]
    pub fn with_password(self, password: &str) -> Self {
        match self {
            Self::Sqlite(file) => Self::Sqlite(file),
            Self::Postgres(address) => Self::Postgres(Box::new(address.with_password(password))),
        }
    }

    /// Whether it holds a password.
    pub fn has_password(&self) -> bool {
        matches!(self, Self::Postgres(address) if address.has_password())
    }
}

impl StoreAddress {
    /// The store there, for what is done with it as a whole.
    pub fn place(&self) -> Place {
        match self {
            Self::Sqlite(file) => Place::sqlite(file),
            Self::Postgres(address) => Place::postgres(address),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        match scheme {
            "sqlite" if rest.is_empty() => Err(BadAddress::NoFile),
            "sqlite" if rest.starts_with("file:") || rest.starts_with(":memory:") => {
                Err(BadAddress::NotAFile(rest.to_owned()))
            }
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                Ok(Self::Postgres(Box::new(text.parse()?)))
            }
            _ => Err(BadAddress::Scheme(scheme.to_owned())),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => write!(f, "{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shows_no_password() {
        for (text, shown) in [
            ("sqlite:signoff.db", "sqlite:signoff.db"),
            ("postgres://ann:secret@db.example/signoff", "postgres://db.example:5432/signoff"),
            ("postgresql://a:1,b:2/signoff?password=secret", "postgres://a:1,b:2/signoff"),
        ] {
            let address: StoreAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("secret"));
            assert_eq!(address.has_password(), text.contains("secret"));
        }
        for text in
            ["", "sqlite:", "sqlite:file:x.db", "sqlite::memory:", "signoff.db", "mysql://x", "postgres:x"]
        {
            assert!(text.parse::<StoreAddress>().is_err(), "{text}");
        }
    }
}
