//! Judges what the server was asked.

use std::collections::{BTreeMap, BTreeSet};

use signoff_store_postgres::testing::Executed;
use tokio_postgres::Client;

use super::allowed::{ALLOWED, Allowed, Kind};
use super::{shards, statement};

/// What came of it.
pub(super) struct Findings {
    pub(super) complaints: Vec<String>,
    /// What is allowed and was not needed.
    pub(super) unused: Vec<&'static str>,
    pub(super) texts: usize,
    pub(super) transactions: usize,
    pub(super) plans: usize,
}

/// What one transaction did.
#[derive(Default)]
struct Transaction<'a> {
    publishers: BTreeSet<&'a str>,
    texts: Vec<&'a str>,
    /// Whether it looked over all publishers.
    looked: bool,
}

/// Judges the statements; `client` is connected to a database that is cut into parts.
pub(super) async fn judge(client: &Client, executed: &[Executed], sharded: &BTreeSet<String>) -> Findings {
    let mut complaints = Vec::new();
    let mut readings = BTreeMap::new();
    let mut transactions = BTreeMap::<&str, Transaction<'_>>::new();
    let mut to_plan = BTreeMap::new();
    let mut used = BTreeSet::new();
    for one in executed {
        let reading = readings.entry(&*one.text).or_insert_with(|| statement::read(&one.text, sharded));
        let transaction = transactions.entry(&one.transaction).or_default();
        transaction.texts.push(&one.text);
        if let Some(allowed) = Allowed::of(&one.text).filter(|_| !reading.faults.is_empty()) {
            used.insert(allowed.name);
            transaction.looked |= allowed.kind == Kind::Look;
            continue;
        }
        complaints.extend(reading.faults.iter().map(|fault| format!("{fault}: {}", one.text)));
        let publishers: Vec<&str> = reading
            .publishers
            .iter()
            .filter_map(|number| one.parameters.get(number))
            .map(String::as_str)
            .collect();
        transaction.publishers.extend(&publishers);
        if reading.faults.is_empty() && reading.tables > 0 {
            to_plan.entry((&one.text, publishers)).or_insert(one);
        }
    }
    for transaction in transactions.values().filter(|transaction| transaction.is_wrong()) {
        let Transaction { publishers, texts, .. } = transaction;
        complaints.push(format!("one transaction for {publishers:?}: {}", texts.join("; ")));
    }
    for one in to_plan.values() {
        let parts = shards::parts(client, one).await;
        if parts.len() > 1 {
            complaints.push(format!("the server reads {parts:?} for {one:?}"));
        }
    }
    complaints.sort();
    complaints.dedup();
    Findings {
        complaints,
        unused: ALLOWED.iter().map(|allowed| allowed.name).filter(|name| !used.contains(name)).collect(),
        texts: readings.len(),
        transactions: transactions.len(),
        plans: to_plan.len(),
    }
}

impl Transaction<'_> {
    /// One that is of two publishers, or that looks over all of them and does something else too.
    fn is_wrong(&self) -> bool {
        self.publishers.len() > 1 || (self.looked && self.texts.len() > 1)
    }
}
