-- Reference data that belongs to no publisher.
CREATE TABLE signing_key (
    kid TEXT NOT NULL PRIMARY KEY,
    private_pem TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE principal (
    tenant TEXT NOT NULL,
    client TEXT NOT NULL,
    secret_hash TEXT,
    seeded INTEGER NOT NULL,
    PRIMARY KEY (tenant, client)
) STRICT, WITHOUT ROWID;

CREATE TABLE publisher (
    publisher_id TEXT NOT NULL PRIMARY KEY,
    version INTEGER NOT NULL,
    body TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE member (
    publisher_id TEXT NOT NULL,
    tenant TEXT NOT NULL,
    client TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (publisher_id, tenant, client)
) STRICT, WITHOUT ROWID;

CREATE INDEX member_by_principal ON member (tenant, client);

-- The hot row of an offer: its lifecycle state without its content.
CREATE TABLE offer (
    publisher_id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    guid BLOB NOT NULL,
    revision INTEGER NOT NULL,
    offer_type TEXT NOT NULL,
    status TEXT NOT NULL,
    display_text TEXT NOT NULL,
    state TEXT NOT NULL,
    target BLOB,
    cancellation BLOB,
    PRIMARY KEY (publisher_id, offer_id)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX offer_by_guid ON offer (publisher_id, guid);

-- The large part of an offer, one row for each version that has content of its own.
CREATE TABLE content (
    publisher_id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    version INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    display_text TEXT NOT NULL,
    definition TEXT NOT NULL,
    secrets TEXT,
    extra TEXT,
    PRIMARY KEY (publisher_id, offer_id, version)
) STRICT;

-- Operation ids are time-ordered, so table and index are appended to. Lists follow `previous` from the
-- offer's newest operation: an index by offer would be written to at random places.
CREATE TABLE operation (
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    offer_id TEXT NOT NULL,
    publishing_version INTEGER NOT NULL,
    previous BLOB,
    body TEXT NOT NULL,
    PRIMARY KEY (publisher_id, operation_id)
) STRICT;

-- Rows exist only while the work is wanted, so the due index covers live steps only.
CREATE TABLE work (
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    attempt INTEGER NOT NULL,
    offer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    due_at INTEGER NOT NULL,
    PRIMARY KEY (publisher_id, operation_id, attempt)
) STRICT;

CREATE INDEX work_due ON work (due_at);
CREATE INDEX work_due_of_publisher ON work (publisher_id, due_at);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    event TEXT NOT NULL,
    recipient TEXT NOT NULL,
    body TEXT NOT NULL,
    failures INTEGER NOT NULL DEFAULT 0,
    due_at INTEGER,
    outcome TEXT NOT NULL DEFAULT 'due',
    last_error TEXT,
    UNIQUE (publisher_id, operation_id, event, recipient)
) STRICT;

CREATE INDEX outbox_due ON outbox (due_at) WHERE outcome = 'due';

CREATE TABLE artifact (
    publisher_id TEXT NOT NULL,
    operation_id BLOB NOT NULL,
    step TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (publisher_id, operation_id, step)
) STRICT;

CREATE TABLE lab (
    publisher_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (publisher_id, kind, key)
) STRICT, WITHOUT ROWID;
