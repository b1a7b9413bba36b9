//! A store held against what must be so: the engine's own view of its files, and the rules over the data. Nothing is
//! written, and no more than a few pages of rows are in memory at once.

mod cursor;
mod directory;
mod offers;
mod operations;
mod references;

use signoff_lifecycle::ids::Guid;
use signoff_store::StoreError;
use signoff_store::table_store::{self, TableStore};
use signoff_store::tables::{TABLES, Value};

use super::{Place, Stage, Tally, UpkeepError, Watcher};

/// Findings beyond this number are counted only.
const TOLD: usize = 1000;

/// Something that is not as it must be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Finding {
    /// The rule, in a word, e.g. `work`.
    pub rule: &'static str,
    /// Whose it is, if it is somebody's.
    pub publisher: Option<String>,
    /// The offer that it is about.
    pub offer: Option<String>,
    /// The operation that it is about.
    pub operation: Option<String>,
    /// What is wrong.
    pub what: String,
}

/// What a check came to.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// Rows that were looked at.
    pub rows: u64,
    /// What was found, at most a thousand.
    pub findings: Vec<Finding>,
    /// How much more there is.
    pub more: u64,
    /// What could not be looked at, why, and what helps.
    pub unchecked: Vec<String>,
}

/// Says why the reply to a repeatable request cannot be read, if it cannot: its form is not the store's business.
pub type Reads<'a> = &'a (dyn Fn(&str) -> Result<(), String> + Send + Sync);

/// Looks at everything in one state of the store.
///
/// # Errors
/// If the store cannot be read, is an unfinished copy, or has another schema than this binary.
pub async fn check(
    place: &Place,
    read_reply: Reads<'_>,
    watcher: Watcher<'_>,
) -> Result<CheckReport, UpkeepError> {
    let store = place.read(false).await?;
    let store = store.as_ref();
    let mut findings = Findings::default();
    let mut rows = 0;
    let looked = look(store, read_reply, watcher, &mut findings, &mut rows).await;
    match looked {
        // A damaged store cannot be read to its end: report the findings so far.
        Err(error) if !findings.told.is_empty() || matches!(error, StoreError::Corrupt(_)) => {
            let what = format!("the check could not go on: {error}");
            findings.add(Finding { rule: "integrity", what, ..Finding::default() });
        }
        looked => looked?,
    }
    let Findings { told, more, unchecked } = findings;
    Ok(CheckReport { rows, findings: told, more, unchecked })
}

async fn look(
    store: &dyn TableStore,
    read_reply: Reads<'_>,
    watcher: Watcher<'_>,
    findings: &mut Findings,
    rows: &mut u64,
) -> Result<(), StoreError> {
    let integrity = store.integrity().await?;
    findings.unchecked = integrity.unchecked;
    for damage in integrity.damage {
        findings.add(Finding { rule: "integrity", what: damage, ..Finding::default() });
    }
    for table in TABLES.iter().filter(|table| !UNREAD.contains(&table.name)) {
        *rows += table_store::count(store, table).await?;
    }
    let checker = Checker { store, tally: &Tally::new(Stage::Checking, *rows, watcher) };
    directory::check(&checker, findings, read_reply).await?;
    offers::check(&checker, findings).await?;
    operations::check(&checker, findings).await
}

/// Tables in which nothing refers to anything.
const UNREAD: [&str; 3] = ["signing_key", "principal", "lab"];

/// What every part of a check looks with.
#[derive(Clone, Copy)]
struct Checker<'a> {
    store: &'a dyn TableStore,
    tally: &'a Tally<'a>,
}

#[derive(Default)]
struct Findings {
    told: Vec<Finding>,
    more: u64,
    unchecked: Vec<String>,
}

impl Findings {
    fn add(&mut self, finding: Finding) {
        if self.told.len() < TOLD {
            self.told.push(finding);
        } else {
            self.more += 1;
        }
    }
}

/// The column of a row, or an error that says that the schema is not what this binary expects.
fn text(row: &[Value], place: usize) -> Result<&str, StoreError> {
    match row.get(place) {
        Some(Value::Text(text)) => Ok(text),
        other => Err(unexpected(place, other)),
    }
}

fn bytes(row: &[Value], place: usize) -> Result<&[u8], StoreError> {
    match row.get(place) {
        Some(Value::Bytes(bytes)) => Ok(bytes),
        other => Err(unexpected(place, other)),
    }
}

fn integer(row: &[Value], place: usize) -> Result<i64, StoreError> {
    match row.get(place) {
        Some(Value::Integer(number)) => Ok(*number),
        other => Err(unexpected(place, other)),
    }
}

fn boolean(row: &[Value], place: usize) -> Result<bool, StoreError> {
    match row.get(place) {
        Some(Value::Boolean(flag)) => Ok(*flag),
        other => Err(unexpected(place, other)),
    }
}

fn guid(row: &[Value], place: usize) -> Result<Guid, StoreError> {
    optional_guid(row, place)?.ok_or_else(|| unexpected(place, None))
}

fn optional_text(row: &[Value], place: usize) -> Result<Option<&str>, StoreError> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { text(row, place).map(Some) }
}

fn optional_bytes(row: &[Value], place: usize) -> Result<Option<&[u8]>, StoreError> {
    if row.get(place) == Some(&Value::Null) { Ok(None) } else { bytes(row, place).map(Some) }
}

fn optional_guid(row: &[Value], place: usize) -> Result<Option<Guid>, StoreError> {
    match row.get(place) {
        Some(Value::Null) => Ok(None),
        Some(Value::Guid(guid)) => Ok(Some(Guid::from_bytes(*guid))),
        other => Err(unexpected(place, other)),
    }
}

fn unexpected(place: usize, value: Option<&Value>) -> StoreError {
    // Not the value: it may be a secret.
    let is = if value.is_some() { "something else than expected" } else { "nothing" };
    StoreError::Corrupt(format!("column {place} of a row holds {is}"))
}
