//! The rows of many changes as the parameters of one statement: a list for each column, and one that names for each row
//! the change that it belongs to.

use signoff_store::rows::{
    Bind, ChangeRows, Conditions, ContentRow, EntryRow, FinishedWorkRow, LetterRow, OfferRow, OperationRow,
    ReplyRow, WorkRow,
};
use signoff_store::tables::{Cell, Kind};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::values::Parameter;

/// The rows of a group: its name in `commit.sql`, and its columns. Each has a column `place` besides.
type Description = (&'static str, &'static [(&'static str, Kind)]);

/// Every group of rows, in the order of [`Lists::add`].
pub(super) const GROUPS: [Description; 9] = [
    ("conditions", Conditions::COLUMNS),
    ("offers", OfferRow::COLUMNS),
    ("operations", OperationRow::COLUMNS),
    ("finished_work", FinishedWorkRow::COLUMNS),
    ("work", WorkRow::COLUMNS),
    ("letters", LetterRow::COLUMNS),
    ("contents", ContentRow::COLUMNS),
    ("replies", ReplyRow::COLUMNS),
    ("audit", EntryRow::COLUMNS),
];

/// Which parameter is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Name {
    /// The publisher of all rows.
    Publisher,
    /// The places of a group's changes.
    Place(usize),
    /// A column of a group.
    Column(usize, usize),
}

impl Name {
    /// The parameter that `commit.sql` names so, e.g. `operations.previous`.
    pub(super) fn of(text: &str) -> Option<Self> {
        if text == "publisher" {
            return Some(Self::Publisher);
        }
        let (group, column) = text.split_once('.')?;
        let group = GROUPS.iter().position(|(name, _)| *name == group)?;
        if column == "place" {
            return Some(Self::Place(group));
        }
        let (_, columns) = GROUPS[group];
        Some(Self::Column(group, columns.iter().position(|(name, _)| *name == column)?))
    }
}

/// The rows of all changes.
pub(super) struct Lists<'a> {
    publisher: &'a str,
    groups: [Group<'a>; GROUPS.len()],
}

/// Rows of one kind.
struct Group<'a> {
    /// The change that each row belongs to, counted from one.
    place: Vec<i64>,
    columns: Vec<List<'a>>,
}

/// One column of the rows.
enum List<'a> {
    Text(Vec<Option<&'a str>>),
    Integer(Vec<Option<i64>>),
    Boolean(Vec<Option<bool>>),
    Guid(Vec<Option<Uuid>>),
    Bytes(Vec<Option<&'a [u8]>>),
}

impl<'a> Lists<'a> {
    /// The rows of changes of this publisher's offers.
    pub(super) fn of(publisher: &'a str, changes: &[&'a ChangeRows]) -> Self {
        let mut lists = Self { publisher, groups: GROUPS.map(Group::new) };
        for (place, change) in (1..).zip(changes) {
            lists.add(place, change);
        }
        lists
    }

    fn add(&mut self, place: i64, change: &'a ChangeRows) {
        let [conditions, offers, operations, finished_work, work, letters, contents, replies, audit] =
            &mut self.groups;
        conditions.add(place, [&change.conditions]);
        offers.add(place, [&change.offer]);
        operations.add(place, &change.operations);
        finished_work.add(place, &change.finished_work);
        work.add(place, &change.work);
        letters.add(place, &change.letters);
        contents.add(place, &change.content);
        replies.add(place, &change.reply);
        audit.add(place, &change.audit);
    }

    /// What the parameter of this name is.
    pub(super) fn parameter(&self, name: Name) -> Parameter<'_> {
        match name {
            Name::Publisher => &self.publisher,
            Name::Place(group) => &self.groups[group].place,
            Name::Column(group, column) => self.groups[group].columns[column].parameter(),
        }
    }
}

impl<'a> Group<'a> {
    fn new((_, columns): Description) -> Self {
        Self { place: Vec::new(), columns: columns.iter().map(|(_, kind)| List::new(*kind)).collect() }
    }

    fn add<R: Bind + 'a>(&mut self, place: i64, rows: impl IntoIterator<Item = &'a R>) {
        for row in rows {
            self.place.push(place);
            for (list, cell) in self.columns.iter_mut().zip(row.cells()) {
                list.push(cell);
            }
        }
    }
}

impl<'a> List<'a> {
    fn new(kind: Kind) -> Self {
        match kind {
            Kind::Text => Self::Text(Vec::new()),
            Kind::Integer => Self::Integer(Vec::new()),
            Kind::Boolean => Self::Boolean(Vec::new()),
            Kind::Guid => Self::Guid(Vec::new()),
            Kind::Bytes => Self::Bytes(Vec::new()),
        }
    }

    /// Adds a value, which is of the list's kind or none.
    fn push(&mut self, cell: Cell<'a>) {
        macro_rules! push {
            ($list:ident, $kind:ident, $value:ident => $pushed:expr) => {
                $list.push(if let Cell::$kind($value) = cell { Some($pushed) } else { None })
            };
        }
        match self {
            Self::Text(list) => push!(list, Text, text => text),
            Self::Integer(list) => push!(list, Integer, number => number),
            Self::Boolean(list) => push!(list, Boolean, flag => flag),
            Self::Guid(list) => push!(list, Guid, guid => Uuid::from_bytes(*guid)),
            Self::Bytes(list) => push!(list, Bytes, bytes => bytes),
        }
    }

    fn parameter(&self) -> &(dyn ToSql + Sync) {
        match self {
            Self::Text(list) => list,
            Self::Integer(list) => list,
            Self::Boolean(list) => list,
            Self::Guid(list) => list,
            Self::Bytes(list) => list,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_is_found_by_its_group_and_column() {
        assert_eq!(Name::of("publisher"), Some(Name::Publisher));
        assert_eq!(Name::of("finished_work.place"), Some(Name::Place(3)));
        assert_eq!(Name::of("finished_work.attempt"), Some(Name::Column(3, 1)));
        for unknown in ["finished_work", "finished_work.previous", "nothing.place", "place", ""] {
            assert_eq!(Name::of(unknown), None, "{unknown}");
        }
    }

    #[test]
    fn a_value_of_another_kind_is_none() {
        let mut list = List::new(Kind::Integer);
        list.push(Cell::Integer(1));
        list.push(Cell::Null);
        assert!(matches!(list, List::Integer(numbers) if numbers == [Some(1), None]));
    }
}
