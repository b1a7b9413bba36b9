//! What a table comes to: how many rows, and a SHA-256 over all values in the order of the key.

use sha2::{Digest as _, Sha256};
use signoff_store::StoreError;
use signoff_store::table_store::{Select, TableStore, bytes};
use signoff_store::tables::{Table, Value};

/// What a table comes to. Two tables with the same rows come to the same, whatever engine they are in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sum {
    pub(super) rows: u64,
    pub(super) sha256: String,
}

/// Reads the whole table. `read` hears of each page: its rows and bytes.
pub(super) async fn of(
    store: &dyn TableStore,
    table: &Table,
    read: impl Fn(u64, u64) + Send,
) -> Result<Sum, StoreError> {
    let select = Select::table(table);
    let mut hash = Sha256::new();
    let (mut rows, mut after) = (0, None::<Vec<Value>>);
    loop {
        let page = select.page(store, after.as_deref()).await?;
        let Some(last) = page.last() else {
            let sha256 = hex::encode(hash.finalize());
            return Ok(Sum { rows, sha256 });
        };
        after = Some(select.key_of(last));
        page.iter().flatten().for_each(|value| feed(&mut hash, value));
        let number = u64::try_from(page.len()).unwrap_or(0);
        rows += number;
        read(number, page.iter().map(|row| bytes(row)).sum());
    }
}

/// Adds a value in a form that no other value has.
fn feed(hash: &mut Sha256, value: &Value) {
    let mut tagged = |tag: u8, bytes: &[u8]| {
        hash.update([tag]);
        hash.update(u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(bytes);
    };
    match value {
        Value::Null => tagged(0, &[]),
        Value::Text(text) => tagged(1, text.as_bytes()),
        Value::Integer(number) => tagged(2, &number.to_be_bytes()),
        Value::Boolean(flag) => tagged(3, &[u8::from(*flag)]),
        Value::Guid(guid) => tagged(4, guid),
        Value::Bytes(bytes) => tagged(5, bytes),
    }
}
