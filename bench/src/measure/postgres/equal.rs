//! The transaction of one publish, as a script of pgbench: the same rows of the same sizes, and nothing else. It is
//! spared what a publish does besides: no read before it, no text to send, and no counter that two of one publisher
//! wait for.

use super::{PUBLISHERS, bench, other};
use crate::Error;
use crate::postgres::Postgres;

/// Whose offers are published.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mix {
    /// One publisher's.
    One,
    /// Those of sixteen publishers.
    Many,
}

/// How the rows are written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// All in one statement.
    Statement,
    /// One statement each, in a transaction.
    Transaction,
}

/// Rows as the server wrote them, as literals.
pub(super) struct Rows {
    state: String,
    body: String,
    audit: String,
}

/// What the scripts need besides the tables.
pub(super) async fn prepare(postgres: &Postgres, database: &str) -> Result<(), Error> {
    postgres.ask(database, "CREATE SEQUENCE bench_entry START 1000000000;").await.map(|_| ())
}

impl Rows {
    /// Those of the offer that the server published last.
    pub(super) async fn of_last_publish(postgres: &Postgres, database: &str) -> Result<Self, Error> {
        let literal = async |statement: &str| {
            let text = postgres.ask(database, statement).await?;
            if text.is_empty() || text.contains("$$") {
                return Err::<String, Error>(format!("no row to copy: {statement}").into());
            }
            Ok(format!("$${}$$", without_variables(&text)))
        };
        Ok(Self {
            state: literal("SELECT state FROM offer WHERE target IS NOT NULL LIMIT 1").await?,
            body: literal(
                "SELECT body FROM operation JOIN offer ON target = operation.operation_id
                     AND offer.publisher_id = operation.publisher_id LIMIT 1",
            )
            .await?,
            audit: literal("SELECT body FROM audit WHERE body LIKE '%publish%' ORDER BY entry DESC LIMIT 1")
                .await?,
        })
    }

    /// The script for `count` offers.
    pub(super) fn script(&self, mix: Mix, form: Form, count: usize) -> String {
        let (publisher, prefix) = match mix {
            Mix::One => ("'contoso'".to_owned(), bench(0)),
            Mix::Many => (format!("'bench-' || lpad((:n % {PUBLISHERS})::text, 2, '0')"), other(0)),
        };
        let prefix = prefix.trim_end_matches('0');
        let offer = format!("'{prefix}' || lpad(:n::text, 6, '0')");
        let id = "lpad(to_hex(:key::bigint), 32, '0')::uuid";
        let Self { state, body, audit } = self;
        let update = format!(
            "UPDATE offer SET revision = revision + 1, status = 'running', state = {state}, target = {id},
             cancellation = NULL WHERE publisher_id = {publisher} AND offer_id = {offer} AND revision >= 1"
        );
        let operation = format!(
            "INSERT INTO operation (publisher_id, offer_id, operation_id, publishing_version, previous, body)
             SELECT {publisher}, {offer}, {id}, 2, {id}, {body}"
        );
        let work = format!(
            "INSERT INTO work (publisher_id, offer_id, operation_id, attempt, kind, due_at)
             SELECT {publisher}, {offer}, {id}, 1, 'run', 1 << 62"
        );
        let entry = format!(
            "INSERT INTO audit (publisher_id, entry, body) SELECT {publisher}, nextval('bench_entry'), {audit}"
        );
        // Keys rise with time on every connection, as the server's ids do.
        let head =
            format!("\\set n random(0, {})\n\\set id :id + 64\n\\set key :id + :client_id\n", count - 1);
        let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let statements: Vec<String> = match form {
            Form::Statement => vec![format!(
                "WITH changed AS ({update} RETURNING 1), made AS ({operation}), due AS ({work}), told AS ({entry})
                 SELECT count(*) FROM changed;"
            )],
            Form::Transaction => [
                "BEGIN", &update, &operation, &work, &entry, "END",
            ]
            .iter()
            .map(|statement| format!("{statement};"))
            .collect(),
        };
        head + &statements.iter().map(|statement| fold(statement) + "\n").collect::<String>()
    }
}

/// A colon before a word would be a variable of the script.
fn without_variables(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut after_colon = false;
    for letter in text.chars() {
        if after_colon && (letter.is_ascii_alphabetic() || letter == '_') {
            out.push(' ');
        }
        after_colon = letter == ':';
        out.push(letter);
    }
    out
}
