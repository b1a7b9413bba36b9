//! A store as tables of plain rows, in the order of their keys: what copying, checking and backing up need of an engine.

use async_trait::async_trait;

use crate::StoreError;
use crate::tables::{Kind, TABLES, Table, Value};

/// The values of one row.
pub type Row = Vec<Value>;

/// So many rows are read or written at once; of rows that may be large, fewer.
const PAGE: usize = 500;
const PAGE_OF_LARGE: usize = 50;

/// Why something was not done with a store.
#[derive(Debug, thiserror::Error)]
pub enum UpkeepError {
    /// It must not be done, and what helps.
    #[error("{0}")]
    Refused(String),
    /// What was written is not what was read.
    #[error("{0}")]
    Differs(String),
    /// The database cannot be reached.
    #[error("{0}")]
    Unreachable(String),
    /// A store could not do its part.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the store of a copy's target is before anything is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// There is nothing in it.
    Empty,
    /// There is a part of this source in it.
    Begun,
}

/// What an engine found by its own means, in its words.
#[derive(Debug, Default)]
pub struct Integrity {
    /// What is damaged.
    pub damage: Vec<String>,
    /// What could not be looked at, why, and what helps.
    pub unchecked: Vec<String>,
}

/// One open store. What is read is one state of it if it was opened for reading.
#[async_trait]
pub trait TableStore: Send + Sync {
    /// What follows a text by which rows are sorted, so that every engine sorts by its bytes.
    fn by_bytes(&self) -> &'static str;

    /// The rows of a query whose parameters are `$1`, `$2`, … in the order of their use.
    async fn query(&self, text: &str, kinds: &[Kind], parameters: &[Value]) -> Result<Vec<Row>, StoreError>;

    /// Puts rows into the table, in one transaction.
    async fn insert(&self, table: &'static Table, rows: &[Row]) -> Result<(), StoreError>;

    /// Removes every row after this key; with `None`, every row.
    async fn cut(&self, table: &'static Table, after: Option<&[Value]>) -> Result<(), StoreError>;

    /// Looks at the store as the target of a copy and marks it as one: from then on no server opens it.
    ///
    /// # Errors
    /// If something else is in it, or somebody uses it.
    async fn begin_copy(&self, source: &str) -> Result<Target, UpkeepError>;

    /// Makes numbers go on after those that were copied, and takes the mark away. Everything is durable then.
    async fn finish_copy(&self) -> Result<(), StoreError>;

    /// Lets the engine look for damage by its own means.
    async fn integrity(&self) -> Result<Integrity, StoreError>;
}

/// Rows in the order of a key.
pub struct Select {
    /// `SELECT … FROM …`, without a condition.
    pub text: String,
    /// What the columns hold.
    pub kinds: Vec<Kind>,
    /// What the rows are sorted by, and the place of each among the columns.
    pub key: Vec<(String, usize)>,
    /// So many rows are read at once.
    pub page: usize,
}

impl Select {
    /// Whole rows of a table.
    pub fn table(table: &Table) -> Self {
        let place = |name: &str| table.columns.iter().position(|(column, _)| *column == name);
        let key = table.key.iter().filter_map(|name| Some(((*name).to_owned(), place(name)?))).collect();
        Self {
            text: format!("SELECT {} FROM {}", table.names(), table.name),
            kinds: table.columns.iter().map(|(_, kind)| *kind).collect(),
            key,
            page: if table.name == "content" { PAGE_OF_LARGE } else { PAGE },
        }
    }

    /// The key of a row.
    pub fn key_of(&self, row: &[Value]) -> Vec<Value> {
        self.key.iter().filter_map(|(_, place)| row.get(*place).cloned()).collect()
    }

    /// The next rows after a key.
    pub async fn page(
        &self,
        store: &dyn TableStore,
        after: Option<&[Value]>,
    ) -> Result<Vec<Row>, StoreError> {
        let key = self.sorted_by(store.by_bytes());
        let after_key =
            after.map_or(String::new(), |_| format!(" WHERE {}", self.is_after(store.by_bytes())));
        let text = format!("{}{after_key} ORDER BY {key} LIMIT {}", self.text, self.page);
        store.query(&text, &self.kinds, after.unwrap_or_default()).await
    }

    fn sorted_by(&self, by_bytes: &str) -> String {
        let sorted = self.key.iter().map(|(name, place)| match self.kinds.get(*place) {
            Some(Kind::Text) => format!("{name}{by_bytes}"),
            _ => name.clone(),
        });
        sorted.collect::<Vec<_>>().join(", ")
    }

    /// The condition that a row comes after the key that the parameters are.
    pub fn is_after(&self, by_bytes: &str) -> String {
        let places: Vec<String> = (1..=self.key.len()).map(|place| format!("${place}")).collect();
        format!("({}) > ({})", self.sorted_by(by_bytes), places.join(", "))
    }
}

/// How many rows a table has.
pub async fn count(store: &dyn TableStore, table: &Table) -> Result<u64, StoreError> {
    let text = format!("SELECT count(*) FROM {}", table.name);
    match store.query(&text, &[Kind::Integer], &[]).await?.first().and_then(|row| row.first()) {
        Some(Value::Integer(count)) => Ok(u64::try_from(*count).unwrap_or(0)),
        other => Err(StoreError::Corrupt(format!("{other:?} is no number of rows"))),
    }
}

/// A table that has rows, if there is one.
pub async fn first_filled(store: &dyn TableStore) -> Result<Option<&'static str>, StoreError> {
    for table in &TABLES {
        let text = format!("SELECT EXISTS (SELECT 1 FROM {})", table.name);
        let rows = store.query(&text, &[Kind::Boolean], &[]).await?;
        if rows.first().and_then(|row| row.first()) == Some(&Value::Boolean(true)) {
            return Ok(Some(table.name));
        }
    }
    Ok(None)
}

/// So many bytes the values of a row take.
pub fn bytes(row: &[Value]) -> u64 {
    let of = |value: &Value| match value {
        Value::Null => 0,
        Value::Text(text) => text.len(),
        Value::Integer(_) => 8,
        Value::Boolean(_) => 1,
        Value::Guid(_) => 16,
        Value::Bytes(bytes) => bytes.len(),
    };
    row.iter().map(|value| u64::try_from(of(value)).unwrap_or(0)).sum()
}
