//! Two stores of one engine, alive at the same time: a small one and a large one.

use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::Value;

use super::super::say;
use super::life;
use crate::postgres::Postgres;
use crate::server::{Mode, Server};
use crate::stats::real;
use crate::template::{Dialect, Kind, TABLES, Template};
use crate::{Error, Plan};

/// Where the numbers of copied ids begin: those of real ones have the time in their place, and are far greater.
const FIRST: usize = 1;

/// One store.
pub(super) enum Store<'a> {
    Sqlite(PathBuf),
    Postgres(&'a Postgres, &'static str),
}

/// What is in it.
#[derive(Clone, Copy)]
pub(super) struct Filled {
    /// Operations that have ended.
    pub(super) stored: usize,
    /// Offers that they are of.
    pub(super) offers: usize,
    /// What all of it takes, in bytes, for each operation.
    pub(super) bytes: f64,
}

impl Store<'_> {
    /// Its address.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite:{}", path.display()),
            Self::Postgres(postgres, database) => postgres.address(database),
        }
    }

    /// Fills it with about `stored` operations that have ended and `live` that run.
    pub(super) async fn fill(&self, plan: &Plan, stored: usize, live: usize) -> Result<Filled, Error> {
        let server = Server::start_at(&plan.server, &self.address(), Mode::Development, None).await?;
        life::play(&server).await?;
        server.kill().await?;
        let ended = self.template(life::ENDED).await?;
        let running = self.template(life::RUNNING).await?;
        let offers = (stored / ended.operations()).max(1);
        let begun = Instant::now();
        let entry = usize::try_from(self.last_entry().await?)? + 1;
        let (mut text, next) = ended.copy(self.dialect(), offers, (FIRST, entry));
        let mut entries = next.1;
        if live > 0 {
            let (more, next) = running.copy(self.dialect(), live, next);
            text.push_str(&more);
            entries = next.1;
        }
        let bytes = self.write(&text, entries - 1).await?;
        let filled = Filled { stored: offers * ended.operations(), offers, bytes };
        let total = real(filled.stored + live);
        say(&format!(
            "filled: {} operations that ended, {live} that run, in {:.0} s; {:.0} bytes each",
            filled.stored,
            begun.elapsed().as_secs_f64(),
            bytes / total
        ));
        Ok(Filled { bytes: bytes / total, ..filled })
    }

    /// Starts a server on it, of which no step ends while something is measured.
    pub(super) async fn serve(&self, plan: &Plan) -> Result<Server, Error> {
        let mode = match self {
            Self::Sqlite(_) => Mode::Development,
            Self::Postgres(..) => Mode::Production,
        };
        Server::start_at(&plan.server, &self.address(), mode, None).await
    }

    fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(..) => Dialect::Postgres,
        }
    }

    /// The greatest number in the audit log of the publisher.
    async fn last_entry(&self) -> Result<i64, Error> {
        let text = "SELECT max(entry) FROM audit WHERE publisher_id = 'contoso'";
        match self {
            Self::Sqlite(path) => Ok(Connection::open(path)?.query_row(text, [], |row| row.get(0))?),
            Self::Postgres(postgres, database) => Ok(postgres.ask(database, text).await?.parse()?),
        }
    }

    /// The rows of an offer.
    async fn template(&self, offer: &str) -> Result<Template, Error> {
        let of_operation = format!(
            "operation_id IN (SELECT operation_id FROM operation WHERE publisher_id = 'contoso' AND offer_id = '{offer}')"
        );
        let mut rows = Vec::new();
        for (table, columns) in TABLES {
            let (which, order) = match table {
                "offer" | "content" => (format!("offer_id = '{offer}'"), "offer_id"),
                "operation" | "work" => (format!("offer_id = '{offer}'"), "operation_id"),
                "audit" => (format!("body LIKE '%{offer}%'"), "entry"),
                _ => (of_operation.clone(), "operation_id"),
            };
            let text = |columns: String| {
                format!(
                    "SELECT {columns} FROM {table} WHERE publisher_id = 'contoso' AND {which} ORDER BY {order}"
                )
            };
            rows.push(match self {
                Self::Sqlite(path) => from_sqlite(path, &text(sqlite_columns(columns)), columns.len())?,
                Self::Postgres(postgres, database) => {
                    from_postgres(postgres, database, &text(json_of(columns))).await?
                }
            });
        }
        let ids = rows[0].iter().map(|offer| offer[2].clone());
        let ids =
            ids.chain(rows[2].iter().map(|operation| operation[1].clone())).collect::<Option<Vec<String>>>();
        Ok(Template { offer: offer.to_owned(), ids: ids.ok_or("a row without an id")?, rows })
    }

    /// Writes what was copied in the place of what it was copied from; answers how many bytes the store has then.
    async fn write(&self, text: &str, last_entry: usize) -> Result<f64, Error> {
        match self {
            Self::Sqlite(path) => {
                let store = Connection::open(path)?;
                // A fill that is broken off is thrown away.
                store.execute_batch(&format!(
                    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN;
                     {} {text} COMMIT; PRAGMA journal_mode = WAL; ANALYZE;",
                    emptied("DELETE FROM")
                ))?;
                drop(store);
                Ok(bytes_of(path)?)
            }
            Self::Postgres(postgres, database) => {
                let script = format!(
                    "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off; BEGIN; {}
                     {text}
                     UPDATE audit_counter SET last = {last_entry} WHERE publisher_id = 'contoso'; COMMIT;
                     VACUUM ANALYZE; CHECKPOINT;
                     SELECT sum(pg_total_relation_size(oid)) FROM pg_class
                     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace;",
                    emptied("TRUNCATE"),
                );
                let answer = postgres.ask(database, &script).await?;
                say(&tables(postgres, database).await?);
                postgres.hold_work(database).await?;
                Ok(answer.parse()?)
            }
        }
    }
}

