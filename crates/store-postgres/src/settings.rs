//! What an operator decides about the connections of a node.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::address::Address;
use super::bad_address::BadAddress;

/// Reads a password from where it is kept, or says why it cannot.
#[derive(Clone)]
pub struct PasswordSource(Arc<dyn Fn() -> Result<String, String> + Send + Sync>);

impl PasswordSource {
    /// Asks `read` whenever a password is needed.
    pub fn new(read: impl Fn() -> Result<String, String> + Send + Sync + 'static) -> Self {
        Self(Arc::new(read))
    }

    pub(super) fn read(&self) -> Result<String, String> {
        self.0()
    }
}

impl fmt::Debug for PasswordSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordSource")
    }
}

/// How a node uses the database.
#[derive(Clone, Debug)]
pub struct PostgresSettings {
    /// Where the database is.
    pub address: Address,
    /// Reads the password again for each new connection, if it stands where others may replace it; else that of the address
    /// counts.
    pub password: Option<PasswordSource>,
    /// So many connections the node holds at most.
    pub connections: usize,
    /// How long a database is waited for that cannot be reached when the store is opened.
    pub patience: Duration,
    /// Whoever asks is told after this time that no answer came. The server gives statements up before, but not a
    /// commit that waits for a standby.
    pub answer: Duration,
}

impl PostgresSettings {
    /// So many connections a node holds at most unless another number is named.
    pub const CONNECTIONS: usize = 16;
    /// The fewest connections: commits, other changes and reads do not wait for each other.
    pub const FEWEST_CONNECTIONS: usize = 4;
    /// The most connections: a server gives each a process of its own.
    pub const MOST_CONNECTIONS: usize = 1000;
    /// How long a database is waited for unless another time is named.
    pub const PATIENCE: Duration = Duration::from_secs(30);
    /// How long an answer is waited for unless another time is named.
    pub const ANSWER: Duration = Duration::from_secs(15);

    /// Settings that are as they are unless changed.
    pub fn new(address: Address) -> Self {
        Self {
            address,
            password: None,
            connections: Self::CONNECTIONS,
            patience: Self::PATIENCE,
            answer: Self::ANSWER,
        }
    }

    /// The same for an address as it is written.
    ///
    /// # Errors
    /// If the text is no address of a database.
    pub fn parse(address: &str) -> Result<Self, BadAddress> {
        address.parse().map(Self::new)
    }

    /// The same, reading the password again for each new connection.
    #[must_use]
    pub fn password(self, source: Option<PasswordSource>) -> Self {
        Self { password: source, ..self }
    }

    /// The same with so many connections.
    #[must_use]
    pub fn connections(self, connections: usize) -> Self {
        Self { connections, ..self }
    }

    /// The same, waiting so long for the database at the start.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// The same, waiting so long for each answer.
    #[must_use]
    pub fn answer(self, answer: Duration) -> Self {
        Self { answer, ..self }
    }

    /// On so many connections commits are written.
    pub(super) fn committers(&self) -> usize {
        (self.connections / 2).max(1)
    }

    /// So many connections other changes may take: an eighth stays for reads, whatever changes wait for.
    pub(super) fn changes(&self) -> usize {
        let reads = (self.connections / 8).max(1);
        self.connections.saturating_sub(self.committers() + reads).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_always_have_connections_of_their_own() {
        let fewest = PostgresSettings::FEWEST_CONNECTIONS;
        for connections in fewest..=PostgresSettings::MOST_CONNECTIONS {
            let settings = PostgresSettings::parse("postgres://db/x").unwrap().connections(connections);
            assert!(settings.committers() + settings.changes() < connections, "{connections}");
        }
        let settings = PostgresSettings::parse("postgres://db/x").unwrap();
        assert_eq!((settings.committers(), settings.changes()), (8, 6));
    }
}
