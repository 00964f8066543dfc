-- The first question of a connection, asked again while it is idle: who answers, whether it takes writes, and whether
-- each statement of a transaction sees what is committed when it begins.
-- Gives: backend_pid bigint, read_only boolean, reads_committed boolean
SELECT pg_catalog.pg_backend_pid()::bigint AS backend_pid,
       pg_catalog.pg_is_in_recovery() OR pg_catalog.current_setting('transaction_read_only')::boolean AS read_only,
       pg_catalog.current_setting('transaction_isolation') = 'read committed' AS reads_committed
