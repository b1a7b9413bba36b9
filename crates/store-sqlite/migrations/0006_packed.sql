-- Operations and letters are kept packed (see packed.rs). What is there stays JSON until it changes again: the bytes
-- say which they are. A strict column cannot change its type, so both tables are written anew. Small as they are now,
-- operations have room in the tree of their keys: who looks for one goes down one tree and not two.
CREATE TABLE packed_operation (
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    offer_id TEXT NOT NULL,
    publishing_version INTEGER NOT NULL,
    previous BLOB,
    body BLOB NOT NULL,
    PRIMARY KEY (publisher_id, operation_id)
) STRICT, WITHOUT ROWID;

INSERT INTO packed_operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
    SELECT publisher_id, operation_id, offer_id, publishing_version, previous, CAST(body AS BLOB)
    FROM operation ORDER BY publisher_id, operation_id;
DROP TABLE operation;
ALTER TABLE packed_operation RENAME TO operation;

CREATE TABLE packed_outbox (
    id INTEGER PRIMARY KEY,
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    event TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body BLOB NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    outcome TEXT NOT NULL DEFAULT 'due',
    last_error TEXT,
    UNIQUE (publisher_id, operation_id, event, recipient)
) STRICT;

INSERT INTO packed_outbox (id, publisher_id, operation_id, event, recipient, body, failures, due_at, outcome, last_error)
    SELECT id, publisher_id, operation_id, event, recipient, CAST(body AS BLOB), failures, due_at, outcome, last_error
    FROM outbox ORDER BY id;
DROP TABLE outbox;
ALTER TABLE packed_outbox RENAME TO outbox;

CREATE INDEX outbox_due ON outbox (due_at) WHERE outcome = 'due';
