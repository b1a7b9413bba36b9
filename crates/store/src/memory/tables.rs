//! What is durable, as tables. They mirror the schema of the SQLite store.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use signoff_lifecycle::access::Role;
use signoff_lifecycle::ids::{OperationId, PublisherTime};
use signoff_lifecycle::offer::{Aggregate, Offer, OfferStatus};
use signoff_lifecycle::operation::{Operation, WorkKind};

use crate::contract::{Aged, AuditEntry, Content, Delivery, Loaded, Mail, PrincipalId, Publisher, Repeated};

/// Everything that outlives the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Tables {
    #[serde(with = "rows")]
    pub(super) signing_keys: BTreeMap<String, SigningKeyRow>,
    #[serde(with = "rows")]
    pub(super) principals: BTreeMap<PrincipalId, PrincipalRow>,
    #[serde(with = "rows")]
    pub(super) publishers: BTreeMap<String, Publisher>,
    #[serde(with = "rows")]
    pub(super) members: BTreeMap<(String, PrincipalId), Role>,
    /// By publisher and offer.
    #[serde(with = "rows")]
    pub(super) offers: BTreeMap<(String, String), OfferRow>,
    /// By publisher, offer and version.
    #[serde(with = "rows")]
    pub(super) contents: BTreeMap<(String, String, u32), Content>,
    /// By publisher and operation.
    #[serde(with = "rows")]
    pub(super) operations: BTreeMap<(String, OperationId), OperationRow>,
    /// Old operations that stay, by publisher, offer and publishing version.
    #[serde(with = "rows")]
    pub(super) kept: BTreeMap<(String, String, u64), Aged>,
    /// By publisher, operation and attempt.
    #[serde(with = "rows")]
    pub(super) work: BTreeMap<(String, OperationId, u32), WorkRow>,
    #[serde(with = "rows")]
    pub(super) outbox: BTreeMap<i64, LetterRow>,
    /// By publisher, operation and step.
    #[serde(with = "rows")]
    pub(super) artifacts: BTreeMap<(String, OperationId, String), String>,
    /// By publisher and key.
    #[serde(with = "rows")]
    pub(super) repeated: BTreeMap<(String, [u8; 32]), Repeated>,
    /// By publisher and number.
    #[serde(with = "rows")]
    pub(super) audit: BTreeMap<(String, u64), AuditEntry>,
    /// By kind, publisher and key.
    #[serde(with = "rows")]
    pub(super) dev: BTreeMap<(String, String, String), String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct SigningKeyRow {
    pub(super) private_pem: String,
    pub(super) created_at: i64,
}

impl std::fmt::Debug for SigningKeyRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SigningKeyRow(…)")
    }
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PrincipalRow {
    pub(super) secret_hash: Option<String>,
    pub(super) seeded: bool,
}

impl std::fmt::Debug for PrincipalRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PrincipalRow(…)")
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OfferRow {
    pub(super) revision: u64,
    pub(super) offer: Offer,
    pub(super) status: OfferStatus,
    pub(super) display_text: String,
    pub(super) target: Option<OperationId>,
    pub(super) cancellation: Option<OperationId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct OperationRow {
    pub(super) offer: String,
    pub(super) operation: Operation,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct WorkRow {
    pub(super) offer: String,
    pub(super) kind: WorkKind,
    pub(super) due_at: PublisherTime,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct LetterRow {
    pub(super) mail: Mail,
    pub(super) failures: u32,
    pub(super) delivery: Delivery,
    pub(super) last_error: Option<String>,
}

impl Tables {
    pub(super) fn load(&self, publisher: &str, offer: &str) -> Option<Loaded> {
        let row = self.offers.get(&(publisher.to_owned(), offer.to_owned()))?;
        let operation = |id: Option<OperationId>| {
            Some(self.operations.get(&(publisher.to_owned(), id?))?.operation.clone())
        };
        let (target, cancellation) = (operation(row.target), operation(row.cancellation));
        let aggregate = Aggregate::of_stored(row.offer.clone(), target, cancellation)
            .expect("the tables hold what was committed");
        Some(Loaded { aggregate: aggregate.into(), revision: row.revision })
    }

    /// Every operation: publisher, offer, operation; by publisher and id.
    pub fn operations(&self) -> impl Iterator<Item = (&str, &str, &Operation)> {
        let rows = self.operations.iter();
        rows.map(|((publisher, _), row)| (publisher.as_str(), row.offer.as_str(), &row.operation))
    }

    /// One operation of the publisher.
    pub fn operation(&self, publisher: &str, id: OperationId) -> Option<&Operation> {
        self.operations.get(&(publisher.to_owned(), id)).map(|row| &row.operation)
    }

    /// The revision of an offer.
    pub fn revision(&self, publisher: &str, offer: &str) -> Option<u64> {
        self.offers.get(&(publisher.to_owned(), offer.to_owned())).map(|row| row.revision)
    }

    /// Every offer without its content, by publisher and id.
    pub fn offers(&self) -> impl Iterator<Item = &Offer> {
        self.offers.values().map(|row| &row.offer)
    }

    /// Every piece of work that is wanted: publisher, operation, attempt, and when it is due.
    pub fn work(&self) -> impl Iterator<Item = (&str, OperationId, u32, PublisherTime)> {
        let rows = self.work.iter();
        rows.map(|((publisher, operation, attempt), row)| {
            (publisher.as_str(), *operation, *attempt, row.due_at)
        })
    }

    /// Everything that steps made: publisher, operation, step.
    pub fn artifacts(&self) -> impl Iterator<Item = (&str, OperationId, &str)> {
        let rows = self.artifacts.keys();
        rows.map(|(publisher, operation, step)| (publisher.as_str(), *operation, step.as_str()))
    }

    /// Every letter with how far it is, in the order of writing.
    pub fn letters(&self) -> impl Iterator<Item = (&Mail, Delivery)> {
        self.outbox.values().map(|row| (&row.mail, row.delivery))
    }
}

/// A table as a list of pairs: keys of JSON objects are texts alone.
mod rows {
    use super::{BTreeMap, Deserialize, DeserializeOwned, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<K, V, S>(table: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize,
        V: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(table)
    }

    pub(super) fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: DeserializeOwned + Ord,
        V: DeserializeOwned,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
