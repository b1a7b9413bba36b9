-- Replies to repeatable requests, for as long as they may be asked for again.
CREATE TABLE repeated (
    publisher_id text COLLATE "C" NOT NULL,
    key bytea NOT NULL,
    digest bytea NOT NULL,
    expires_at bigint NOT NULL,
    reply text NOT NULL,
    PRIMARY KEY (publisher_id, key)
);

CREATE INDEX repeated_expiry ON repeated (expires_at);
