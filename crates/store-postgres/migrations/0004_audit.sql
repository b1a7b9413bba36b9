-- Who changed what: appended to in the transaction of the change, numbered per publisher, never changed.
CREATE TABLE audit (
    publisher_id text COLLATE "C" NOT NULL,
    entry bigint NOT NULL,
    body text NOT NULL,
    PRIMARY KEY (publisher_id, entry)
);

-- The last number of each publisher. Its row is locked until the change that took a number is committed.
CREATE TABLE audit_counter (
    publisher_id text COLLATE "C" NOT NULL PRIMARY KEY,
    last bigint NOT NULL
) WITH (fillfactor = 50);

CREATE FUNCTION audit_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the audit log is only appended to';
END $$;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_append_only();
