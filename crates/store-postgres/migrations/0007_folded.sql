-- No two new offers of a publisher have ids that differ in letter case alone. Of those that do already the first keeps the
-- folded id, the others have none, and all of them go on.
ALTER TABLE offer ADD COLUMN folded text COLLATE "C";

UPDATE offer SET folded = lower(offer_id) WHERE (publisher_id, offer_id) IN (
    SELECT publisher_id, min(offer_id) FROM offer GROUP BY publisher_id, lower(offer_id)
);

CREATE UNIQUE INDEX offer_by_folded ON offer (publisher_id, folded);
