//! The store: which, and how a node uses a database.

use std::ffi::OsString;
use std::time::Duration;

use clap::Args;
use signoff_store_postgres::{Address, PasswordSource, PostgresSettings};
use signoff_upkeep::Place;
use signoff_wire::duration::Span;

use super::secrets::{again_from, secret_from, variable};
use super::{BadSetting, bad};
use crate::{BadAddress, StoreAddress};

/// The secret of the database.
const PASSWORD: &str = "SIGNOFF_STORE_PASSWORD";

/// How `serve` uses a database; `rows.rs` says what each means.
#[derive(Args, Clone, Debug, Default)]
pub struct DatabaseOptions {
    #[arg(long, env = "SIGNOFF_CONNECTIONS", value_name = "NUMBER")]
    pub connections: Option<usize>,
    #[arg(long, env = "SIGNOFF_STORE_WAIT", value_name = "SPAN")]
    pub store_wait: Option<String>,
}

/// A store, and how it is used.
#[derive(Clone, Debug)]
pub struct StoreSettings {
    /// Where it is.
    pub address: StoreAddress,
    /// The most connections that this node holds to a database.
    pub connections: usize,
    /// How long a database that cannot be reached is waited for at the start.
    pub wait: Duration,
    /// Reads the password of the database again.
    pub password: Option<PasswordSource>,
}

impl From<StoreAddress> for StoreSettings {
    fn from(address: StoreAddress) -> Self {
        let (connections, wait) = (PostgresSettings::CONNECTIONS, PostgresSettings::PATIENCE);
        Self { address, connections, wait, password: None }
    }
}

impl StoreSettings {
    /// For a store in the database at `address`.
    pub fn postgres(&self, address: &Address) -> PostgresSettings {
        PostgresSettings::new(address.clone())
            .password(self.password.clone())
            .connections(self.connections)
            .patience(self.wait)
    }

    /// For what is done with the store as a whole.
    pub fn place(&self) -> Place {
        self.address.place().patience(self.wait)
    }
}

/// The settings of the store, with the password of the environment.
pub(super) fn settings(
    address: Option<&str>,
    database: DatabaseOptions,
    dev: bool,
) -> Result<StoreSettings, BadSetting> {
    settings_from(address, database, dev, variable)
}

fn settings_from(
    address: Option<&str>,
    database: DatabaseOptions,
    dev: bool,
    variable: impl Fn(&str) -> Option<OsString> + Clone + Send + Sync + 'static,
) -> Result<StoreSettings, BadSetting> {
    let given = given_or_of_user(address, dev)?;
    // One that stands in the address is the more specific.
    let password = if given.has_password() { None } else { again_from(PASSWORD, variable.clone()) };
    let mut settings = StoreSettings::from(with_password_from(given, variable)?);
    settings.password = password.map(PasswordSource::new);
    if let Some(number) = database.connections {
        settings.connections = connections(number)?;
    }
    if let Some(word) = database.store_wait {
        let span: Span =
            word.parse().map_err(|_| bad("store_wait", format!("{word:?} is no span like 30s")))?;
        settings.wait = Duration::from_micros(span.micros());
    }
    Ok(settings)
}

/// The address with the password of the environment, unless it holds one of its own: that is the more specific, as with
/// libpq, and of two addresses of one command each can have its own.
///
/// # Errors
/// If the password of the environment cannot be read.
pub fn with_password(address: StoreAddress) -> Result<StoreAddress, BadSetting> {
    with_password_from(address, variable)
}

fn with_password_from(
    address: StoreAddress,
    variable: impl Fn(&str) -> Option<OsString>,
) -> Result<StoreAddress, BadSetting> {
    if address.has_password() {
        return Ok(address);
    }
    let password = secret_from(PASSWORD, variable)?;
    Ok(password.map_or(address.clone(), |password| address.with_password(&password)))
}

