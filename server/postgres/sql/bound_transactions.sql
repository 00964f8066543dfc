-- How long a statement may wait for a lock ($1) and run ($2), in milliseconds; and that each statement sees what was
-- committed when it begins, whatever the role or the database is set to. $3: for this transaction only (for which the
-- last comes too late: behind a pooler, what the role is set to holds, and is looked at by probe_connection.sql).
-- Gives: set_config text, set_config text, set_config text
SELECT pg_catalog.set_config('lock_timeout', $1, $3), pg_catalog.set_config('statement_timeout', $2, $3),
       pg_catalog.set_config('default_transaction_isolation', 'read committed', $3)
