//! What a PostgreSQL server of tests was asked, by its own account: its log of statements, which no code of ours can
//! slip past.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use tokio_postgres::Client;

use super::own_server::connect;

/// The log is complete up to what was asked last, at the latest after this time.
const LOG_LIMIT: Duration = Duration::from_secs(30);
/// Between two looks at the log.
const PAUSE: Duration = Duration::from_millis(10);

/// One line of the log.
#[derive(Clone, Debug)]
pub struct Line {
    /// The database.
    pub database: String,
    /// Names the transaction among all of this server.
    pub transaction: String,
    /// What happened, e.g. `execute s0: SELECT 1`.
    pub message: String,
    /// More about it, e.g. the parameters.
    pub detail: String,
}

/// A statement that was executed.
#[derive(Clone, Debug)]
pub struct Executed {
    /// Names the transaction among all of this server.
    pub transaction: String,
    /// Its text, with single spaces.
    pub text: String,
    /// Its parameters by number, as literals.
    pub parameters: BTreeMap<usize, String>,
}

/// The log from here on.
pub struct Capture {
    client: Client,
    log: String,
    from: i64,
}

impl Capture {
    /// Begins at the end of the log of the server at `address`, which is without a database.
    ///
    /// # Errors
    /// If the server cannot be asked, or keeps no log as CSV.
    pub async fn start(address: &str) -> Result<Self, String> {
        let client = connect(&format!("{address}/postgres?sslmode=disable")).await.map_err(told)?;
        let text = "SELECT log, size FROM pg_current_logfile('csvlog') AS log, pg_stat_file(log)";
        let row = client.query_opt(text, &[]).await.map_err(told)?;
        let row = row.ok_or("the server must log: logging_collector = on, log_destination = csvlog")?;
        Ok(Self { log: row.get(0), from: row.get(1), client })
    }

    /// Has the server log what it is asked in the database from the next connection on, with more `settings` there.
    ///
    /// # Errors
    /// If the server cannot be asked.
    pub async fn listen(&self, database: &str, settings: &[(&str, &str)]) -> Result<(), String> {
        for (name, value) in [("log_min_messages", "log"), ("log_statement", "all")].iter().chain(settings) {
            let text = format!("ALTER DATABASE {database} SET {name} = '{value}'");
            self.client.batch_execute(&text).await.map_err(told)?;
        }
        Ok(())
    }

    /// The lines of the databases whose name begins like this, up to now.
    ///
    /// # Errors
    /// If the server cannot be asked, or its log does not come to its end.
    pub async fn lines(&self, databases: &str) -> Result<Vec<Line>, String> {
        // Everything that was answered before this is logged before it.
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let end = format!("end of log {} {number}.", std::process::id());
        for text in [
            "SET log_min_messages = 'log'; SET log_statement = 'all'",
            &format!("SELECT '{end}'"),
            "RESET log_statement; RESET log_min_messages",
        ] {
            self.client.batch_execute(text).await.map_err(told)?;
        }
        let lines = tokio::time::timeout(LOG_LIMIT, self.lines_before(&end)).await;
        let lines = lines.map_err(|_| "the log does not come to its end".to_owned())??;
        Ok(lines.into_iter().filter(|line| line.database.starts_with(databases)).collect())
    }

    async fn lines_before(&self, end: &str) -> Result<Vec<Line>, String> {
        loop {
            let text = "SELECT pg_read_binary_file($1, $2, size - $2) FROM pg_stat_file($1)";
            let row = self.client.query_one(text, &[&self.log, &self.from]).await.map_err(told)?;
            if let Some(lines) = read(row.get(0), end)? {
                return Ok(lines);
            }
            tokio::time::sleep(PAUSE).await;
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "map_err hands the error over")]
fn told(error: tokio_postgres::Error) -> String {
    format!("{error:?}")
}

/// The lines before the one that says `end`; `None`: it is not there yet.
fn read(log: &[u8], end: &str) -> Result<Option<Vec<Line>>, String> {
    let mut lines = Vec::new();
    for record in csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(log).records() {
        let record = record.map_err(|error| error.to_string())?;
        let field = |number: usize| record.get(number).unwrap_or_default().to_owned();
        let line = Line { database: field(2), transaction: field(9), message: field(13), detail: field(14) };
        if line.message.contains(end) {
            return Ok(Some(lines));
        }
        lines.push(line);
    }
    Ok(None)
}

impl Line {
    /// The statement, if the line tells that one was executed.
    pub fn executed(&self) -> Option<Executed> {
        let (how, text) = self.message.split_once(": ")?;
        if how != "statement" && (!how.starts_with("execute ") || how.starts_with("execute fetch")) {
            return None;
        }
        Some(Executed {
            transaction: self.transaction.clone(),
            text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            parameters: parameters(&self.detail),
        })
    }
}

/// Reads `parameters: $1 = 'contoso', $2 = NULL`.
fn parameters(detail: &str) -> BTreeMap<usize, String> {
    let mut found = BTreeMap::new();
    let Some((_, mut rest)) = detail.split_once("arameters: ") else { return found };
    while let Some((number, value)) = rest.strip_prefix('$').and_then(|rest| rest.split_once(" = ")) {
        let end = literal(value);
        let Ok(number) = number.parse() else { break };
        found.insert(number, value[..end].to_owned());
        rest = value[end..].strip_prefix(", ").unwrap_or_default();
    }
    found
}

/// How long the literal at the beginning is: quotes within it are doubled.
fn literal(text: &str) -> usize {
    if !text.starts_with('\'') {
        return text.find(',').unwrap_or(text.len());
    }
    let mut at = 1;
    while let Some(quote) = text[at..].find('\'') {
        at += quote + 1;
        if !text[at..].starts_with('\'') {
            return at;
        }
        at += 1;
    }
    text.len()
}

#[cfg(test)]
mod tests {
    #[test]
    fn parameters_are_read_from_the_log() {
        let log = "parameters: $1 = 'it''s, $2 = ''x''', $2 = NULL, $3 = '{\"a,b\",NULL}', $10 = ''";
        let expected = [(1, "'it''s, $2 = ''x'''"), (2, "NULL"), (3, "'{\"a,b\",NULL}'"), (10, "''")];
        assert_eq!(super::parameters(log), expected.map(|(number, text)| (number, text.to_owned())).into());
    }
}
