-- Held until the transaction ends. $1 what is migrated: servers of other releases lock the same, by the same text.
-- Gives: pg_advisory_xact_lock text
SELECT pg_advisory_xact_lock(hashtextextended('chatter migration of ' || $1::text, 0))::text