fn given_or_of_user(address: Option<&str>, dev: bool) -> Result<StoreAddress, BadSetting> {
    match address {
        Some(address) => address.parse().map_err(|problem: BadAddress| bad("store", problem.to_string())),
        None => StoreAddress::of_user(dev).ok_or_else(|| {
            bad("store", "this user has no data directory; name a file with --store sqlite:PATH")
        }),
    }
}

fn connections(number: usize) -> Result<usize, BadSetting> {
    let (fewest, most) = (PostgresSettings::FEWEST_CONNECTIONS, PostgresSettings::MOST_CONNECTIONS);
    if (fewest..=most).contains(&number) {
        return Ok(number);
    }
    let problem = format!(
        "{number} is no number from {fewest} to {most}; changes and reads need connections of their own"
    );
    Err(bad("connections", problem))
}

/// The warning for an address given as `--OPTION` with a password in it: every user of this machine can read the
/// command line. `None` for an address from `variable`.
pub fn caution(option: &str, variable: &str, given: Option<&str>) -> Option<String> {
    // The environment is private to the process.
    let on_the_command_line =
        given.filter(|given| std::env::var(variable).ok().as_deref() != Some(*given))?;
    let shows = on_the_command_line.parse().is_ok_and(|address: StoreAddress| address.has_password());
    shows.then(|| {
        format!(
            "caution: the password in --{option} shows in the list of processes; use SIGNOFF_STORE_PASSWORD, or give the \
             whole address by {variable}"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(connections: Option<usize>, wait: Option<&str>) -> Result<StoreSettings, String> {
        let database = DatabaseOptions { connections, store_wait: wait.map(str::to_owned) };
        settings(Some("postgres://db.example/signoff"), database, false).map_err(|error| error.to_string())
    }

    #[test]
    fn connections_are_bounded_and_a_wait_is_a_span() {
        let settings = of(None, None).unwrap();
        assert_eq!((settings.connections, settings.wait), (16, Duration::from_secs(30)));
        let settings = of(Some(4), Some("0s")).unwrap();
        assert_eq!((settings.connections, settings.wait), (4, Duration::ZERO));
        assert!(of(Some(3), None).unwrap_err().starts_with("connections: 3 is no number from 4 to 1000"));
        assert!(of(Some(1001), None).is_err());
        assert_eq!(of(None, Some("soon")).unwrap_err(), "store_wait: \"soon\" is no span like 30s");
    }

    #[test]
    fn a_password_in_a_file_is_read_again_for_each_connection() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        std::fs::write(&file, "hunter2\n").unwrap();
        let reads_again = |address: &str, name: &'static str, value: OsString| {
            let variable = move |asked: &str| (asked == name).then(|| value.clone());
            let settings = settings_from(Some(address), DatabaseOptions::default(), false, variable).unwrap();
            let StoreAddress::Postgres(address) = &settings.address else { panic!("{settings:?}") };
            assert!(address.has_password());
            settings.postgres(address).password.is_some()
        };
        let (bare, own) = ("postgres://ann@db.example/signoff", "postgres://ann:own@db.example/signoff");
        assert!(reads_again(bare, "SIGNOFF_STORE_PASSWORD_FILE", file.clone().into()));
        assert!(
            !reads_again(own, "SIGNOFF_STORE_PASSWORD_FILE", file.into()),
            "the address is the more specific"
        );
        assert!(!reads_again(bare, "SIGNOFF_STORE_PASSWORD", "hunter2".into()), "a variable stays as it is");
    }

    #[test]
    fn a_password_on_the_command_line_is_seen() {
        let shows = |given| caution("store", "SIGNOFF_STORE", given).is_some();
        assert!(shows(Some("postgres://ann:secret@db/x")));
        assert!(shows(Some("postgres://ann@db/x?password=secret")));
        assert!(!shows(Some("postgres://ann@db/x")));
        assert!(!shows(Some("sqlite:x")));
        assert!(!shows(None));
    }
}
