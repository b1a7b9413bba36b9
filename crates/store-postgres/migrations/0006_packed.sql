-- Operations and letters are kept packed (see packed.rs). What is there stays JSON until it changes again: the bytes
-- say which they are.
ALTER TABLE operation ALTER COLUMN body TYPE bytea USING convert_to(body, 'UTF8');
ALTER TABLE outbox ALTER COLUMN body TYPE bytea USING convert_to(body, 'UTF8');
