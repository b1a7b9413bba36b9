//! Stores full of operations that are finished: rows that a server wrote, copied under other names and ids. Every copy has
//! as long a text as the row that it was made from, and ids rise in the order of writing.

use std::sync::LazyLock;

use signoff_store::{packed, tables};

use crate::Error;

/// What a column holds.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Guid,
    /// JSON as the store packs it.
    Packed,
    /// The number of an entry of the audit log.
    Entry,
}

use Kind::{Entry, Guid, Integer, Packed, Text};

/// A table and the columns that are copied; others get what they get by default.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: Vec<(&'static str, Kind)>,
}

/// The tables that have rows of an offer.
pub(crate) static TABLES: LazyLock<Vec<Table>> = LazyLock::new(|| {
    let of_offers = ["offer", "content", "operation", "work", "outbox", "artifact", "audit"];
    tables::TABLES.iter().filter(|table| of_offers.contains(&table.name)).map(Table::of).collect()
});

impl Table {
    fn of(table: &tables::Table) -> Self {
        // The numbers of letters are the store's to give.
        let copied = table.columns.iter().filter(|(column, _)| *column != "id");
        let columns = copied.map(|(column, kind)| {
            let kind = match kind {
                tables::Kind::Integer if *column == "entry" => Entry,
                tables::Kind::Integer | tables::Kind::Boolean => Integer,
                tables::Kind::Text => Text,
                tables::Kind::Guid => Guid,
                tables::Kind::Bytes => Packed,
            };
            (*column, kind)
        });
        Self { name: table.name, columns: columns.collect() }
    }
}

/// The rows of one offer.
pub(crate) struct Template {
    /// Its name: seven noughts at the end stand for the number of the copy.
    pub(crate) offer: String,
    /// Its GUID and the ids of its operations, from the oldest on.
    pub(crate) ids: Vec<String>,
    /// By table, in the order of [`TABLES`]: each row's columns as text, GUIDs with hyphens, JSON unpacked.
    pub(crate) rows: Vec<Vec<Vec<Option<String>>>>,
}

/// A value of a copy.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell {
    Null,
    Text(String),
    Integer(i64),
    Bytes(Vec<u8>),
    Guid([u8; 16]),
}

/// A number from which on numbers of ids are free, and one from which on entries of the audit log are.
pub(crate) type Free = (usize, usize);

/// A text that is cut at what differs from copy to copy.
enum Part {
    Same(String),
    Name,
    /// The id at this place.
    Id(usize),
}

impl Template {
    /// How many operations a copy has.
    pub(crate) fn operations(&self) -> usize {
        self.ids.len() - 1
    }

    /// Hands out `copies` copies, row by row, with the table's place in [`TABLES`]. Answers what is free then.
    pub(crate) fn copy(
        &self,
        copies: usize,
        free: Free,
        write: &mut dyn FnMut(usize, Vec<Cell>) -> Result<(), Error>,
    ) -> Result<Free, Error> {
        let mut entry = free.1;
        for (table, Table { name, columns }) in TABLES.iter().enumerate() {
            for row in &self.rows[table] {
                let parts: Vec<_> =
                    row.iter().map(|value| value.as_deref().map(|text| self.cut(text))).collect();
                for copy in 0..copies {
                    let text = |parts: &[Part]| self.put_together(parts, copy, copies, free.0);
                    let cells = columns.iter().zip(&parts).map(|((_, kind), parts)| match (kind, parts) {
                        (Entry, _) => Ok(Cell::Integer(i64::try_from(entry + copy)?)),
                        (_, None) => Ok(Cell::Null),
                        (Text, Some(parts)) => Ok(Cell::Text(text(parts))),
                        (Integer, Some(parts)) => Ok(Cell::Integer(text(parts).parse()?)),
                        (Guid, Some(parts)) => guid(&text(parts)).map(Cell::Guid),
                        (Packed, Some(parts)) => {
                            let json = serde_json::value::RawValue::from_string(text(parts))?;
                            Ok(Cell::Bytes(packed::pack(&json)?))
                        }
                    });
                    write(table, cells.collect::<Result<_, Error>>()?)?;
                }
                if *name == "audit" {
                    entry += copies;
                }
            }
        }
        Ok((free.0 + self.ids.len() * copies, entry))
    }

    fn cut(&self, value: &str) -> Vec<Part> {
        let mut parts = Vec::new();
        let mut rest = value;
        loop {
            let ids = self.ids.iter().enumerate().map(|(place, id)| (id.as_str(), Some(place)));
            let next = ids
                .chain([(self.offer.as_str(), None)])
                .filter_map(|(name, place)| Some((rest.find(name)?, name.len(), place)))
                .min();
            let Some((at, length, place)) = next else { break };
            parts.push(Part::Same(rest[..at].to_owned()));
            parts.push(place.map_or(Part::Name, Part::Id));
            rest = &rest[at + length..];
        }
        parts.push(Part::Same(rest.to_owned()));
        parts
    }

    fn put_together(&self, parts: &[Part], copy: usize, copies: usize, first: usize) -> String {
        let part = |part: &Part| match part {
            Part::Same(text) => text.clone(),
            Part::Name => format!("{}{copy:07}", self.offer.trim_end_matches('0')),
            Part::Id(place) => {
                // The first twelve digits are what a time would be.
                let time = format!("{:012x}", first + place * copies + copy);
                format!("{}-{}-7000-8000-{place:012x}", &time[..8], &time[8..])
            }
        };
        parts.iter().map(part).collect()
    }
}

fn guid(text: &str) -> Result<[u8; 16], Error> {
    Ok(u128::from_str_radix(&text.replace('-', ""), 16)?.to_be_bytes())
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
        let mut copies = Vec::new();
        let free = template().copy(300, (5, 9), &mut |table, cells| {
            assert_eq!(table, 2);
            copies.push(cells);
            Ok(())
        });
        assert_eq!(free.unwrap(), (605, 9));
        let ids: std::collections::HashSet<_> =
            copies.iter().map(|cells| format!("{:?}", cells[1])).collect();
        assert_eq!((copies.len(), ids.len()), (300, 300));
        let last = &copies[299];
        let id = "00000000-025c-7000-8000-000000000001";
        assert_eq!(last[1], Cell::Guid(guid(id).unwrap()));
        let Cell::Bytes(body) = &last[5] else { panic!("{last:?}") };
        let text = format!("{{\"id\":\"{id}\",\"of\":\"full-0000299\",\"by\":\"o'neill\"}}");
        assert_eq!(packed::json(body).unwrap(), text);
        assert_eq!(last[2..5], [Cell::Text("full-0000299".to_owned()), Cell::Integer(1), Cell::Null]);
    }
}
