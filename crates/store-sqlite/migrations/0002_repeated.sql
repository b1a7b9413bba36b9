-- Replies to repeatable requests, for as long as they may be asked for again. The rows are appended to; only the
-- small index over the keys is written to at random places.
CREATE TABLE repeated (
    publisher_id TEXT NOT NULL,
    key BLOB NOT NULL,
    digest BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    reply TEXT NOT NULL,
    PRIMARY KEY (publisher_id, key)
) STRICT;

CREATE INDEX repeated_expiry ON repeated (expires_at);
