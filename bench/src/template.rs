//! Stores full of operations that are finished: rows that a server wrote, copied inside the database under other names and
//! ids. Every copy has the same bytes as the row that it was made from, and ids rise in the order of writing.

use std::fmt::Write as _;

/// How an engine writes the same things.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Postgres,
    Sqlite,
}

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Guid,
    /// The number of an entry of the audit log.
    Entry,
}

use Kind::{Entry, Guid, Integer, Text};

/// The tables that have rows of an offer, and the columns that are copied; others get what they get by default.
pub(crate) const TABLES: [(&str, &[(&str, Kind)]); 7] = [
    (
        "offer",
        &[
            ("publisher_id", Text),
            ("offer_id", Text),
            ("guid", Guid),
            ("revision", Integer),
            ("offer_type", Text),
            ("status", Text),
            ("display_text", Text),
            ("state", Text),
            ("target", Guid),
            ("cancellation", Guid),
        ],
    ),
    (
        "content",
        &[
            ("publisher_id", Text),
            ("offer_id", Text),
            ("version", Integer),
            ("changed_at", Integer),
            ("display_text", Text),
            ("definition", Text),
            ("secrets", Text),
            ("extra", Text),
        ],
    ),
    (
        "operation",
        &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("offer_id", Text),
            ("publishing_version", Integer),
            ("previous", Guid),
            ("body", Text),
        ],
    ),
    (
        "work",
        &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("attempt", Integer),
            ("offer_id", Text),
            ("kind", Text),
            ("due_at", Integer),
        ],
    ),
    (
        "outbox",
        &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("event", Text),
            ("recipient", Text),
            ("body", Text),
            ("failures", Integer),
            ("due_at", Integer),
            ("outcome", Text),
            ("last_error", Text),
        ],
    ),
    ("artifact", &[("publisher_id", Text), ("operation_id", Guid), ("step", Text), ("body", Text)]),
    ("audit", &[("publisher_id", Text), ("entry", Entry), ("body", Text)]),
];

/// The rows of one offer.
pub(crate) struct Template {
    /// Its name: seven noughts at the end stand for the number of the copy.
    pub(crate) offer: String,
    /// Its GUID and the ids of its operations, from the oldest on.
    pub(crate) ids: Vec<String>,
    /// By table, in the order of [`TABLES`]: each row's columns as text, GUIDs with hyphens.
    pub(crate) rows: Vec<Vec<Vec<Option<String>>>>,
}

impl Template {
    /// How many operations a copy has.
    pub(crate) fn operations(&self) -> usize {
        self.ids.len() - 1
    }

    /// Statements that make `copies` copies. `first` is a number from which on numbers of ids are free, `entry` one from
    /// which on entries of the audit log are; answers both as they are then, too.
    pub(crate) fn copy(
        &self,
        dialect: Dialect,
        copies: usize,
        (first, entry): (usize, usize),
    ) -> (String, (usize, usize)) {
        let mut text = String::new();
        let mut entries = entry;
        for ((table, columns), rows) in TABLES.iter().zip(&self.rows) {
            for row in rows {
                let values: Vec<String> = columns
                    .iter()
                    .zip(row)
                    .map(|((_, kind), value)| match (kind, value) {
                        (Entry, _) => format!("{entries} + t.k"),
                        (_, None) => "NULL".to_owned(),
                        (Text, Some(value)) => self.expression(value),
                        (Integer, Some(value)) => value.clone(),
                        (Guid, Some(value)) => match (dialect, self.expression(value)) {
                            (Dialect::Postgres, id) => format!("({id})::uuid"),
                            (Dialect::Sqlite, id) => format!("unhex({id}, '-')"),
                        },
                    })
                    .collect();
                let names: Vec<&str> = columns.iter().map(|(name, _)| *name).collect();
                // Writing to a string cannot fail.
                let _ = writeln!(
                    text,
                    "INSERT INTO {table} ({}) SELECT {} FROM {};",
                    names.join(", "),
                    values.join(", "),
                    self.source(dialect, copies, first, &values.join(" "))
                );
                if *table == "audit" {
                    entries += copies;
                }
            }
        }
        (text, (first + self.ids.len() * copies, entries))
    }

