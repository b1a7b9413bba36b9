-- Who changed what: appended to in the transaction of the change, numbered per publisher, never changed.
CREATE TABLE audit (
    publisher_id TEXT NOT NULL,
    entry INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (publisher_id, entry)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit BEGIN
    SELECT RAISE(ABORT, 'the audit log is only appended to');
END;
