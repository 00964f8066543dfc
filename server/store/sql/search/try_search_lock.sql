-- $1 which schema's indexes are to be made. Whether nobody else is at it; if so, it is held until the transaction ends.
-- Gives: locked boolean
SELECT pg_try_advisory_xact_lock(hashtextextended('chatter search index of ' || $1::text, 0)) AS locked
