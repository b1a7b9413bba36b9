//! Rows in the order of a key, one after the other; several of them side by side make a join that needs no memory.

use std::cmp::Ordering;
use std::collections::VecDeque;

use signoff_store::StoreError;
use signoff_store::table_store::{Row, Select, bytes};
use signoff_store::tables::{Kind, Value};

use super::Checker;

/// Rows are read in pages of this size; of rows that may be large, fewer.
const PAGE: usize = 500;
const PAGE_OF_LARGE: usize = 50;

pub(super) struct Cursor<'a> {
    checker: Checker<'a>,
    table: &'static str,
    select: Select,
    page: VecDeque<Row>,
    after: Option<Vec<Value>>,
    ended: bool,
}

impl<'a> Cursor<'a> {
    /// Over `text`, whose first columns are the key: `key` names them.
    pub(super) fn new(
        checker: Checker<'a>,
        table: &'static str,
        text: &str,
        kinds: &[Kind],
        key: &[&str],
    ) -> Self {
        let key = key.iter().enumerate().map(|(place, name)| ((*name).to_owned(), place)).collect();
        let page = if table == "content" { PAGE_OF_LARGE } else { PAGE };
        let select = Select { text: text.to_owned(), kinds: kinds.to_vec(), key, page };
        Self { checker, table, select, page: VecDeque::new(), after: None, ended: false }
    }

    /// The next row.
    pub(super) async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        self.fill().await?;
        Ok(self.page.pop_front())
    }

    /// Where the next row stands against this beginning of a key; `None`: there is no next row.
    pub(super) async fn against(&mut self, key: &[Value]) -> Result<Option<Ordering>, StoreError> {
        self.fill().await?;
        Ok(self.page.front().map(|row| row.iter().take(key.len()).cmp(key.iter())))
    }

    async fn fill(&mut self) -> Result<(), StoreError> {
        if !self.page.is_empty() || self.ended {
            return Ok(());
        }
        let page = self.select.page(self.checker.store, self.after.as_deref()).await?;
        match page.last() {
            Some(last) => self.after = Some(self.select.key_of(last)),
            None => self.ended = true,
        }
        let size = page.iter().map(|row| bytes(row)).sum();
        self.checker.tally.add(self.table, u64::try_from(page.len()).unwrap_or(0), size);
        self.page = page.into();
        Ok(())
    }
}
