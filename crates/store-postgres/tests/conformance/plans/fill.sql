-- N operations that ended, most of one publisher, and about as many rows of everything that is kept with them. The rows
-- are copies of those that a store wrote; ids are less than those that the test draws.
INSERT INTO publisher (publisher_id, version, body)
    SELECT 'other-' || n, 1, body FROM generate_series(1, N / 10) AS n, publisher WHERE publisher_id = 'contoso';
INSERT INTO member (publisher_id, tenant, client, role)
    SELECT 'other-' || n, 'tenant', 'client-' || n, 'owner' FROM generate_series(1, N / 10) AS n;
INSERT INTO principal (tenant, client, seeded) SELECT 'tenant', 'client-' || n, FALSE FROM generate_series(1, N / 10) AS n;

CREATE TEMPORARY TABLE filled AS
    SELECT n, CASE WHEN n % 5 = 0 THEN 'other-' || n % (N / 10) ELSE 'contoso' END AS publisher_id,
        'offer-' || lpad((n % (N / 10))::text, 9, '0') AS offer_id,
        ('01000000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid AS operation_id
    FROM generate_series(1, N) AS n;

INSERT INTO operation (publisher_id, operation_id, offer_id, publishing_version, previous, body)
    SELECT filled.publisher_id, filled.operation_id, filled.offer_id, 1, NULL, body
    FROM filled, (SELECT body FROM operation LIMIT 1) AS like_this;
INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state, target)
    SELECT DISTINCT ON (filled.publisher_id, filled.offer_id) filled.publisher_id, filled.offer_id, operation_id, 1,
        offer_type, 'canceled', 'text', state, operation_id
    FROM filled, (SELECT offer_type, state FROM offer LIMIT 1) AS like_this ORDER BY 1, 2, n DESC;
INSERT INTO content (publisher_id, offer_id, version, changed_at, display_text, definition)
    SELECT publisher_id, offer_id, 1, 0, 'text', '{}' FROM offer ON CONFLICT DO NOTHING;
-- Of every hundred operations one runs: it waits for later work, and has a letter that waits for later, too.
INSERT INTO work (publisher_id, operation_id, attempt, offer_id, kind, due_at)
    SELECT publisher_id, operation_id, 1, offer_id, 'run', 9000000000000000 + n FROM filled WHERE n % 100 = 0;
INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, due_at, outcome)
    SELECT filled.publisher_id, operation_id, 'completed', 'ann', body,
        CASE WHEN n % 100 = 0 THEN 9000000000000000 + n END, CASE WHEN n % 100 = 0 THEN 'due' ELSE 'sent' END
    FROM filled, (SELECT body FROM outbox LIMIT 1) AS like_this;
INSERT INTO artifact (publisher_id, operation_id, step, body)
    SELECT publisher_id, operation_id, 'package', '{}' FROM filled;
INSERT INTO kept (publisher_id, offer_id, publishing_version, operation_id, offer_version)
    SELECT publisher_id, offer_id, n, operation_id, 1 FROM filled WHERE n % 10 = 0;
INSERT INTO repeated (publisher_id, key, digest, expires_at, reply)
    SELECT publisher_id, sha256(n::text::bytea), sha256(''), 9000000000000000 + n, '{}' FROM filled;
INSERT INTO audit (publisher_id, entry, body)
    SELECT publisher_id, 1000 + n, body FROM filled, (SELECT body FROM audit LIMIT 1) AS like_this
    WHERE filled.publisher_id <> 'contoso';
INSERT INTO audit (publisher_id, entry, body)
    SELECT 'contoso', 1000 + n, body FROM generate_series(1, N) AS n, (SELECT body FROM audit LIMIT 1) AS like_this;
UPDATE audit_counter SET last = 1000 + N WHERE publisher_id = 'contoso';
INSERT INTO lab (publisher_id, kind, key, body)
    SELECT publisher_id, 'scenario', offer_id, '{}' FROM offer;
DROP TABLE filled;
VACUUM ANALYZE;
