-- $1 what stands for the tenant's user. Held until the transaction ends: the sessions of one user are made
-- one after the other, so that their bound holds.
-- Gives: pg_advisory_xact_lock text
SELECT pg_advisory_xact_lock(hashtextextended('chatter session ' || $1::text, 0))::text
