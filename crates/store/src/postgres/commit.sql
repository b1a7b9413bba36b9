-- Changes of offers of one publisher, each of another offer: every one that is not stale is written whole, the others
-- not at all. One statement is one transaction and one round trip.
WITH given AS (
    SELECT * FROM unnest($2::text[], $3::bigint[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::uuid[],
        $9::uuid[], $10::text[], $11::uuid[], $12::bigint[], $13::bigint[])
    AS given (offer_id, expected, guid, offer_type, status, state, target, cancellation, display_text,
        fence_operation, fence_attempt, fence_token)
), held AS (
    SELECT given.offer_id FROM given WHERE given.fence_operation IS NULL
    UNION ALL
    SELECT given.offer_id FROM given JOIN work ON work.publisher_id = $1
        AND work.operation_id = given.fence_operation AND work.attempt = given.fence_attempt
        AND work.lease_token = given.fence_token
), changed AS (
    UPDATE offer SET revision = offer.revision + 1, status = given.status, state = given.state,
        target = given.target, cancellation = given.cancellation,
        display_text = coalesce(given.display_text, offer.display_text)
    FROM given JOIN held ON held.offer_id = given.offer_id
    WHERE offer.publisher_id = $1 AND offer.offer_id = given.offer_id AND offer.revision = given.expected
    RETURNING offer.offer_id
), created AS (
    INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state, target,
        cancellation)
    SELECT $1, given.offer_id, given.guid, 1, given.offer_type, given.status, coalesce(given.display_text, ''),
        given.state, given.target, given.cancellation
    FROM given JOIN held ON held.offer_id = given.offer_id WHERE given.expected IS NULL
    ON CONFLICT DO NOTHING
    RETURNING offer.offer_id
), done AS (
    SELECT offer_id FROM changed UNION ALL SELECT offer_id FROM created
), operations AS (
    INSERT INTO operation (publisher_id, offer_id, operation_id, publishing_version, previous, body)
    SELECT $1, row.offer_id, row.operation_id, row.publishing_version, row.previous, row.body
    FROM unnest($14::text[], $15::uuid[], $16::bigint[], $17::uuid[], $18::text[])
        AS row (offer_id, operation_id, publishing_version, previous, body)
    JOIN done ON done.offer_id = row.offer_id
    ON CONFLICT (publisher_id, operation_id) DO UPDATE SET body = excluded.body
), settled AS (
    DELETE FROM work USING unnest($19::text[], $20::uuid[], $21::bigint[]) AS row (offer_id, operation_id, attempt)
    JOIN done ON done.offer_id = row.offer_id
    WHERE work.publisher_id = $1 AND work.operation_id = row.operation_id AND work.attempt = row.attempt
), due AS (
    INSERT INTO work (publisher_id, offer_id, operation_id, attempt, kind, due_at)
    SELECT $1, row.offer_id, row.operation_id, row.attempt, row.kind, row.due_at
    FROM unnest($22::text[], $23::uuid[], $24::bigint[], $25::text[], $26::bigint[])
        AS row (offer_id, operation_id, attempt, kind, due_at)
    JOIN done ON done.offer_id = row.offer_id
), told AS (
    INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, outcome, due_at)
    SELECT $1, row.operation_id, row.event, row.recipient, row.body, row.outcome, row.due_at
    FROM unnest($27::text[], $28::uuid[], $29::text[], $30::text[], $31::text[], $32::text[], $33::bigint[])
        WITH ORDINALITY AS row (offer_id, operation_id, event, recipient, body, outcome, due_at, place)
    JOIN done ON done.offer_id = row.offer_id
    ORDER BY row.place
    ON CONFLICT (publisher_id, operation_id, event, recipient) DO NOTHING
), contents AS (
    INSERT INTO content (publisher_id, offer_id, version, changed_at, display_text, definition, secrets, extra)
    SELECT $1, row.offer_id, row.version, row.changed_at, row.display_text, row.definition, row.secrets, row.extra
    FROM unnest($34::text[], $35::bigint[], $36::bigint[], $37::text[], $38::text[], $39::text[], $40::text[])
        AS row (offer_id, version, changed_at, display_text, definition, secrets, extra)
    JOIN done ON done.offer_id = row.offer_id
    ON CONFLICT (publisher_id, offer_id, version) DO UPDATE SET changed_at = excluded.changed_at,
        display_text = excluded.display_text, definition = excluded.definition, secrets = excluded.secrets,
        extra = excluded.extra
), replies AS (
    INSERT INTO repeated (publisher_id, key, digest, expires_at, reply)
    SELECT $1, row.key, row.digest, row.expires_at, row.reply
    FROM unnest($41::text[], $42::bytea[], $43::bytea[], $44::bigint[], $45::text[])
        AS row (offer_id, key, digest, expires_at, reply)
    JOIN done ON done.offer_id = row.offer_id
), entries AS (
    SELECT row.body, row.place FROM unnest($46::text[], $47::text[]) WITH ORDINALITY AS row (offer_id, body, place)
    JOIN done ON done.offer_id = row.offer_id
), counted AS (
    -- Whoever counts first commits first: numbers have no gaps.
    INSERT INTO audit_counter (publisher_id, last) SELECT $1, count(*) FROM entries HAVING count(*) > 0
    ON CONFLICT (publisher_id) DO UPDATE SET last = audit_counter.last + excluded.last
    RETURNING last
), audited AS (
    INSERT INTO audit (publisher_id, entry, body)
    SELECT $1, counted.last - (count(*) OVER ()) + (row_number() OVER (ORDER BY entries.place)), entries.body
    FROM entries, counted
)
SELECT given.offer_id, held.offer_id IS NOT NULL, done.offer_id IS NOT NULL
FROM given LEFT JOIN held ON held.offer_id = given.offer_id LEFT JOIN done ON done.offer_id = given.offer_id
