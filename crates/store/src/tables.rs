//! The tables as both engines have them, the migrations that make them, and rows as plain values: what a snapshot or a
//! copy carries from one store to another. Leases stay behind: a server on the copy takes up all work at once.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    Integer,
    Boolean,
    /// A GUID: sixteen bytes.
    Guid,
    Bytes,
}

/// One value of a row. Text is in the order of its bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    Null,
    Text(String),
    Integer(i64),
    Boolean(bool),
    Guid([u8; 16]),
    Bytes(Vec<u8>),
}

/// One value of a row that lies elsewhere, to be bound to a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell<'a> {
    Null,
    Text(&'a str),
    Integer(i64),
    Boolean(bool),
    Guid(&'a [u8; 16]),
    Bytes(&'a [u8]),
}

impl Value {
    /// The value, to be bound.
    pub fn cell(&self) -> Cell<'_> {
        match self {
            Self::Null => Cell::Null,
            Self::Text(text) => Cell::Text(text),
            Self::Integer(number) => Cell::Integer(*number),
            Self::Boolean(flag) => Cell::Boolean(*flag),
            Self::Guid(guid) => Cell::Guid(guid),
            Self::Bytes(bytes) => Cell::Bytes(bytes),
        }
    }
}

/// One table and the columns that are carried.
pub struct Table {
    pub name: &'static str,
    pub columns: &'static [(&'static str, Kind)],
    /// What no two rows have alike, the publisher first: rows are read in its order.
    pub key: &'static [&'static str],
}

use Kind::{Boolean, Bytes, Guid, Integer, Text};

/// Every table; the signing keys first, for they outlive a reset.
pub const TABLES: [Table; 14] = [
    Table {
        name: "signing_key",
        columns: &[("kid", Text), ("private_pem", Text), ("created_at", Integer)],
        key: &["kid"],
    },
    Table {
        name: "principal",
        columns: &[("tenant", Text), ("client", Text), ("secret_hash", Text), ("seeded", Boolean)],
        key: &["tenant", "client"],
    },
    Table {
        name: "publisher",
        columns: &[("publisher_id", Text), ("version", Integer), ("body", Text)],
        key: &["publisher_id"],
    },
    Table {
        name: "member",
        columns: &[("publisher_id", Text), ("tenant", Text), ("client", Text), ("role", Text)],
        key: &["publisher_id", "tenant", "client"],
    },
    Table {
        name: "offer",
        columns: &[
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
            ("folded", Text),
        ],
        key: &["publisher_id", "offer_id"],
    },
    Table {
        name: "content",
        columns: &[
            ("publisher_id", Text),
            ("offer_id", Text),
            ("version", Integer),
            ("changed_at", Integer),
            ("display_text", Text),
            ("definition", Text),
            ("secrets", Text),
            ("extra", Text),
        ],
        key: &["publisher_id", "offer_id", "version"],
    },
    Table {
        name: "operation",
        columns: &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("offer_id", Text),
            ("publishing_version", Integer),
            ("previous", Guid),
            ("body", Bytes),
        ],
        key: &["publisher_id", "operation_id"],
    },
    Table {
        name: "kept",
        columns: &[
            ("publisher_id", Text),
            ("offer_id", Text),
            ("publishing_version", Integer),
            ("operation_id", Guid),
            ("offer_version", Integer),
        ],
        key: &["publisher_id", "offer_id", "publishing_version"],
    },
    Table {
        name: "work",
        columns: &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("attempt", Integer),
            ("offer_id", Text),
            ("kind", Text),
            ("due_at", Integer),
        ],
        key: &["publisher_id", "operation_id", "attempt"],
    },
    Table {
        name: "outbox",
        columns: &[
            ("publisher_id", Text),
            ("id", Integer),
            ("operation_id", Guid),
            ("event", Text),
            ("recipient", Text),
            ("body", Bytes),
            ("failures", Integer),
            ("due_at", Integer),
            ("outcome", Text),
            ("last_error", Text),
        ],
        key: &["publisher_id", "operation_id", "event", "recipient"],
    },
    Table {
        name: "artifact",
        columns: &[("publisher_id", Text), ("operation_id", Guid), ("step", Text), ("body", Text)],
        key: &["publisher_id", "operation_id", "step"],
    },
    Table {
        name: "lab",
        columns: &[("publisher_id", Text), ("kind", Text), ("key", Text), ("body", Text)],
        key: &["publisher_id", "kind", "key"],
    },
    Table {
        name: "audit",
        columns: &[("publisher_id", Text), ("entry", Integer), ("body", Text)],
        key: &["publisher_id", "entry"],
    },
    Table {
        name: "repeated",
        columns: &[
            ("publisher_id", Text),
            ("key", Bytes),
            ("digest", Bytes),
            ("expires_at", Integer),
            ("reply", Text),
        ],
        key: &["publisher_id", "key"],
    },
];

/// The migrations of the engine whose crate says this, in their order: names, and what the files of these names below
/// its `migrations/` hold. Both engines have the same; none is edited once it is released.
#[macro_export]
macro_rules! migrations {
    () => {
        $crate::migrations!(of
            "0001_first",
            "0002_repeated",
            "0003_retention",
            "0004_audit",
            "0005_statistics",
            "0006_packed",
            "0007_folded",
        )
    };
    (of $($name:literal,)+) => {
        &[$(($name, include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations/", $name, ".sql")))),+]
    };
}

/// The table that marks a store as a copy that is not finished. It is there as long as that is so, and holds the name of
/// the source.
pub const MARK: &str = "copying";

/// Why nobody may use a store that holds a part of another one.
pub fn unfinished(source: &str) -> String {
    format!("it holds an unfinished copy of {source}; run the same `signoff store copy` again to finish it")
}

impl Table {
    /// The names of its columns, for a statement.
    pub fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}
