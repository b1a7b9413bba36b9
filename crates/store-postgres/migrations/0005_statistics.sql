-- How many rows a publisher has differs by more than an average tells: one may have most of all there are. Told that
-- there are few publishers, the planner looks rows up by their whole key rather than among all of the publisher's.
-- It counts from the next ANALYZE on, which the server does by itself.
ALTER TABLE member ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE offer ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE content ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE operation ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE work ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE outbox ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE artifact ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE lab ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE repeated ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE kept ALTER COLUMN publisher_id SET (n_distinct = 10);
ALTER TABLE audit ALTER COLUMN publisher_id SET (n_distinct = 10);

-- A lease's token comes of its row: a cluster need not share a sequence for it.
DROP SEQUENCE lease_token;