    /// The text of a column, put together anew for each copy.
    fn expression(&self, value: &str) -> String {
        let mut parts = Vec::new();
        let mut rest = value;
        loop {
            let names = self.ids.iter().enumerate().map(|(number, id)| (id.as_str(), format!("t.u{number}")));
            let next = names
                .chain([(self.offer.as_str(), "t.name".to_owned())])
                .filter_map(|(name, column)| Some((rest.find(name)?, name.len(), column)))
                .min();
            let (before, after) = match &next {
                Some((at, length, _)) => (&rest[..*at], &rest[at + length..]),
                None => (rest, ""),
            };
            if !before.is_empty() || (next.is_none() && parts.is_empty()) {
                parts.push(format!("'{}'", before.replace('\'', "''")));
            }
            let Some((_, _, column)) = next else { break };
            parts.push(column);
            rest = after;
        }
        parts.join(" || ")
    }

    /// One row for each copy: its number, its name, and those of its ids that `wanted` speaks of.
    fn source(&self, dialect: Dialect, copies: usize, first: usize, wanted: &str) -> String {
        let prefix = self.offer.trim_end_matches('0');
        let number = |number: String, width: usize, hex: bool| match (dialect, hex) {
            (Dialect::Postgres, true) => format!("lpad(to_hex({number}), {width}, '0')"),
            (Dialect::Postgres, false) => format!("lpad(({number})::text, {width}, '0')"),
            (Dialect::Sqlite, true) => format!("printf('%0{width}x', {number})"),
            (Dialect::Sqlite, false) => format!("printf('%0{width}d', {number})"),
        };
        let mut columns =
            vec!["k".to_owned(), format!("'{prefix}' || {} AS name", number("k".to_owned(), 7, false))];
        for place in 0..self.ids.len() {
            if wanted.split(|letter: char| !letter.is_alphanumeric()).any(|word| word == format!("u{place}"))
            {
                // The first twelve digits are what a time would be.
                let time = number(format!("{} + k", first + place * copies), 12, true);
                columns.push(format!(
                    "substr({time}, 1, 8) || '-' || substr({time}, 9, 4) || '-7000-8000-{place:012x}' AS u{place}"
                ));
            }
        }
        let columns = columns.join(", ");
        match dialect {
            Dialect::Postgres => {
                format!(
                    "(SELECT {columns} FROM generate_series(0::bigint, {}) AS k OFFSET 0) AS t",
                    copies - 1
                )
            }
            Dialect::Sqlite => format!(
                "(WITH RECURSIVE numbers (k) AS (SELECT 0 UNION ALL SELECT k + 1 FROM numbers WHERE k < {}) \
                 SELECT {columns} FROM numbers) AS t",
                copies - 1
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0197a000-0000-7000-8000-000000000001";

    fn template() -> Template {
        let row = vec![
            Some("contoso".to_owned()),
            Some(ID.to_owned()),
            Some("full-0000000".to_owned()),
            Some("1".to_owned()),
            None,
            Some(format!("{{\"id\":\"{ID}\",\"of\":\"full-0000000\",\"by\":\"o'neill\"}}")),
        ];
        let guid = "0197a000-0000-7000-8000-00000000000f";
        let mut rows = vec![Vec::new(); TABLES.len()];
        rows[2] = vec![row];
        Template { offer: "full-0000000".to_owned(), ids: vec![guid.to_owned(), ID.to_owned()], rows }
    }

    #[test]
    fn copies_are_as_long_as_what_they_were_made_from_and_have_ids_of_their_own() {
        let store = rusqlite::Connection::open_in_memory().unwrap();
        store
            .execute_batch(
                "CREATE TABLE operation (publisher_id TEXT, operation_id BLOB UNIQUE, offer_id TEXT,
                     publishing_version INTEGER, previous BLOB, body TEXT)",
            )
            .unwrap();
        let (text, (next, entry)) = template().copy(Dialect::Sqlite, 300, (5, 9));
        assert_eq!((next, entry), (605, 9));
        store.execute_batch(&text).unwrap();
        let counted: (i64, i64, i64) = store
            .query_row(
                "SELECT count(*), sum(length(operation_id)), count(DISTINCT length(body)) FROM operation",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .unwrap();
        assert_eq!(counted, (300, 4800, 1));
        let body: String = store
            .query_row("SELECT body FROM operation WHERE offer_id = 'full-0000299'", [], |row| row.get(0))
            .unwrap();
        let id = "00000000-025c-7000-8000-000000000001";
        assert_eq!(body, format!("{{\"id\":\"{id}\",\"of\":\"full-0000299\",\"by\":\"o'neill\"}}"));
    }
}
