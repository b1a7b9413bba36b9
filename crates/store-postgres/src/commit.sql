-- Changes of offers of one publisher, each of another offer: every one that is not stale is written whole, the others
-- not at all. One statement is one transaction and one round trip. Child rows name their change by its place.
--
-- Rows that are there are found by `= ANY`: whatever the statistics say, that is one descent of the primary key for
-- each, never a scan of all that the publisher has. Parts that no change of a group needs are left out (see
-- `statement.rs`). Parameters are named after the rows and columns of `lists.rs`.
WITH given AS (
    SELECT * FROM unnest(:offers.offer_id::text[], :conditions.revision::bigint[], :offers.guid::uuid[],
        :offers.offer_type::text[], :offers.status::text[], :offers.state::text[], :offers.target::uuid[],
        :offers.cancellation::uuid[], :offers.display_text::text[], :conditions.lease_operation::uuid[],
        :conditions.lease_attempt::bigint[], :conditions.lease_token::bigint[])
    WITH ORDINALITY AS given (offer_id, expected, guid, offer_type, status, state, target, cancellation,
        display_text, fence_operation, fence_attempt, fence_token, place)
)
--part fences
, held AS (
    SELECT given.place FROM given WHERE given.fence_operation IS NULL
    UNION ALL
    SELECT given.place FROM given JOIN work ON work.publisher_id = :publisher
        AND work.operation_id = ANY (:conditions.lease_operation::uuid[])
        AND work.operation_id = given.fence_operation AND work.attempt = given.fence_attempt
        AND work.lease_token = given.fence_token
)
--part no fences
, held AS (
    SELECT given.place FROM given
)
--part
, changed AS (
    UPDATE offer SET revision = offer.revision + 1, status = given.status, state = given.state,
        target = given.target, cancellation = given.cancellation,
        display_text = coalesce(given.display_text, offer.display_text)
    FROM given JOIN held ON held.place = given.place
    WHERE offer.publisher_id = :publisher AND offer.offer_id = ANY (:offers.offer_id::text[])
        AND offer.offer_id = given.offer_id AND offer.revision = given.expected
    RETURNING given.place
)
--part creates
, created AS (
    INSERT INTO offer (publisher_id, offer_id, guid, revision, offer_type, status, display_text, state, target,
        cancellation, folded)
    SELECT :publisher, given.offer_id, given.guid, 1, given.offer_type, given.status, coalesce(given.display_text, ''),
        given.state, given.target, given.cancellation, lower(given.offer_id COLLATE "C")
    FROM given JOIN held ON held.place = given.place WHERE given.expected IS NULL
    ON CONFLICT DO NOTHING
    RETURNING offer.offer_id
), done AS (
    SELECT place FROM changed
    UNION ALL
    SELECT given.place FROM given JOIN created ON created.offer_id = given.offer_id
)
--part no creates
, done AS (
    SELECT place FROM changed
)
--part operations
, operations AS (
    INSERT INTO operation (publisher_id, offer_id, operation_id, publishing_version, previous, body)
    SELECT :publisher, row.offer_id, row.operation_id, row.publishing_version, row.previous, row.body
    FROM unnest(:operations.place::bigint[], :operations.offer_id::text[], :operations.operation_id::uuid[],
        :operations.publishing_version::bigint[], :operations.previous::uuid[], :operations.body::bytea[])
        AS row (place, offer_id, operation_id, publishing_version, previous, body)
    JOIN done ON done.place = row.place
    ON CONFLICT (publisher_id, operation_id) DO UPDATE SET body = excluded.body
)
--part finished_work
, finished_work AS (
    DELETE FROM work USING unnest(:finished_work.place::bigint[], :finished_work.operation_id::uuid[],
        :finished_work.attempt::bigint[]) AS row (place, operation_id, attempt)
    JOIN done ON done.place = row.place
    WHERE work.publisher_id = :publisher AND work.operation_id = ANY (:finished_work.operation_id::uuid[])
        AND work.operation_id = row.operation_id AND work.attempt = row.attempt
)
--part work
, due AS (
    INSERT INTO work (publisher_id, offer_id, operation_id, attempt, kind, due_at)
    SELECT :publisher, row.offer_id, row.operation_id, row.attempt, row.kind, row.due_at
    FROM unnest(:work.place::bigint[], :work.offer_id::text[], :work.operation_id::uuid[], :work.attempt::bigint[],
        :work.kind::text[], :work.due_at::bigint[])
        AS row (place, offer_id, operation_id, attempt, kind, due_at)
    JOIN done ON done.place = row.place
)
--part letters
, told AS (
    INSERT INTO outbox (publisher_id, operation_id, event, recipient, body, outcome, due_at)
    SELECT :publisher, row.operation_id, row.event, row.recipient, row.body, row.outcome, row.due_at
    FROM unnest(:letters.place::bigint[], :letters.operation_id::uuid[], :letters.event::text[],
        :letters.recipient::text[], :letters.body::bytea[], :letters.outcome::text[], :letters.due_at::bigint[])
        WITH ORDINALITY AS row (place, operation_id, event, recipient, body, outcome, due_at, number)
    JOIN done ON done.place = row.place
    ORDER BY row.number
    ON CONFLICT (publisher_id, operation_id, event, recipient) DO NOTHING
)
--part contents
, contents AS (
    INSERT INTO content (publisher_id, offer_id, version, changed_at, display_text, definition, secrets, extra)
    SELECT :publisher, row.offer_id, row.version, row.changed_at, row.display_text, row.definition, row.secrets,
        row.extra
    FROM unnest(:contents.place::bigint[], :contents.offer_id::text[], :contents.version::bigint[],
        :contents.changed_at::bigint[], :contents.display_text::text[], :contents.definition::text[],
        :contents.secrets::text[], :contents.extra::text[])
        AS row (place, offer_id, version, changed_at, display_text, definition, secrets, extra)
    JOIN done ON done.place = row.place
    ON CONFLICT (publisher_id, offer_id, version) DO UPDATE SET changed_at = excluded.changed_at,
        display_text = excluded.display_text, definition = excluded.definition, secrets = excluded.secrets,
        extra = excluded.extra
)
--part replies
, replies AS (
    INSERT INTO repeated (publisher_id, key, digest, expires_at, reply)
    SELECT :publisher, row.key, row.digest, row.expires_at, row.reply
    FROM unnest(:replies.place::bigint[], :replies.key::bytea[], :replies.digest::bytea[],
        :replies.expires_at::bigint[], :replies.reply::text[])
        AS row (place, key, digest, expires_at, reply)
    JOIN done ON done.place = row.place
)
--part audit
, entries AS (
    SELECT row.body, row.number
    FROM unnest(:audit.place::bigint[], :audit.body::text[]) WITH ORDINALITY AS row (place, body, number)
    JOIN done ON done.place = row.place
), counted AS (
    -- Whoever counts first commits first: numbers have no gaps.
    INSERT INTO audit_counter (publisher_id, last) SELECT :publisher, count(*) FROM entries HAVING count(*) > 0
    ON CONFLICT (publisher_id) DO UPDATE SET last = audit_counter.last + excluded.last
    RETURNING last
), audited AS (
    INSERT INTO audit (publisher_id, entry, body)
    SELECT :publisher, counted.last - (count(*) OVER ()) + (row_number() OVER (ORDER BY entries.number)), entries.body
    FROM entries, counted
)
--part
SELECT given.place, held.place IS NOT NULL, done.place IS NOT NULL
FROM given LEFT JOIN held ON held.place = given.place LEFT JOIN done ON done.place = given.place
