//! Where a store is: a file of this machine, or a database that many nodes share.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

/// The address of a store. Its text never shows a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum StoreAddress {
    /// A file.
    Sqlite(PathBuf),
    /// A PostgreSQL database.
    Postgres(PostgresAddress),
}

/// The address of a PostgreSQL database, with the password that it may hold.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct PostgresAddress(String);

/// Why a text is no address of a store, and what to write.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BadAddress {
    #[error("name a file after sqlite:, like sqlite:signoff.db")]
    NoFile,
    #[error("{0:?} is no store; write sqlite:PATH or postgres://USER@HOST/DATABASE")]
    Scheme(String),
}

impl StoreAddress {
    /// The file in the user's data directory; `None` if the user has no such directory.
    pub(crate) fn of_user() -> Option<Self> {
        Self::file_of_user().map(Self::Sqlite)
    }

    /// That file.
    pub(crate) fn file_of_user() -> Option<PathBuf> {
        let directories = directories::ProjectDirs::from("", "", "signoff")?;
        Some(directories.data_dir().join("signoff.db"))
    }
}

impl FromStr for StoreAddress {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        let (scheme, rest) = text.split_once(':').unwrap_or((text, ""));
        match scheme {
            "sqlite" if rest.is_empty() => Err(BadAddress::NoFile),
            "sqlite" => Ok(Self::Sqlite(PathBuf::from(rest))),
            "postgres" | "postgresql" if rest.starts_with("//") => {
                Ok(Self::Postgres(PostgresAddress(text.to_owned())))
            }
            _ => Err(BadAddress::Scheme(scheme.to_owned())),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Postgres(address) => write!(f, "{address:?}"),
        }
    }
}

impl PostgresAddress {
    /// The whole address, password and all.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PostgresAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Parameters may hold a password, too, so that only what is known to be harmless is shown.
        let rest = self.0.split_once("//").map_or("", |(_, rest)| rest);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let hosts = authority.rsplit('@').next().unwrap_or_default();
        let path = rest.get(authority.len()..).unwrap_or_default();
        let database = path.split('?').next().unwrap_or_default();
        write!(f, "postgres://{hosts}{database}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_and_shows_no_password() {
        for (text, shown) in [
            ("sqlite:signoff.db", "sqlite:signoff.db"),
            ("postgres://ann:secret@db.example/signoff", "postgres://db.example/signoff"),
            ("postgresql://a:1,b:2/signoff?password=secret", "postgres://a:1,b:2/signoff"),
            ("postgres://ann:se@cret@db", "postgres://db"),
        ] {
            let address: StoreAddress = text.parse().unwrap();
            assert_eq!(address.to_string(), shown);
            assert!(!format!("{address:?}").contains("cret"));
        }
        for text in ["", "sqlite:", "signoff.db", "mysql://x", "postgres:x"] {
            assert!(text.parse::<StoreAddress>().is_err(), "{text}");
        }
    }
}
