//! Two stores of one engine, alive at the same time: a small one and a large one.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rusqlite::Connection;
use rusqlite::types::Value;
use signoff_store::packed;

use super::super::say;
use super::life;
use crate::postgres::Postgres;
use crate::server::{Mode, Server};
use crate::stats::real;
use crate::template::{Cell, Free, Kind, TABLES, Table, Template};
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
        let (operations, offers) = (ended.operations(), (stored / ended.operations()).max(1));
        let begun = Instant::now();
        let entry = usize::try_from(self.last_entry().await?)? + 1;
        let copies = Copies { ended, offers, running, live, first: (FIRST, entry) };
        let bytes = self.write(copies).await?;
        let filled = Filled { stored: offers * operations, offers, bytes };
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
        for Table { name: table, columns } in TABLES.iter() {
            let (which, order) = match *table {
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
            let mut found = match self {
                Self::Sqlite(path) => from_sqlite(path, &text(sqlite_columns(columns)), columns.len())?,
                Self::Postgres(postgres, database) => {
                    from_postgres(postgres, database, &text(json_of(columns))).await?
                }
            };
            for row in &mut found {
                for ((_, kind), value) in columns.iter().zip(row) {
                    if let (Kind::Packed, Some(bytes)) = (kind, value.as_mut()) {
                        *bytes = packed::json(&hex::decode(&*bytes)?)?;
                    }
                }
            }
            rows.push(found);
        }
        let ids = rows[0].iter().map(|offer| offer[2].clone());
        let ids =
            ids.chain(rows[2].iter().map(|operation| operation[1].clone())).collect::<Option<Vec<String>>>();
        Ok(Template { offer: offer.to_owned(), ids: ids.ok_or("a row without an id")?, rows })
    }

    /// Writes the copies in the place of what they were made from; answers how many bytes the store has then.
    async fn write(&self, copies: Copies) -> Result<f64, Error> {
        match self {
            Self::Sqlite(path) => {
                let store = Connection::open(path)?;
                // A fill that is broken off is thrown away.
                store.execute_batch(&format!(
                    "PRAGMA journal_mode = DELETE; PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN; {}",
                    emptied("DELETE FROM")
                ))?;
                store.set_prepared_statement_cache_capacity(TABLES.len());
                let insert = |Table { name, columns }: &Table| {
                    let places: Vec<String> = (1..=columns.len()).map(|place| format!("?{place}")).collect();
                    format!("INSERT INTO {name} ({}) VALUES ({})", names(columns), places.join(", "))
                };
                let inserts: Vec<String> = TABLES.iter().map(insert).collect();
                copies.hand_out(&mut |table, cells| {
                    let cells = cells.into_iter().map(sqlite_value);
                    store.prepare_cached(&inserts[table])?.execute(rusqlite::params_from_iter(cells))?;
                    Ok(())
                })?;
                store.execute_batch("COMMIT; PRAGMA journal_mode = WAL; ANALYZE;")?;
                drop(store);
                Ok(bytes_of(path)?)
            }
            Self::Postgres(postgres, database) => {
                let script = move |input: &mut dyn Write| copies.script(input);
                let answer = postgres.stream(database, script).await?;
                say(&tables(postgres, database).await?);
                postgres.hold_work(database).await?;
                Ok(answer.parse()?)
            }
        }
    }
}

/// What a store is filled with: so many copies of each.
struct Copies {
    ended: Template,
    offers: usize,
    running: Template,
    live: usize,
    first: Free,
}

impl Copies {
    /// Hands out every row of them; answers what is free then.
    fn hand_out(&self, write: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), Error>) -> Result<Free, Error> {
        let free = self.ended.copy(self.offers, self.first, write)?;
        self.running.copy(self.live, free, write)
    }

    /// What `psql` reads.
    fn script(&self, input: &mut dyn Write) -> Result<(), Error> {
        writeln!(
            input,
            "SET maintenance_work_mem = '512MB'; SET synchronous_commit = off; BEGIN; {}",
            emptied("TRUNCATE")
        )?;
        let mut open = None;
        let (_, entries) = self.hand_out(&mut |table, cells| {
            if open != Some(table) {
                if open.is_some() {
                    writeln!(input, "\\.")?;
                }
                let Table { name, columns } = &TABLES[table];
                writeln!(input, "COPY {name} ({}) FROM STDIN;", names(columns))?;
                open = Some(table);
            }
            let cells: Vec<String> = cells.into_iter().map(copy_value).collect();
            writeln!(input, "{}", cells.join("\t"))?;
            Ok(())
        })?;
        if open.is_some() {
            writeln!(input, "\\.")?;
        }
        writeln!(
            input,
            "UPDATE audit_counter SET last = {} WHERE publisher_id = 'contoso'; COMMIT; VACUUM ANALYZE; CHECKPOINT;
             SELECT sum(pg_total_relation_size(oid)) FROM pg_class
             WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace;",
            entries - 1
        )?;
        Ok(())
    }
}

fn names(columns: &[(&str, Kind)]) -> String {
    columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
}

fn sqlite_value(cell: Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => Value::Text(text),
        Cell::Integer(number) => Value::Integer(number),
        Cell::Bytes(bytes) => Value::Blob(bytes),
        Cell::Guid(guid) => Value::Blob(guid.to_vec()),
    }
}

/// As `COPY` reads it.
fn copy_value(cell: Cell) -> String {
    match cell {
        Cell::Null => "\\N".to_owned(),
        Cell::Text(text) => {
            text.replace('\\', "\\\\").replace('\t', "\\t").replace('\n', "\\n").replace('\r', "\\r")
        }
        Cell::Integer(number) => number.to_string(),
        Cell::Bytes(bytes) => format!("\\\\x{}", hex::encode(bytes)),
        Cell::Guid(guid) => hex::encode(guid),
    }
}

/// Statements that empty every table that is copied to.
fn emptied(verb: &str) -> String {
    TABLES.iter().map(|table| format!("{verb} {};", table.name)).collect::<Vec<_>>().join(" ")
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
        Kind::Packed => format!("hex({name})"),
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
    let shown = |(name, kind): &(&str, Kind)| match kind {
        Kind::Packed => format!("encode({name}, 'hex')"),
        _ => format!("{name}::text"),
    };
    format!("json_build_array({})", columns.iter().map(shown).collect::<Vec<_>>().join(", "))
}

async fn from_postgres(
    postgres: &Postgres,
    database: &str,
    text: &str,
) -> Result<Vec<Vec<Option<String>>>, Error> {
    let answer = postgres.ask(database, text).await?;
    answer.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
}
