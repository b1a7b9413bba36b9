-- Old operations that stay because something visible rests on them, while others around them were forgotten: lists
-- that follow `previous` end before they come to these. Written when operations are forgotten, never by a publish.
CREATE TABLE kept (
    publisher_id text COLLATE "C" NOT NULL,
    offer_id text COLLATE "C" NOT NULL,
    publishing_version bigint NOT NULL,
    operation_id uuid NOT NULL,
    offer_version bigint NOT NULL,
    PRIMARY KEY (publisher_id, offer_id, publishing_version)
);
