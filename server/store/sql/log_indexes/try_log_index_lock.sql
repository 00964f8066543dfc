-- Whether nobody else makes indexes of logs; if so, that is held until the transaction ends.
-- Gives: locked boolean
SELECT pg_try_advisory_xact_lock(hashtextextended('chatter log indexes', 0)) AS locked
