//! The tables as both engines have them, and rows as plain values: what a snapshot or a copy carries from one store to
//! another. Leases stay behind: whoever opens the copy takes up all work at once.

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Text,
    Integer,
    Boolean,
    /// A GUID: sixteen bytes.
    Guid,
    Bytes,
}

/// One value of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Integer(i64),
    Boolean(bool),
    Guid([u8; 16]),
    Bytes(Vec<u8>),
}

/// One table and the columns that are carried.
pub(crate) struct Table {
    pub(crate) name: &'static str,
    pub(crate) columns: &'static [(&'static str, Kind)],
}

use Kind::{Boolean, Bytes, Guid, Integer, Text};

/// Every table; the signing keys first, for they outlive a reset.
pub(crate) const TABLES: [Table; 14] = [
    Table { name: "signing_key", columns: &[("kid", Text), ("private_pem", Text), ("created_at", Integer)] },
    Table {
        name: "principal",
        columns: &[("tenant", Text), ("client", Text), ("secret_hash", Text), ("seeded", Boolean)],
    },
    Table { name: "publisher", columns: &[("publisher_id", Text), ("version", Integer), ("body", Text)] },
    Table {
        name: "member",
        columns: &[("publisher_id", Text), ("tenant", Text), ("client", Text), ("role", Text)],
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
        ],
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
    },
    Table {
        name: "operation",
        columns: &[
            ("publisher_id", Text),
            ("operation_id", Guid),
            ("offer_id", Text),
            ("publishing_version", Integer),
            ("previous", Guid),
            ("body", Text),
        ],
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
    },
    Table {
        name: "outbox",
        columns: &[
            ("publisher_id", Text),
            ("id", Integer),
            ("operation_id", Guid),
            ("event", Text),
            ("recipient", Text),
            ("body", Text),
            ("failures", Integer),
            ("due_at", Integer),
            ("outcome", Text),
            ("last_error", Text),
        ],
    },
    Table {
        name: "artifact",
        columns: &[("publisher_id", Text), ("operation_id", Guid), ("step", Text), ("body", Text)],
    },
    Table { name: "lab", columns: &[("publisher_id", Text), ("kind", Text), ("key", Text), ("body", Text)] },
    Table { name: "audit", columns: &[("publisher_id", Text), ("entry", Integer), ("body", Text)] },
    Table {
        name: "repeated",
        columns: &[
            ("publisher_id", Text),
            ("key", Bytes),
            ("digest", Bytes),
            ("expires_at", Integer),
            ("reply", Text),
        ],
    },
];

impl Table {
    /// The names of its columns, for a statement.
    pub(crate) fn names(&self) -> String {
        self.columns.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}
