-- Numbered and named like the migrations of the embedded store. Every key leads with the publisher, so that the
-- tables can be sharded by it; text that is sorted sorts by its bytes, as it does there.

-- Reference data that belongs to no publisher.
CREATE TABLE signing_key (
    kid text COLLATE "C" NOT NULL PRIMARY KEY,
    private_pem text NOT NULL,
    created_at bigint NOT NULL
);

CREATE TABLE principal (
    tenant text COLLATE "C" NOT NULL,
    client text COLLATE "C" NOT NULL,
    secret_hash text,
    seeded boolean NOT NULL,
    PRIMARY KEY (tenant, client)
);

CREATE TABLE publisher (
    publisher_id text COLLATE "C" NOT NULL PRIMARY KEY,
    version bigint NOT NULL,
    body text NOT NULL
);

CREATE TABLE member (
    publisher_id text COLLATE "C" NOT NULL,
    tenant text COLLATE "C" NOT NULL,
    client text COLLATE "C" NOT NULL,
    role text NOT NULL,
    PRIMARY KEY (publisher_id, tenant, client)
);

CREATE INDEX member_by_principal ON member (tenant, client);

-- The hot row of an offer: its lifecycle state without its content. Its indexed columns never change, and pages are
-- left room, so that a commit updates it in place.
CREATE TABLE offer (
    publisher_id text COLLATE "C" NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    guid uuid NOT NULL,
    revision bigint NOT NULL,
    offer_type text NOT NULL,
    status text NOT NULL,
    display_text text NOT NULL,
    state text NOT NULL,
    target uuid,
    cancellation uuid,
    PRIMARY KEY (publisher_id, offer_id)
) WITH (fillfactor = 70);

CREATE UNIQUE INDEX offer_by_guid ON offer (publisher_id, guid);

-- The large part of an offer, one row for each version that has content of its own.
CREATE TABLE content (
    publisher_id text COLLATE "C" NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL,
    changed_at bigint NOT NULL,
    display_text text NOT NULL,
    definition text NOT NULL,
    secrets text,
    extra text,
    PRIMARY KEY (publisher_id, offer_id, version)
);

-- Operation ids are time-ordered, so table and index are appended to. Lists follow `previous` from the offer's newest
-- operation: an index by offer would be written to at random places.
CREATE TABLE operation (
    publisher_id text COLLATE "C" NOT NULL,
    operation_id uuid NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    publishing_version bigint NOT NULL,
    previous uuid,
    body text NOT NULL,
    PRIMARY KEY (publisher_id, operation_id)
);

-- Rows exist only while the work is wanted, so the due indexes cover live steps only. A lease is in its row, and ends
-- on the clock of the database: nodes need not agree on the time.
CREATE TABLE work (
    publisher_id text COLLATE "C" NOT NULL,
    operation_id uuid NOT NULL,
    attempt bigint NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    due_at bigint NOT NULL,
    lease_token bigint,
    lease_until timestamptz,
    PRIMARY KEY (publisher_id, operation_id, attempt)
) WITH (fillfactor = 70);

CREATE INDEX work_due ON work (due_at);
CREATE INDEX work_due_of_publisher ON work (publisher_id, due_at);

CREATE SEQUENCE lease_token CACHE 32;

CREATE SEQUENCE letter_id;

CREATE TABLE outbox (
    publisher_id text COLLATE "C" NOT NULL,
    id bigint NOT NULL DEFAULT nextval('letter_id'),
    operation_id uuid NOT NULL,
    event text NOT NULL,
    recipient text NOT NULL,
    body text NOT NULL,
    failures bigint NOT NULL DEFAULT 0,
    due_at bigint,
    outcome text NOT NULL DEFAULT 'due',
    last_error text,
    held_until timestamptz,
    PRIMARY KEY (publisher_id, id),
    UNIQUE (publisher_id, operation_id, event, recipient)
);

CREATE INDEX outbox_due ON outbox (due_at) WHERE outcome = 'due';

CREATE TABLE artifact (
    publisher_id text COLLATE "C" NOT NULL,
    operation_id uuid NOT NULL,
    step text COLLATE "C" NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (publisher_id, operation_id, step)
);

CREATE TABLE lab (
    publisher_id text COLLATE "C" NOT NULL,
    kind text NOT NULL,
    key text COLLATE "C" NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (publisher_id, kind, key)
);