/// Statements that empty every table that is copied to.
fn emptied(verb: &str) -> String {
    TABLES.map(|(table, _)| format!("{verb} {table};")).join(" ")
}

fn bytes_of(path: &Path) -> Result<f64, Error> {
    Ok(real(usize::try_from(std::fs::metadata(path)?.len())?))
}

/// What each table takes.
async fn tables(postgres: &Postgres, database: &str) -> Result<String, Error> {
    postgres
        .ask(
            database,
            "SELECT relname, pg_relation_size(oid) AS rows, pg_indexes_size(oid) AS indexes,
                 coalesce(pg_total_relation_size(nullif(reltoastrelid, 0)), 0) AS apart, reltuples::bigint
             FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                 AND pg_total_relation_size(oid) > 1000000 ORDER BY pg_total_relation_size(oid) DESC",
        )
        .await
        .map(|text| format!("table, bytes of rows, of indexes, of long values, rows:\n{text}"))
}

fn sqlite_columns(columns: &[(&str, Kind)]) -> String {
    let column = |(name, kind): &(&str, Kind)| match kind {
        Kind::Guid => format!(
            "lower(substr(hex({name}), 1, 8) || '-' || substr(hex({name}), 9, 4) || '-' || substr(hex({name}), 13, 4) \
             || '-' || substr(hex({name}), 17, 4) || '-' || substr(hex({name}), 21)) || substr('', 1, length({name}))"
        ),
        _ => (*name).to_owned(),
    };
    columns.iter().map(column).collect::<Vec<_>>().join(", ")
}

fn from_sqlite(path: &Path, text: &str, columns: usize) -> Result<Vec<Vec<Option<String>>>, Error> {
    let store = Connection::open(path)?;
    let mut statement = store.prepare(text)?;
    let rows = statement.query_map([], |row| {
        (0..columns)
            .map(|column| {
                Ok(match row.get::<_, Value>(column)? {
                    Value::Null => None,
                    Value::Integer(number) => Some(number.to_string()),
                    Value::Text(text) => Some(text),
                    other => Some(format!("{other:?}")),
                })
            })
            .collect()
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn json_of(columns: &[(&str, Kind)]) -> String {
    let names: Vec<String> = columns.iter().map(|(name, _)| format!("{name}::text")).collect();
    format!("json_build_array({})", names.join(", "))
}

async fn from_postgres(
    postgres: &Postgres,
    database: &str,
    text: &str,
) -> Result<Vec<Vec<Option<String>>>, Error> {
    let answer = postgres.ask(database, text).await?;
    answer.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
