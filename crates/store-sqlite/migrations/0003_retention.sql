-- Old operations that stay because something visible rests on them, while others around them were forgotten: lists
-- that follow `previous` end before they come to these. Written when operations are forgotten, never by a publish.
CREATE TABLE kept (
    publisher_id TEXT NOT NULL,
    offer_id TEXT NOT NULL,
    publishing_version INTEGER NOT NULL,
    operation_id BLOB NOT NULL,
    offer_version INTEGER NOT NULL,
    PRIMARY KEY (publisher_id, offer_id, publishing_version)
) STRICT, WITHOUT ROWID;
